"""The norm of many DTensors as if they were one vector: of parts first, then over processes."""

from __future__ import annotations

import math
from typing import Any

from vibetensor import _C
from vibetensor.torch.distributed import collectives
from vibetensor.torch.distributed.device_mesh import mesh_of
from vibetensor.torch.distributed.reduce_op import ReduceOp
from vibetensor.torch.distributed.tensor.dtensor import DTensor
from vibetensor.torch.distributed.tensor.placement_types import Placement, Replicate


def total_norm(tensors: list[Any], order: float) -> Any:
    """The norm of order `order` of all elements of `tensors`, a replicated DTensor of no dims, on the first one's mesh.

    Norms of parts are put together in float64, in one collective for all tensors that lie alike.
    """
    by_place: dict[tuple[int, tuple[Placement, ...]], list[Any]] = {}
    plain = []
    first: Any = None
    for t in tensors:
        t = t.detach()
        mesh = mesh_of(t)
        if mesh is None:
            plain.append(t)
            continue
        if any(p.is_partial() for p in t.placements):
            t = t.redistribute(placements=[Replicate() if p.is_partial() else p for p in t.placements])
        first = t if first is None else first
        by_place.setdefault((mesh._id(), t.placements), []).append(t)
    totals = [term_of(plain, order)] if plain else []
    for (_, placements), group in by_place.items():
        total = term_of([t.to_local() for t in group], order)
        for d, p in enumerate(placements):
            if p.is_shard():
                collectives.all_reduce(total, join_of(order), group[0].device_mesh.get_group(d))
        totals.append(total)
    joined = _C.ops.stack(totals)
    if math.isinf(order):
        found = joined.amax() if order > 0 else joined.amin()
    else:
        found = joined.sum() if order == 0 else joined.sum() ** (1 / order)
    mesh = first.device_mesh
    dtype = _C.ops.linalg_vector_norm(first.to_local()[:0], 2.0).dtype
    return DTensor.from_local(found.to(dtype), mesh, [Replicate()] * mesh.ndim)


def join_of(order: float) -> ReduceOp:
    return ReduceOp.SUM if math.isfinite(order) else ReduceOp.MAX if order > 0 else ReduceOp.MIN


def term_of(parts: list[Any], order: float) -> Any:
    """What of the norm comes from `parts`: the sum of powers, or the extremum, in float64."""
    filled = [t for t in parts if t.numel()]
    if not filled:
        return _C.ops.full([], 0.0 if order >= 0 else float("inf"), dtype=_C.float64, device=parts[0].device)
    norms = _C.ops.stack([n.to(_C.float64) for n in _C.ops._foreach_norm(filled, order)])
    if math.isinf(order):
        return norms.amax() if order > 0 else norms.amin()
    return norms.sum() if order == 0 else (norms**order).sum()
