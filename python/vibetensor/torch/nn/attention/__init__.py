"""Which ways of computing attention are allowed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.backends.cuda import CHOICES, Allowed, SDPBackend, allow

__all__ = ["SDPBackend", "sdpa_kernel"]


def _cur_sdpa_kernel_backends(with_priority: bool = False) -> list[SDPBackend]:
    """The ways that are allowed. Of those that exist the fused one comes first, whatever the priority."""
    return [backend for backend in CHOICES if backend in Allowed.backends]


@contextmanager
def sdpa_kernel(backends: Any, set_priority: bool = False) -> Iterator[None]:
    """Context and decorator in which attention is computed in one of these ways alone, an SDPBackend or a list of them.

    FLASH_ATTENTION is our fused op, MATH its parts, the others never fit. RuntimeError from an attention inside that none
    of them fits. set_priority changes nothing: of two ways there is one order.
    """
    if not isinstance(backends, (SDPBackend, list, tuple, set)):
        raise AssertionError(
            "Backend must be an instance of SDPBackend or a list of SDPBackend instances, "
            f"got {type(backends).__name__}"
        )
    before = Allowed.backends
    allow({backends} if isinstance(backends, SDPBackend) else backends)
    try:
        yield
    finally:
        allow(before)


__getattr__ = module_getattr(__name__, ["bias", "flex_attention", "varlen"])
