"""Names of quantized layers that libraries import. Nothing is quantized here: making one raises."""

from vibetensor.torch._not_there import RefusedType, module_getattr
from vibetensor.torch.ao.quantization import WAY_ROUND
from vibetensor.torch.nn.modules.module import Module

__all__ = ["FloatFunctional", "QFunctional"]


class FloatFunctional(RefusedType, Module):
    """Arithmetic that can be quantized."""

    refusal = f"torch.nn.quantized.FloatFunctional is not there yet: {WAY_ROUND}"


class QFunctional(RefusedType, Module):
    """Arithmetic that is quantized."""

    refusal = f"torch.nn.quantized.QFunctional is not there yet: {WAY_ROUND}"


__getattr__ = module_getattr(__name__)
