"""Architecture optimisation, of which libraries import quantization."""

from vibetensor.torch._not_there import module_getattr

__getattr__ = module_getattr(__name__, ["quantization"])
