"""Which ways of computing attention are allowed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from vibetensor.torch._not_there import module_getattr

__all__ = ["SDPBackend", "sdpa_kernel"]


class SDPBackend(IntEnum):
    """Ways of computing scaled dot product attention; numbered as PyTorch's."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


OURS = (SDPBackend.MATH, SDPBackend.FLASH_ATTENTION)


@contextmanager
def sdpa_kernel(backends: Any, set_priority: bool = False) -> Iterator[None]:
    """Context and decorator that allows certain ways of computing attention.

    What runs is ours: fused where the device and the shapes allow (FLASH_ATTENTION) and else MATH, which agree within
    rounding. NotImplementedError unless one of the two is among `backends`.
    """
    if not isinstance(backends, (SDPBackend, list, tuple, set)):
        raise AssertionError("Backend must be an instance of SDPBackend or a list of SDPBackend instances")
    chosen = {backends} if isinstance(backends, SDPBackend) else set(backends)
    if not chosen.intersection(OURS):
        names = ", ".join(sorted(backend.name for backend in chosen))
        raise NotImplementedError(f"sdpa_kernel: {names} is not there; allow MATH or FLASH_ATTENTION beside it")
    yield


__getattr__ = module_getattr(__name__, ["bias", "flex_attention"])
