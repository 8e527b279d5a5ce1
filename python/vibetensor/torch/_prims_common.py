"""Questions about the geometry of tensors that libraries ask where PyTorch keeps its own ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr


def make_contiguous_strides_for(shape: Sequence[int], row_major: bool = True) -> tuple[int, ...]:
    """The strides of a contiguous tensor of that shape; the last two dims change places unless `row_major`."""
    strides: list[int] = []
    step = 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    strides.reverse()
    if not row_major and len(shape) >= 2:
        strides[-2:] = [1, max(shape[-2], 1)]
    return tuple(strides)


def suggest_memory_format(x: Any) -> Any:
    """The memory format in which `x` lies: channels_last or channels_last_3d where its strides are that, else contiguous."""
    for dims, memory_format in ((4, _C.channels_last), (5, _C.channels_last_3d)):
        if x.dim() == dims and not x.is_contiguous() and x.is_contiguous(memory_format=memory_format):
            return memory_format
    return _C.contiguous_format


__getattr__ = module_getattr(__name__)
