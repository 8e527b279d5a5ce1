"""Contexts in which calls of ops are answered by nobody."""

from __future__ import annotations

from vibetensor.torch._C import _DisableTorchDispatch
from vibetensor.torch._not_there import module_getattr

no_dispatch = _DisableTorchDispatch

__getattr__ = module_getattr(__name__)
