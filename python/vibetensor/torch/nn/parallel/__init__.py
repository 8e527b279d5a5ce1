"""Wrappers that run a module on several devices: here on one, and in a group of one process."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.nn.parallel.data_parallel import DataParallel, data_parallel
from vibetensor.torch.nn.parallel.distributed import DistributedDataParallel

__all__ = ["DataParallel", "DistributedDataParallel", "data_parallel"]
__getattr__ = module_getattr(__name__)
