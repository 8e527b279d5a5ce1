"""Dual tensors: a value with a tangent, and the tangents of what is computed from it.

A dual tensor is recorded as one that requires grad, and unpack_dual computes the tangent from what was recorded, by two
backward passes: tangents of in-place ops and of views are right, and nothing is known of what runs in no_grad.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from vibetensor import _C
from vibetensor.torch._functorch.eager_transforms import GradLevel, pushed_forward

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]

Tensor: Any = _C.Tensor


class UnpackedDualTensor(NamedTuple):
    """The parts of a dual tensor; tangent is None for a tensor that depends on no dual one."""

    primal: Any
    tangent: Any


class DualLevel:
    def __init__(self) -> None:
        self.level = GradLevel()
        self.inputs: list[Any] = []
        self.tangents: list[Any] = []


levels: list[DualLevel] = []


def running(level: int | None, function: str) -> DualLevel:
    if level is None:
        level = len(levels) - 1
    if level < 0 or level >= len(levels):
        raise RuntimeError(
            f"Trying to {function} a dual Tensor but no level exists. Make sure to enter_dual_level() first."
        )
    return levels[level]


def enter_dual_level() -> int:
    """Enters a level in which tensors may be made dual; its number."""
    if levels:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    levels.append(DualLevel())
    _C.set_grad_enabled(True)
    return len(levels) - 1


def exit_dual_level(*, level: int | None = None) -> None:
    """Leaves the level, the tangents of which are gone then."""
    number = len(levels) - 1 if level is None else level
    if not levels or number != len(levels) - 1:
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is not supported."
        )
    levels.pop().level.close()


@contextmanager
def dual_level() -> Iterator[int]:
    """A level of forward derivatives for a block.

    >>> import vibetensor.torch as torch
    >>> import vibetensor.torch.autograd.forward_ad as fwAD
    >>> with fwAD.dual_level():
    ...     x = fwAD.make_dual(torch.tensor(3.0), torch.tensor(1.0))
    ...     fwAD.unpack_dual(x * x).tangent.item()
    6.0
    """
    level = enter_dual_level()
    try:
        yield level
    finally:
        exit_dual_level(level=level)


def make_dual(tensor: Any, tangent: Any, *, level: int | None = None) -> Any:
    """A tensor with the value of `tensor` and a tangent of its shape and dtype."""
    here = running(level, "create")
    if not (tensor.dtype.is_floating_point or tensor.dtype.is_complex):
        raise ValueError(f"Expected primal to be floating point or complex, but got: {tensor.dtype}")
    if not (tangent.dtype.is_floating_point or tangent.dtype.is_complex):
        raise ValueError(f"Expected tangent to be floating point or complex, but got: {tangent.dtype}")
    if tensor.shape != tangent.shape or tensor.dtype != tangent.dtype:
        raise RuntimeError(
            f"Expected a tangent like its primal, {tuple(tensor.shape)} {tensor.dtype}, got {tuple(tangent.shape)} "
            f"{tangent.dtype}"
        )
    (dual,) = here.level.inputs([tensor])
    here.inputs.append(dual)
    here.tangents.append(tangent)
    return dual


def unpack_dual(tensor: Any, *, level: int | None = None) -> UnpackedDualTensor:
    """(primal, tangent) of a dual tensor, or of one that was computed from some; tangent None for any other."""
    if level is None and not levels:
        return UnpackedDualTensor(tensor, None)
    here = running(level, "unpack")
    primal = here.level.left([tensor])[0]
    if not tensor.requires_grad or not here.inputs:
        return UnpackedDualTensor(primal, None)
    depends = _C.level_gradients([tensor], [_C.ops.zeros_like(tensor)], here.inputs, here.level.id, False)
    if all(g is None for g in depends):
        return UnpackedDualTensor(primal, None)
    (tangent,) = here.level.left(pushed_forward(here.level, [tensor], here.inputs, here.tangents))
    return UnpackedDualTensor(primal, tangent)
