"""Tensors to and from other libraries without a copy, by the DLPack protocol."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

__all__ = ["from_dlpack", "to_dlpack"]


def from_dlpack(ext_tensor: Any) -> Any:
    """A tensor over the memory of `ext_tensor`: an object with `__dlpack__`, or a capsule, which can be used once."""
    return _C.from_dlpack(ext_tensor)


def to_dlpack(tensor: Any) -> Any:
    """A capsule named "dltensor" that shares the memory of `tensor`, for one consumer."""
    return tensor.__dlpack__()


__getattr__ = module_getattr(__name__)
