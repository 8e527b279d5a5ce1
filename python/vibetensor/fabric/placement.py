"""How the members of a mesh hold a tensor: `Shard`, `Replicate`, `Partial`."""

from __future__ import annotations

from dataclasses import dataclass, field

KINDS = ("replicate", "shard", "partial")
REDUCTIONS = ("sum", "mean", "max", "min", "product")


@dataclass(frozen=True)
class Placement:
    """How the members along one dim of a mesh hold a tensor."""

    def numbers(self) -> tuple[int, int, int]:
        raise NotImplementedError


@dataclass(frozen=True)
class Replicate(Placement):
    """Every member has all of it."""

    def numbers(self) -> tuple[int, int, int]:
        return (0, 0, 0)


@dataclass(frozen=True)
class Shard(Placement):
    """Every member has a part of dim `dim`; `bounds` says where each part begins and where the last one ends.

    Two are equal if they shard the same dim.
    """

    dim: int
    bounds: tuple[int, ...] = field(default=(), compare=False, repr=False)

    def numbers(self) -> tuple[int, int, int]:
        return (1, self.dim, 0)


@dataclass(frozen=True)
class Partial(Placement):
    """Every member has a tensor of the whole's sizes, and the whole is their sum (mean, max, min, product)."""

    reduction: str = "sum"

    def __post_init__(self) -> None:
        if self.reduction not in REDUCTIONS:
            raise ValueError(f"Partial: expected one of {', '.join(REDUCTIONS)}, got {self.reduction!r}")

    def numbers(self) -> tuple[int, int, int]:
        return (2, 0, REDUCTIONS.index(self.reduction))


def placement_of(kind: int, dim: int, reduction: str, bounds: tuple[int, ...]) -> Placement:
    """The placement that the core tells of."""
    if KINDS[kind] == "shard":
        return Shard(dim, bounds)
    return Replicate() if KINDS[kind] == "replicate" else Partial(reduction)
