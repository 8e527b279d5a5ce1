"""DTensors of ones, zeros, random numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed.device_mesh import DeviceMesh
from vibetensor.torch.distributed.tensor.dtensor import DTensor, chosen
from vibetensor.torch.distributed.tensor.placement_types import Placement, listed, local_part, numbers

__all__ = ["empty", "full", "ones", "rand", "randn", "zeros"]


def sizes_of(size: Sequence[Any]) -> list[int]:
    return list(size[0]) if len(size) == 1 and isinstance(size[0], (list, tuple)) else list(size)


def checked_layout(layout: Any) -> None:
    if layout not in (None, _C.strided):
        raise NotImplementedError(f"a DTensor of layout {layout} is not there; strided ones are")


def filled(
    make: Callable[..., Any],
    size: Sequence[int],
    requires_grad: bool,
    device_mesh: DeviceMesh | None,
    placements: Sequence[Placement] | None,
) -> Any:
    """A DTensor of `size` whose parts `make` makes, of their sizes on the mesh's device."""
    mesh = chosen(device_mesh)
    places = listed(placements, mesh.ndim)
    shape, _ = local_part(size, mesh, places)
    strides = _C.ops.empty(size, device="meta").stride()
    made = DTensor.from_local(make(shape, mesh._device()), mesh, places, shape=size, stride=strides)
    return made.requires_grad_(requires_grad)


def drawn(
    draw: Callable[..., Any],
    size: Sequence[int],
    requires_grad: bool,
    device_mesh: DeviceMesh | None,
    placements: Sequence[Placement] | None,
) -> Any:
    """A DTensor of the numbers that one process draws for the whole: with one seed everywhere they are one tensor's."""
    mesh = chosen(device_mesh)
    places = listed(placements, mesh.ndim)
    with no_grad():
        whole = draw(size, mesh._device())
        made = _C.ops._fabric_distribute(whole, mesh._id(), numbers(places, len(size)))
    return made.requires_grad_(requires_grad)


def zeros(
    *size: Any, requires_grad: bool = False, dtype: Any = None, layout: Any = None,
    device_mesh: DeviceMesh | None = None, placements: Sequence[Placement] | None = None,
) -> Any:  # fmt: skip
    """A DTensor of zeros of `size`."""
    checked_layout(layout)
    make = lambda shape, device: _C.ops.zeros(shape, dtype=dtype, device=device)  # noqa: E731
    return filled(make, sizes_of(size), requires_grad, device_mesh, placements)


def ones(
    *size: Any, requires_grad: bool = False, dtype: Any = None, layout: Any = None,
    device_mesh: DeviceMesh | None = None, placements: Sequence[Placement] | None = None,
) -> Any:  # fmt: skip
    """A DTensor of ones of `size`."""
    checked_layout(layout)
    make = lambda shape, device: _C.ops.ones(shape, dtype=dtype, device=device)  # noqa: E731
    return filled(make, sizes_of(size), requires_grad, device_mesh, placements)


def empty(
    *size: Any, requires_grad: bool = False, dtype: Any = None, layout: Any = None,
    device_mesh: DeviceMesh | None = None, placements: Sequence[Placement] | None = None,
) -> Any:  # fmt: skip
    """A DTensor of `size` whose values are whatever the memory has."""
    checked_layout(layout)
    make = lambda shape, device: _C.ops.empty(shape, dtype=dtype, device=device)  # noqa: E731
    return filled(make, sizes_of(size), requires_grad, device_mesh, placements)


def full(
    size: Any, fill_value: Any, *, requires_grad: bool = False, dtype: Any = None, layout: Any = None,
    device_mesh: DeviceMesh | None = None, placements: Sequence[Placement] | None = None,
) -> Any:  # fmt: skip
    """A DTensor of `size` filled with a number."""
    checked_layout(layout)
    make = lambda shape, device: _C.ops.full(shape, fill_value, dtype=dtype, device=device)  # noqa: E731
    return filled(make, sizes_of((size,)), requires_grad, device_mesh, placements)


def rand(
    *size: Any, requires_grad: bool = False, dtype: Any = None, layout: Any = None,
    device_mesh: DeviceMesh | None = None, placements: Sequence[Placement] | None = None,
) -> Any:  # fmt: skip
    """A DTensor of uniform numbers in [0, 1): one tensor's, if all processes have one seed."""
    checked_layout(layout)
    draw = lambda shape, device: _C.ops.rand(shape, dtype=dtype, device=device)  # noqa: E731
    return drawn(draw, sizes_of(size), requires_grad, device_mesh, placements)


def randn(
    *size: Any, requires_grad: bool = False, dtype: Any = None, layout: Any = None,
    device_mesh: DeviceMesh | None = None, placements: Sequence[Placement] | None = None,
) -> Any:  # fmt: skip
    """A DTensor of normal numbers: one tensor's, if all processes have one seed."""
    checked_layout(layout)
    draw = lambda shape, device: _C.ops.randn(shape, dtype=dtype, device=device)  # noqa: E731
    return drawn(draw, sizes_of(size), requires_grad, device_mesh, placements)
