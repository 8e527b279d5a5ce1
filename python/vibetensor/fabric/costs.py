"""What an all-reduce costs on other numbers of GPUs, from what was measured on some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WAYS = ("lines", "shares", "ring", "NCCL")


def terms(way: str, members: int, size: int) -> tuple[float, float]:
    """(waits for others one after the other, bytes over one GPU's links in each direction) of an all-reduce of `size` bytes.

    lines: each member sends all of its part, with a number beside every four bytes, to all others at once. shares: members
    meet, then each reads the others' parts of a share and writes the sum to them, then they meet. ring: 2 (n - 1) steps of
    one chunk each. NCCL counts as a ring whose steps go down to a tree's for small sizes, 2 log2(n).
    """
    others = members - 1
    if way == "lines":
        return 1.0, 2.0 * others * size
    if way == "shares":
        return 2.0, 2.0 * others / members * size
    if way == "ring":
        return 2.0 * others, 2.0 * others / members * size
    if way == "NCCL":
        return 2.0 * (members - 1).bit_length(), 2.0 * others / members * size
    raise ValueError(f"terms: expected one of {', '.join(WAYS)}, got {way!r}")


@dataclass(frozen=True)
class CostModel:
    """Microseconds of an all-reduce: `launch` + `wait` for each wait + the bytes over `gigabytes_per_second`.

    All links of a GPU together have that rate, and a switch is between them; on machines without one a rate is lower.
    """

    way: str
    launch: float
    wait: float
    gigabytes_per_second: float

    def microseconds(self, members: int, size: int) -> float:
        """Predicted time of an all-reduce of `size` bytes over `members` GPUs."""
        if members < 2:
            return 0.0
        waits, moved = terms(self.way, members, size)
        return self.launch + self.wait * waits + moved / (1e3 * self.gigabytes_per_second)

    @classmethod
    def fit(cls, way: str, members: int, rows: Iterable[tuple[int, float]], launch: float = 0.0) -> CostModel:
        """The model that fits (bytes, microseconds) measured on `members` GPUs with the least sum of squared relative errors.

        One number of members cannot tell a launch from a wait, so that `launch` is given. ValueError for fewer than two
        sizes.

        >>> from vibetensor.fabric import CostModel
        >>> model = CostModel.fit("ring", 2, [(1000, 6.0), (10**9, 4005.0)], launch=1.0)
        >>> round(model.wait, 2), round(model.gigabytes_per_second)
        (2.5, 250)
        """
        found = [(size, time) for size, time in rows if time > 0]
        if len({size for size, _ in found}) < 2:
            raise ValueError("CostModel.fit: expected measurements of two sizes at least")
        # time = launch + wait * waits + moved * slope, each equation over its time.
        aa = ab = bb = ac = bc = 0.0
        for size, time in found:
            waits, moved = terms(way, members, size)
            a, b, c = waits / time, moved / time, (time - launch) / time
            aa, ab, bb, ac, bc = aa + a * a, ab + a * b, bb + b * b, ac + a * c, bc + b * c
        determinant = aa * bb - ab * ab
        wait = (ac * bb - bc * ab) / determinant
        slope = (aa * bc - ab * ac) / determinant
        if wait < 0:  # the sizes are too large to tell
            wait, slope = 0.0, bc / bb
        if slope <= 0:
            raise ValueError("CostModel.fit: expected times that grow with the bytes")
        return cls(way, launch, wait, 1.0 / (1e3 * slope))


def models_of(measured: Iterable[Mapping[str, Any]], launch: float = 0.0) -> dict[str, CostModel]:
    """A model of each way of which `measured_ways()` has two sizes or more, of the smallest number of members there."""
    rows = list(measured)
    models: dict[str, CostModel] = {}
    for way in WAYS:
        of_way = [r for r in rows if f"{way}_us" in r]
        if not of_way:
            continue
        members = min(r["members"] for r in of_way)
        pairs = [(r["bytes"], r[f"{way}_us"]) for r in of_way if r["members"] == members]
        if len({size for size, _ in pairs}) >= 2:
            models[way] = CostModel.fit(way, members, pairs, launch)
    return models
