"""What libraries ask PyTorch's binary part about torch.func's transforms."""

from __future__ import annotations

from typing import Any

from vibetensor import _C


def is_batchedtensor(tensor: Any) -> bool:
    """Whether `tensor` has a value for each example of a vmap that is running."""
    return _C.is_wrapped(tensor) and _C.batch_of(tensor)[1]


def get_unwrapped(tensor: Any) -> Any:
    """The values of all examples of a tensor inside vmap, along the first dim."""
    return _C.batch_of(tensor)[2]


def _add_batch_dim(tensor: Any, in_dim: int, level: int) -> Any:
    """The examples of `tensor` along `in_dim` as one tensor of the vmap that is running."""
    return _C.wrap_batch(tensor, in_dim)


def _remove_batch_dim(tensor: Any, level: int, batch_size: int, out_dim: int) -> Any:
    """All examples of a tensor of the vmap that is running, along `out_dim`."""
    return _C.unwrap_batch(tensor, out_dim)


def maybe_current_level() -> int | None:
    """How many transforms are running; None if there are none."""
    return _C.transform_count() or None
