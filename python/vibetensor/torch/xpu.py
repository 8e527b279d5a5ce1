"""torch.xpu: there is no GPU of Intel's here, and this module says so."""

from vibetensor.torch._absent_device import none_of
from vibetensor.torch._not_there import module_getattr

globals().update(none_of("GPU of Intel's"))

__getattr__ = module_getattr(__name__)
