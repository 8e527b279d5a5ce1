"""Special functions: ops of the registry that PyTorch has under torch.special."""

from __future__ import annotations

from vibetensor import _C, torch
from vibetensor.torch._not_there import module_getattr

globals().update(_C.functions_of("torch.special"))

log_softmax = torch.log_softmax
logsumexp = torch.logsumexp
softmax = torch.softmax

__getattr__ = module_getattr(__name__)
