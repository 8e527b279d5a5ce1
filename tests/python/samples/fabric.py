"""Rows of the ops that place tensors on a mesh: values stay what they were."""

import torch
from vibetensor import _C, fabric

from samples import FLOATS, INTS, Sample, T, call

PAIR = fabric.Mesh(["cpu", "cpu"]).id
ALONE = _C.fabric_process_mesh([1], [0], 0, "cpu")
REPLICATED, FIRST, LAST = [0, 0, 0], [1, 0, 0], [1, -1, 0]
KEPT = {"layouts": False, "inplace": False, "out": False, "cuda": False}


def placed(shards, mesh, placements, size):
    return torch.cat(shards, 1).reshape(size)


def all_reduced(parts, reduction="sum"):
    wide = [p.double() if p.is_floating_point() else p for p in parts]
    total = {"sum": sum(wide), "mean": sum(wide) / len(wide), "product": wide[0] * wide[1]}.get(reduction)
    if total is None:
        total = torch.maximum(*wide) if reduction == "max" else torch.minimum(*wide)
    for part in parts:
        part.copy_(total)


SAMPLES = [
    Sample(
        "_fabric_distribute",
        call(T(5, 3), PAIR, FIRST),
        call(T(5, 3), PAIR, LAST),
        call(T(2, 0), PAIR, FIRST),
        call(T(), PAIR, REPLICATED),
        dtypes=("float32", "float64", "bfloat16", *INTS),
        reference=lambda t, mesh, placements: t.clone(),
        **KEPT,
    ),
    Sample("_fabric_gather", call(T(5, 3), PAIR, []), reference=lambda t, mesh, placements: t.clone(), **KEPT),
    Sample(
        "_fabric_from_local",
        call(T(5, 3), ALONE, FIRST, [], [5, 3]),
        call(T(5, 3), ALONE, REPLICATED, [], [5, 3]),
        reference=lambda t, mesh, placements, bounds, size: t.clone(),
        **KEPT,
    ),
    Sample(
        "_fabric_to_local",
        call(T(5, 3), ALONE, FIRST, [0, 5], []),
        call(T(5, 3), ALONE, LAST, [], REPLICATED),
        reference=lambda t, mesh, placements, bounds, grad_placements: t.clone(),
        **KEPT,
    ),
    Sample(
        "_fabric_all_reduce_",
        call([T(5, 3), T(5, 3)]),
        *(call([T(4), T(4)], reduction) for reduction in ("mean", "max", "min", "product")),
        dtypes=FLOATS,
        reference=all_reduced,
        grad=False,
        **KEPT,
    ),
    Sample(
        "_fabric_join",
        call([T(2, 3), T(2, 1)], PAIR, LAST, [2, 4]),
        reference=placed,
        grad=False,
        **KEPT,
    ),
]
