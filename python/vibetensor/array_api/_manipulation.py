"""Arrays in other shapes and orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import vibetensor.torch as torch
from vibetensor.array_api._promotion import Tensor, as_operands, axes_of

Axes = int | tuple[int, ...] | None


def broadcast_shapes(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that shapes broadcast to; ValueError if they do not."""
    try:
        return tuple(torch.broadcast_shapes(*shapes)) if shapes else ()
    except RuntimeError as error:
        raise ValueError(str(error)) from None


def broadcast_arrays(*arrays: Any) -> tuple[Any, ...]:
    """Views of arrays in the shape that they broadcast to, each in its own dtype."""
    return tuple(torch.broadcast_tensors(*arrays)) if arrays else ()


def broadcast_to(x: Any, /, shape: tuple[int, ...]) -> Any:
    """A view of x in a shape that it broadcasts to."""
    return torch.broadcast_to(x, shape)


def concat(arrays: Sequence[Any], /, *, axis: int | None = 0) -> Any:
    """Arrays one after the other along an axis, in the dtype that they have in common; flattened first for None."""
    parts = as_operands(*arrays)
    if axis is None:
        return torch.cat([part.reshape(-1) for part in parts])
    return torch.cat(parts, axes_of(axis, parts[0].ndim)[0])


def stack(arrays: Sequence[Any], /, *, axis: int = 0) -> Any:
    """Arrays of one shape along a new axis, in the dtype that they have in common."""
    return torch.stack(as_operands(*arrays), axis)


def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The slices of x along an axis, views."""
    return tuple(torch.unbind(x, axis))


def expand_dims(x: Any, /, axis: int | tuple[int, ...]) -> Any:
    """A view of x with axes of size 1 at these positions of the result."""
    positions = (axis,) if isinstance(axis, int) else axis
    places = sorted(axes_of(positions, x.ndim + len(positions)))
    if len(set(places)) != len(places):
        raise ValueError(f"expand_dims: axes {positions} name a position twice")
    for place in places:
        x = torch.unsqueeze(x, place)
    return x


def squeeze(x: Any, /, axis: int | tuple[int, ...]) -> Any:
    """A view of x without these axes; ValueError for one whose size is not 1."""
    axes = axes_of(axis, x.ndim)
    for a in axes:
        if x.shape[a] != 1:
            raise ValueError(f"squeeze: axis {a} has size {x.shape[a]}, not 1")
    return torch.squeeze(x, axes)


def flip(x: Any, /, *, axis: Axes = None) -> Any:
    """The elements of x in reverse order along axes, by default along all."""
    return torch.flip(x, axes_of(axis, x.ndim))


def moveaxis(x: Any, source: Any, destination: Any, /) -> Any:
    """A view of x with axes moved to other positions; the others keep their order."""
    return torch.moveaxis(x, source, destination)


def permute_dims(x: Any, /, axes: tuple[int, ...]) -> Any:
    """A view of x with its axes in another order."""
    return torch.permute(x, axes)


def matrix_transpose(x: Any, /) -> Any:
    """A view of x with its last two axes exchanged."""
    if x.ndim < 2:
        raise ValueError(f"matrix_transpose: expected at least 2 dimensions, got {x.ndim}")
    return x.mT


def repeat(x: Any, repeats: Any, /, *, axis: int | None = None) -> Any:
    """Each element, or slice along an axis, `repeats` times: an integer, or an array with one for each."""
    if axis is None:
        x, axis = x.reshape(-1), 0
    if isinstance(repeats, Tensor):
        repeats = repeats.to(torch.int64).reshape(-1)
    return torch.repeat_interleave(x, repeats, axis)


def reshape(x: Any, /, shape: tuple[int, ...], *, copy: bool | None = None) -> Any:
    """The elements of x in another shape: a view where there is one. copy: True copies in any case, False never."""
    if copy:
        x = x.clone()
    if copy is False:
        try:
            return x.view(shape)
        except RuntimeError as error:
            raise ValueError(f"reshape: no view of x has shape {shape}") from error
    return torch.reshape(x, shape)


def roll(x: Any, /, shift: int | tuple[int, ...], *, axis: Axes = None) -> Any:
    """The elements of x moved `shift` places along axes, those that leave at one end coming in at the other."""
    if axis is None:
        return torch.roll(x, shift)
    axes = axes_of(axis, x.ndim)
    return torch.roll(x, (shift,) * len(axes) if isinstance(shift, int) else shift, axes)


def tile(x: Any, repetitions: tuple[int, ...], /) -> Any:
    """x side by side with itself, so many times along each axis."""
    return torch.tile(x, repetitions)
