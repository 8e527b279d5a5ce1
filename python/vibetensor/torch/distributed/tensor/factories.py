"""DTensors of ones, zeros, random numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed.device_mesh import DeviceMesh
from vibetensor.torch.distributed.tensor.dtensor import DTensor, chosen
from vibetensor.torch.distributed.tensor.placement_types import Placement, listed, local_part, numbers

__all__ = ["empty", "full", "ones", "rand", "randn", "zeros"]


def described(
    size: Sequence[Any], layout: Any, device_mesh: DeviceMesh | None, placements: Sequence[Placement] | None
) -> tuple[list[int], DeviceMesh, list[Placement]]:
    """The sizes, the mesh and the placements that a factory's arguments say."""
    if layout not in (None, _C.strided):
        raise NotImplementedError(f"a DTensor of layout {layout} is not there; strided ones are")
    sizes = list(size[0]) if len(size) == 1 and isinstance(size[0], (list, tuple)) else list(size)
    mesh = chosen(device_mesh)
    return sizes, mesh, listed(placements, mesh.ndim)


def filled(
    make: Callable[..., Any],
    size: Sequence[Any],
    requires_grad: bool,
    layout: Any,
    device_mesh: DeviceMesh | None,
    placements: Sequence[Placement] | None,
) -> Any:
    """A DTensor of `size` whose parts `make` makes, of their sizes on the mesh's device."""
    sizes, mesh, places = described(size, layout, device_mesh, placements)
    shape, _ = local_part(sizes, mesh, places)
    strides = _C.ops.empty(sizes, device="meta").stride()
    made = DTensor.from_local(make(shape, device=mesh._device()), mesh, places, shape=sizes, stride=strides)
    return made.requires_grad_(requires_grad)


def drawn(
    make: Callable[..., Any],
    size: Sequence[Any],
    requires_grad: bool,
    layout: Any,
    device_mesh: DeviceMesh | None,
    placements: Sequence[Placement] | None,
) -> Any:
    """A DTensor of the numbers that one process draws for the whole: with one seed everywhere they are one tensor's."""
    sizes, mesh, places = described(size, layout, device_mesh, placements)
    with no_grad():
        whole = make(sizes, device=mesh._device())
        made = _C.ops._fabric_distribute(whole, mesh._id(), numbers(places, len(sizes)))
    return made.requires_grad_(requires_grad)


def zeros(
    *size: Any, requires_grad: bool = False, dtype: Any = None, layout: Any = None,
    device_mesh: DeviceMesh | None = None, placements: Sequence[Placement] | None = None,
) -> Any:  # fmt: skip
    """A DTensor of zeros of `size`."""
    return filled(partial(_C.ops.zeros, dtype=dtype), size, requires_grad, layout, device_mesh, placements)


def ones(
    *size: Any, requires_grad: bool = False, dtype: Any = None, layout: Any = None,
    device_mesh: DeviceMesh | None = None, placements: Sequence[Placement] | None = None,
) -> Any:  # fmt: skip
    """A DTensor of ones of `size`."""
    return filled(partial(_C.ops.ones, dtype=dtype), size, requires_grad, layout, device_mesh, placements)


def empty(
    *size: Any, requires_grad: bool = False, dtype: Any = None, layout: Any = None,
    device_mesh: DeviceMesh | None = None, placements: Sequence[Placement] | None = None,
) -> Any:  # fmt: skip
    """A DTensor of `size` whose values are whatever the memory has."""
    return filled(partial(_C.ops.empty, dtype=dtype), size, requires_grad, layout, device_mesh, placements)


def full(
    size: Any, fill_value: Any, *, requires_grad: bool = False, dtype: Any = None, layout: Any = None,
    device_mesh: DeviceMesh | None = None, placements: Sequence[Placement] | None = None,
) -> Any:  # fmt: skip
    """A DTensor of `size` filled with a number."""
    make = partial(_C.ops.full, fill_value=fill_value, dtype=dtype)
    return filled(make, (size,), requires_grad, layout, device_mesh, placements)


def rand(
    *size: Any, requires_grad: bool = False, dtype: Any = None, layout: Any = None,
    device_mesh: DeviceMesh | None = None, placements: Sequence[Placement] | None = None,
) -> Any:  # fmt: skip
    """A DTensor of uniform numbers in [0, 1): one tensor's, if all processes have one seed."""
    return drawn(partial(_C.ops.rand, dtype=dtype), size, requires_grad, layout, device_mesh, placements)


def randn(
    *size: Any, requires_grad: bool = False, dtype: Any = None, layout: Any = None,
    device_mesh: DeviceMesh | None = None, placements: Sequence[Placement] | None = None,
) -> Any:  # fmt: skip
    """A DTensor of normal numbers: one tensor's, if all processes have one seed."""
    return drawn(partial(_C.ops.randn, dtype=dtype), size, requires_grad, layout, device_mesh, placements)
