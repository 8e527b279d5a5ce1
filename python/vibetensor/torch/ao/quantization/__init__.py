"""Names of quantized models that libraries import. Nothing is quantized here: making one raises."""

from vibetensor.torch._not_there import Refused, RefusedType, module_getattr
from vibetensor.torch.nn.modules.module import Module

__all__ = ["DeQuantStub", "QConfig", "QuantStub"]

WAY_ROUND = "run the model as it is; torch.autocast makes it smaller and faster on a GPU"

FUNCTIONS = """
    convert default_observer default_placeholder_observer default_per_channel_weight_observer default_weight_observer
    fuse_modules fuse_modules_qat get_default_qat_qconfig get_default_qconfig prepare prepare_qat quantize
    quantize_dynamic
"""
for _name in FUNCTIONS.split():
    globals()[_name] = Refused(f"torch.ao.quantization.{_name}", WAY_ROUND)


class QuantStub(RefusedType, Module, why=WAY_ROUND):
    """Where values become quantized."""


class DeQuantStub(RefusedType, Module, why=WAY_ROUND):
    """Where values stop being quantized."""


class QConfig(RefusedType, why=WAY_ROUND):
    """How layers are quantized."""


HOMES = {
    "fake_quantize": "FakeQuantize FakeQuantizeBase",
    "observer": "HistogramObserver MinMaxObserver ObserverBase PerChannelMinMaxObserver PlaceholderObserver",
    "qconfig": "QConfigAny",
    "qconfig_mapping": "QConfigMapping",
}
__getattr__ = module_getattr(
    __name__, homes={name: f"ao.quantization.{home}" for home, names in HOMES.items() for name in names.split()}
)
