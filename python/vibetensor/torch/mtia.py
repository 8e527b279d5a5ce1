"""torch.mtia: there is no accelerator of Meta's here, and this module says so."""

from vibetensor.torch._absent_device import none_of
from vibetensor.torch._not_there import module_getattr

globals().update(none_of("accelerator of Meta's"))

__getattr__ = module_getattr(__name__)
