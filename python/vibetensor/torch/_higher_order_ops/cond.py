"""torch.cond."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C

__all__ = ["cond"]


def truth(value: Any, what: str) -> bool:
    """The value of a bool or of a tensor of one bool; RuntimeError for anything else."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, _C.Tensor) or value.dtype != _C.bool or value.numel() != 1:
        raise RuntimeError(f"{what} must be a bool or a tensor of one bool, got {value!r}")
    return bool(value)


def cond(
    pred: Any,
    true_fn: Callable[..., Any],
    false_fn: Callable[..., Any],
    operands: tuple[Any, ...] | list[Any] = (),
) -> Any:
    """true_fn(*operands) if `pred`, a bool or a tensor of one bool, is true, else false_fn(*operands).

    >>> import vibetensor.torch as torch
    >>> torch.cond(torch.tensor(True), torch.sin, torch.cos, (torch.zeros(1),))
    tensor([0.])
    """
    if not callable(true_fn) or not callable(false_fn):
        raise RuntimeError("cond: expected functions to choose from")
    if not isinstance(operands, tuple | list):
        raise RuntimeError(f"cond: expected a tuple of operands, got {operands!r}")
    return (true_fn if truth(pred, "cond: pred") else false_fn)(*operands)
