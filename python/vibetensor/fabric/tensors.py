"""Placing tensors on a mesh, and getting them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vibetensor import _C
from vibetensor.fabric.mesh import Mesh
from vibetensor.fabric.placement import Placement, Replicate, Shard, placement_of

Tensor: Any = _C.Tensor
Placements = Placement | Sequence[Placement]


def is_fabric(tensor: Any) -> bool:
    """Whether a tensor lies on a mesh."""
    return _C.is_fabric(tensor)


def numbers(mesh: Mesh, placements: Placements) -> list[int]:
    listed = [placements] if isinstance(placements, Placement) else list(placements)
    listed += [Replicate()] * (mesh.ndim - len(listed))
    return [n for p in listed for n in p.numbers()]


def distribute(tensor: Any, mesh: Mesh, placements: Placements) -> Any:
    """A Fabric tensor with the values of `tensor`, placed on `mesh` as said: one placement for each dim of the mesh.

    Dims of the mesh that no placement is given for replicate. A Fabric tensor is placed anew. Differentiable.
    """
    if is_fabric(tensor) and mesh_of(tensor) != mesh:
        tensor = gather(tensor)
    return _C.ops._fabric_distribute(tensor, mesh.id, numbers(mesh, placements), is_fabric(tensor))


def shard(tensor: Any, mesh: Mesh, dim: int = 0, mesh_dim: int = 0) -> Any:
    """A Fabric tensor whose dim `dim` is shared out among the members along `mesh_dim`, as evenly as it goes.

    >>> import vibetensor.torch as torch
    >>> from vibetensor import fabric
    >>> x = fabric.shard(torch.arange(5), fabric.Mesh(["cpu", "cpu"]))
    >>> [s.tolist() for s in x.shards]
    [[0, 1, 2], [3, 4]]
    """
    placements: list[Placement] = [Replicate()] * mesh.ndim
    placements[mesh_dim] = Shard(dim)
    return distribute(tensor, mesh, placements)


def replicate(tensor: Any, mesh: Mesh) -> Any:
    """A Fabric tensor that every member has all of."""
    return distribute(tensor, mesh, [Replicate()] * mesh.ndim)


def gather(tensor: Any) -> Any:
    """The tensor as one, on the device of the mesh's first member; any other tensor as it is. Differentiable."""
    if not is_fabric(tensor):
        return tensor
    mesh, placements = located(tensor)
    return _C.ops._fabric_gather(tensor, mesh.id, numbers(mesh, placements))


def join(shards: Sequence[Any], mesh: Mesh, placements: Placements, shape: Sequence[int]) -> Any:
    """A Fabric tensor of `shape` of which each member has the shard given for it, in the order of `mesh.devices`."""
    return _C.ops._fabric_join(list(shards), mesh.id, numbers(mesh, placements), list(shape))


def all_reduce(parts: Sequence[Any], reduction: str = "sum") -> None:
    """Returns None; writes the sum (or mean, max, min, product) of all into each of `parts`, one on each device.

    Sums are taken in the order of the parts, of 16-bit floats in float32: the same bits everywhere and every time. On
    GPUs that reach each other's memory it is one kernel for each, in the order of its current stream.
    """
    _C.ops._fabric_all_reduce_(list(parts), reduction)


def located(tensor: Any) -> tuple[Mesh, tuple[Placement, ...]]:
    """(mesh, placements) of a Fabric tensor."""
    found = _C.fabric_placement(tensor)
    if found is None:
        raise TypeError("expected a Fabric tensor, got one that is not on a mesh")
    return Mesh.numbered(found[0]), tuple(placement_of(*p) for p in found[1])


def mesh_of(tensor: Any) -> Mesh:
    """The mesh of a Fabric tensor."""
    return located(tensor)[0]


def placement(tensor: Any) -> Placement | tuple[Placement, ...] | None:
    """How a tensor is placed: one placement on a mesh of one dim, else one for each; None of a tensor on no mesh."""
    if not is_fabric(tensor):
        return None
    placements = located(tensor)[1]
    return placements[0] if len(placements) == 1 else placements


def shards(tensor: Any) -> list[Any]:
    """What each member has: views of the tensor's memory where they can be, else copies. Without history."""
    return list(_C.fabric_shards(tensor)[0])


def set_strict(on: bool) -> bool:
    """In strict mode an op without a sharding rule raises a RuntimeError instead of being gathered. The mode before."""
    return _C.fabric_strict(on)


Tensor.placement = property(placement, doc=placement.__doc__)
Tensor.shards = property(shards, doc=shards.__doc__)
