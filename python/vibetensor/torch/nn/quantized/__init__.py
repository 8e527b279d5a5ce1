"""Names of quantized layers that libraries import. Nothing is quantized here: making one raises."""

from vibetensor.torch._not_there import RefusedType, module_getattr
from vibetensor.torch.ao.quantization import WAY_ROUND
from vibetensor.torch.nn.modules.module import Module

__all__ = ["FloatFunctional", "QFunctional"]


class FloatFunctional(RefusedType, Module, why=WAY_ROUND):
    """Arithmetic that can be quantized."""


class QFunctional(RefusedType, Module, why=WAY_ROUND):
    """Arithmetic that is quantized."""


__getattr__ = module_getattr(__name__)
