"""How the processes along a dimension of a DeviceMesh hold a tensor: PyTorch's names for the fabric's placements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Partial", "Placement", "Replicate", "Shard", "_StridedShard"]

REDUCE_OPS = ("sum", "avg", "max", "min", "product")  # by the core's numbers
CORE_NAMES = ("sum", "mean", "max", "min", "product")


class Placement:
    """How a tensor lies along a dimension of a DeviceMesh."""

    def is_shard(self, dim: int | None = None) -> bool:
        """Whether it is cut, along dimension `dim` if that is given."""
        return isinstance(self, Shard) and dim in (None, self.dim)

    def is_replicate(self) -> bool:
        """Whether every process has all of it."""
        return isinstance(self, Replicate)

    def is_partial(self, reduce_op: str | None = None) -> bool:
        """Whether it is still to be reduced, in the way named if one is."""
        return isinstance(self, Partial) and reduce_op in (None, self.reduce_op)

    def _numbers(self, rank: int) -> tuple[int, int, int]:
        """As the core takes it, of a tensor of `rank` dims: kind, dim, reduction."""
        raise NotImplementedError(f"{self} is not a placement of a tensor")


@dataclass(frozen=True)
class Shard(Placement):
    """Cut along dimension `dim` as torch.chunk does: the last parts may be shorter, or empty.

    `bounds` says of a tensor that is there where each part begins, and where the last one ends; it does not count for
    equality.
    """

    dim: int
    bounds: tuple[int, ...] = field(default=(), compare=False, repr=False)

    def _numbers(self, rank: int) -> tuple[int, int, int]:
        if not -rank <= self.dim < rank:
            raise IndexError(f"Sharding dim {self.dim} is out of range of a tensor of {rank} dims")
        return 1, self.dim % rank, 0


@dataclass(frozen=True)
class _StridedShard(Shard):
    """Cut along dimension `dim` after another cut into `split_factor` parts: the name, which no tensor has."""

    split_factor: int = 1

    def _numbers(self, rank: int) -> tuple[int, int, int]:
        raise NotImplementedError("two dims of a mesh that shard one dim of a tensor are not there")


@dataclass(frozen=True)
class Replicate(Placement):
    """All of it on every process."""

    def _numbers(self, rank: int) -> tuple[int, int, int]:
        return 0, 0, 0


@dataclass(frozen=True)
class Partial(Placement):
    """To be reduced over the processes: "sum", "avg", "max", "min" or "product"."""

    reduce_op: str = "sum"

    def _numbers(self, rank: int) -> tuple[int, int, int]:
        if self.reduce_op not in REDUCE_OPS:
            raise ValueError(f"Partial: expected one of {', '.join(REDUCE_OPS)}, got {self.reduce_op!r}")
        return 2, 0, REDUCE_OPS.index(self.reduce_op)


def placement_from(kind: int, dim: int, reduction: str, bounds: tuple[int, ...]) -> Placement:
    """The placement that the core tells of."""
    if kind == 1:
        return Shard(dim, bounds)
    return Replicate() if kind == 0 else Partial(REDUCE_OPS[CORE_NAMES.index(reduction)])


def listed(placements: Sequence[Placement] | None, dims: int) -> list[Placement]:
    """The placements for a mesh of so many dims, all Replicate without any. ValueError where they are not as many."""
    found: list[Placement] = [Replicate()] * dims if placements is None else list(placements)
    if len(found) != dims or not all(isinstance(p, Placement) for p in found):
        raise ValueError(
            f"`placements` must have the same length as `device_mesh.ndim`! Found {placements} and {dims}."
        )
    return found


def numbers(placements: Sequence[Placement], rank: int) -> list[int]:
    """Placements of a tensor of `rank` dims as the core takes them."""
    return [n for p in placements for n in p._numbers(rank)]


def bounds_of(placements: Sequence[Placement]) -> list[int]:
    """The bounds of all shardings one after the other, if they are known; none: the usual ones."""
    return [b for p in placements if isinstance(p, Shard) for b in p.bounds]


def of_gradient(placements: Sequence[Placement]) -> list[Placement]:
    """How the gradient of a tensor with these placements lies: that of every part of a sum is the whole."""
    return [Replicate() if p.is_partial() else p for p in placements]


def chunk(size: int, parts: int, at: int) -> tuple[int, int]:
    """(begin, length) of part `at` of a dim that is cut as torch.chunk does."""
    length = -(-size // parts)
    begin = min(at * length, size)
    return begin, min(begin + length, size) - begin


def local_part(shape: Sequence[int], mesh: Any, placements: Sequence[Placement]) -> tuple[list[int], list[int]]:
    """(shape, offset) of this process's part of a tensor of `shape`."""
    sizes, offset = list(shape), [0] * len(shape)
    coordinate = mesh.get_coordinate()
    for d, p in enumerate(placements):
        if isinstance(p, Shard):
            begin, length = chunk(sizes[p.dim], mesh.shape[d], coordinate[d])
            sizes[p.dim] = length
            offset[p.dim] += begin
    return sizes, offset
