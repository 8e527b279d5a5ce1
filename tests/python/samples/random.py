"""Rows of the random ops; tests/python/rng compares their numbers bit by bit."""

import mpmath
import torch

from samples import FLOATS, NUMBERS, DType, Sample, T, call

DRAW = {"seeded": True, "cuda": False}
FILL = {**DRAW, "grad": False}
REAL = (*NUMBERS, "bool")


def scaled_dropout(x, p, scale, gradient_scale):
    mask = torch.empty_like(x, dtype=torch.bool).bernoulli_(1 - p)
    return x * (mask * scale), mask


def slope(cdf, density, a, *arguments):
    """How the quantile moves with `a`, from differences of the distribution function in many digits."""
    with mpmath.workdps(40):
        return float(-mpmath.diff(lambda t: cdf(t, *arguments), a) / density(a, *arguments))


def each(f, *tensors):
    values = [f(*(mpmath.mpf(v) for v in row)) for row in zip(*(t.double().flatten().tolist() for t in tensors))]
    return torch.tensor(values, dtype=torch.float64).reshape(tensors[0].shape).to(tensors[0].dtype)


def slope_of_gamma(shape, x):
    def cdf(a, x):
        return mpmath.gammainc(a, 0, x, regularized=True)

    def density(a, x):
        return x ** (a - 1) * mpmath.exp(-x) / mpmath.gamma(a)

    return each(lambda a, x: slope(cdf, density, a, x), shape, x)


def slope_of_beta(x, alpha, total):
    def cdf(a, b, x):
        return mpmath.betainc(a, b, 0, x, regularized=True)

    def density(a, b, x):
        return x ** (a - 1) * (1 - x) ** (b - 1) / mpmath.beta(a, b)

    return each(lambda x, a, total: slope(cdf, density, a, total - a, x) / (1 - x), x, alpha, total)


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
        "_standard_gamma",
        call(T(3, 4, low=0.1, high=3)),
        call(T(40, low=0, high=30)),
        **FILL,
    ),
    Sample("_sample_dirichlet", call(T(3, 4, low=0.1, high=3)), call(T(2, 21, low=0.1, high=3)), **FILL),
    Sample(
        "binomial",
        call(T(40, low=0, high=20), T(40, low=0, high=1)),
        call(T(3, 4, low=50, high=90), T(3, 4, low=0, high=1)),
        call(T(3, 4, low=5, high=90), T(4, low=0, high=1)),
        **FILL,
    ),
    Sample(
        "_standard_gamma_grad",
        call(T(3, 4, low=0.1, high=9), T(3, 4, low=0.1, high=9)),
        call(T(5, low=100, high=200), T(5, low=100, high=200)),
        call(T(5, low=1e-3, high=0.1), T(5, low=1e-6, high=1e-3)),
        reference=slope_of_gamma,
        grad=False,
    ),
    Sample(
        "_dirichlet_grad",
        call(T(3, 4, low=0.1, high=0.9), T(3, 4, low=0.1, high=4), T(3, 4, low=4.5, high=9)),
        call(T(5, low=1e-3, high=0.1), T(5, low=0.1, high=40), T(5, low=50, high=90)),
        reference=slope_of_beta,
        grad=False,
    ),
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
