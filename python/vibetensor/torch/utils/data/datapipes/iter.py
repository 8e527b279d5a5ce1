"""Pipes that are read from front to end: making one raises NotImplementedError."""

from vibetensor.torch._not_there import Refused, module_getattr
from vibetensor.torch.utils.data.datapipes.datapipe import INSTEAD, IterDataPipe

__all__ = ["IterDataPipe", "IterableWrapper"]

IterableWrapper = Refused("torch.utils.data.datapipes.iter.IterableWrapper", INSTEAD)
__getattr__ = module_getattr(__name__)
