"""Rows of the random ops: on the CPU, with the same seed, PyTorch's very numbers."""

import torch

from samples import DType, Sample, T, call

X = T(37, grad=False)
DRAW = {"seeded": True, "grad": False, "layouts": False, "cuda": False}


def by_method(name):
    return lambda x, *a, **k: getattr(x, name)(*a, **k)


SAMPLES = [
    Sample(
        "uniform_",
        call(X),
        call(X, -1.0, 3.0),
        call(T(3, grad=False)),
        dtypes=("float32", "float64", "bfloat16"),
        reference=by_method("uniform_"),
        **DRAW,
    ),
    Sample(
        "normal_",
        call(X),
        call(X, 1.0, 3.0),
        call(T(3, grad=False)),
        dtypes=("float32", "float64", "bfloat16"),
        reference=by_method("normal_"),
        **DRAW,
    ),
    Sample("log_normal_", call(X), reference=by_method("log_normal_"), **DRAW),
    Sample("exponential_", call(X), call(X, 2.0), reference=by_method("exponential_"), **DRAW),
    Sample("cauchy_", call(X), reference=by_method("cauchy_"), rtol=1e-5, atol=1e-5, **DRAW),
    Sample("geometric_", call(X, 0.3), reference=by_method("geometric_"), **DRAW),
    Sample(
        "bernoulli_", call(X), call(X, 0.3), call(X, T(37, low=0, high=1)), reference=by_method("bernoulli_"), **DRAW
    ),
    Sample(
        "random_",
        call(X),
        call(X, 10),
        call(X, -5, 5),
        dtypes=("float32", "int64", "int32", "uint8"),
        reference=by_method("random_"),
        **DRAW,
    ),
    Sample("rand", call((3, 5)), call((40,), dtype=DType("float64")), **DRAW),
    Sample("randn", call((3, 5)), call((40,), dtype=DType("float64")), **DRAW),
    Sample("randint", call(10, (20,)), call(-3, 4, (3, 5)), **DRAW),
    Sample("randperm", call(10), call(0), call(1000), **DRAW),
    Sample("rand_like", call(X), reference="rand_like", **DRAW),
    Sample("randn_like", call(X), **DRAW),
    Sample("randint_like", call(X, 5), call(X, 2, 9), **DRAW),
    Sample(
        "normal",
        call(T(20), T(20, low=0.5, high=1)),
        call(T(20), 2.0),
        call(1.0, T(20, low=0.5, high=1)),
        call(0.0, 1.0, (20,)),
        **DRAW,
    ),
    Sample("bernoulli", call(T(20, low=0, high=1)), call(T(20), 0.4), **DRAW),
    Sample("poisson", call(T(20, low=0.5, high=9)), **DRAW),
    Sample("multinomial", call(T(6, low=0.1, high=1), 4), call(T(3, 6, low=0.1, high=1), 10, True), **DRAW),
    Sample(
        "dropout",
        call(T(200), 0.3, True),
        call(T(5), 0.5, False),
        call(T(5), 1.0, True),
        call(T(5), 0.0, True),
        reference=torch.dropout,
        seeded=True,
        layouts=False,
        cuda=False,
    ),
    Sample("dropout_", call(T(200, grad=False), 0.3, True), reference=torch.dropout_, **DRAW),
    Sample(
        "feature_dropout",
        call(T(4, 30, 3), 0.3, True),
        reference=torch.feature_dropout,
        seeded=True,
        layouts=False,
        cuda=False,
    ),
    Sample(
        "native_dropout",
        call(T(200), 0.3, True),
        call(T(20), 0.3, False),
        reference=torch.native_dropout,
        seeded=True,
        layouts=False,
        cuda=False,
    ),
    Sample(
        "native_dropout_backward", call(T(20), T(20, dtype="bool"), 1.5), reference="ops.aten.native_dropout_backward"
    ),
    Sample(
        "_scaled_dropout",
        call(T(50), 0.0, 2.0),
        seeded=True,
        layouts=False,
        cuda=False,
        reference=lambda x, p, s: (x * s, torch.ones_like(x, dtype=torch.bool)),
    ),
]
