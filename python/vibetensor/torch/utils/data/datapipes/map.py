"""Pipes that give a sample for a number: making one raises NotImplementedError."""

from vibetensor.torch._not_there import Refused, module_getattr
from vibetensor.torch.utils.data.datapipes.datapipe import INSTEAD, MapDataPipe

__all__ = ["MapDataPipe", "SequenceWrapper"]

SequenceWrapper = Refused("torch.utils.data.datapipes.map.SequenceWrapper", INSTEAD)
__getattr__ = module_getattr(__name__)
