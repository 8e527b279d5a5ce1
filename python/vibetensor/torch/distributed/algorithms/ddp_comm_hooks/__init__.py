"""Communication hooks of DistributedDataParallel."""

from vibetensor.torch._not_there import module_getattr

__getattr__ = module_getattr(__name__, ["default_hooks"])
