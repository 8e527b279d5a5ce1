"""Rows of the random ops; tests/python/rng compares their numbers bit by bit."""

import torch

from samples import FLOATS, NUMBERS, DType, Sample, T, call

DRAW = {"seeded": True, "cuda": False}
FILL = {**DRAW, "grad": False}
REAL = (*NUMBERS, "bool")


def scaled_dropout(x, p, scale, gradient_scale):
    mask = torch.empty_like(x, dtype=torch.bool).bernoulli_(1 - p)
    return x * (mask * scale), mask


SAMPLES = [
    Sample("uniform_", call(T(40)), call(T(3, 4), -1, 2.5), call(T()), dtypes=FLOATS, **FILL),
    Sample("normal_", call(T(40)), call(T(3, 4), -1, 2.5), call(T()), dtypes=FLOATS, **FILL),
    Sample("log_normal_", call(T(40)), call(T(3, 4), -1, 0.5), dtypes=FLOATS, **FILL),
    Sample("exponential_", call(T(40)), call(T(3, 4), 0.5), dtypes=FLOATS, **FILL),
    Sample("cauchy_", call(T(40)), call(T(3, 4), -1, 0.5), dtypes=FLOATS, **FILL),
    Sample("geometric_", call(T(40), 0.3), call(T(3, 4), 0.9), dtypes=NUMBERS, **FILL),
    Sample("bernoulli_", call(T(40)), call(T(3, 4), 0.2), dtypes=REAL, **FILL),
    Sample("bernoulli_", call(T(3, 4), T(3, 4, low=0, high=1)), call(T(3, 4), T(4, low=0, high=1)), **FILL),
    Sample("random_", call(T(40)), call(T(3, 4), 2), call(T(3, 4), 0, 2), dtypes=REAL, **FILL),
    Sample("rand", call((40,)), call((2, 3), dtype=DType("float64")), call(()), call((2, 0)), **FILL),
    Sample("randn", call((40,)), call((2, 3), dtype=DType("float64")), call(()), call((2, 0)), **FILL),
    Sample("randint", call(9, (40,)), call(-3, 9, (2, 3)), call(0, 2**40, (5,)), **FILL),
    Sample("randperm", call(40), call(0), call(9, dtype=DType("int32")), **FILL),
    Sample("rand_like", call(T(3, 4)), call(T(3, 4), dtype=DType("float64")), dtypes=FLOATS, **FILL),
    Sample("randn_like", call(T(3, 4)), call(T(3, 4), dtype=DType("float64")), dtypes=FLOATS, **FILL),
    Sample("randint_like", call(T(3, 4), 7), call(T(3, 4), 2, 7), dtypes=NUMBERS, **FILL),
    Sample(
        "normal",
        call(T(3, 4), T(3, 4, low=0)),
        call(T(3, 4), 0.5),
        call(1.5, T(5, low=0)),
        dtypes=FLOATS,
        gradgrad=False,
        **DRAW,
    ),
    Sample("normal", call(1.5, 0.5, (3, 4)), **FILL),
    Sample("bernoulli", call(T(3, 4, low=0, high=1)), dtypes=FLOATS, gradgrad=False, **DRAW),
    Sample("bernoulli", call(T(3, 4), 0.3), dtypes=FLOATS, **FILL),
    Sample("poisson", call(T(3, 4, low=0, high=30)), dtypes=FLOATS, gradgrad=False, **DRAW),
    Sample(
        "multinomial",
        *(call(T(20, low=0, high=1), n, r) for n in (1, 3) for r in (False, True)),
        call(T(4, 9, low=0, high=1), 2),
        dtypes=FLOATS,
        **FILL,
    ),
    Sample("dropout", *(call(T(3, 40), p, t) for p in (0.0, 0.3, 1.0) for t in (True, False)), dtypes=FLOATS, **DRAW),
    Sample("dropout_", *(call(T(3, 40), p, True) for p in (0.0, 0.3, 1.0)), dtypes=FLOATS, **FILL),
    *(
        Sample(op, *(call(T(3, 8, 2), p, True) for p in (0.0, 0.3, 1.0)), dtypes=FLOATS, **DRAW)
        for op in ("feature_dropout", "alpha_dropout", "feature_alpha_dropout")
    ),
    Sample("feature_dropout_", *(call(T(3, 8, 2), p, True) for p in (0.0, 0.3, 1.0)), dtypes=FLOATS, **FILL),
    Sample(
        "native_dropout",
        *(call(T(3, 40), p, t) for p in (0.0, 0.3, 1.0) for t in (True, False)),
        dtypes=FLOATS,
        **DRAW,
    ),
    Sample("_scaled_dropout", call(T(3, 40), 0.3, 2.0, 2.0), reference=scaled_dropout, **DRAW),
    Sample(
        "native_dropout_backward",
        call(T(3, 4), T(3, 4, dtype="bool", grad=False), 1.25),
        reference="ops.aten.native_dropout_backward",
    ),
]
