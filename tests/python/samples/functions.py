"""Rows of torch.special: special functions, orthogonal polynomials, and its names for ops of torch."""

from __future__ import annotations

from typing import Any

import torch as reference

from samples import NUMBERS, Sample, T, call, pointwise

special = reference.special
COMPARABLE = (*NUMBERS, "bool")
AROUND = T(3, 4, low=-3.0, high=3.0)
WIDE = T(3, 4, low=-40.0, high=40.0)
POSITIVE = T(3, 4, low=0.3, high=30.0)
SMALL = T(3, 4, low=0.3, high=3.0)
SHARE = T(3, 4, low=0.05, high=0.95)
LARGE_P = T(3, 4, low=2.1, high=6.0)
DEGREES = T(3, 4, low=-1.0, high=12.0, grad=False)
# PyTorch computes these in float32 itself; here they are computed in double and rounded once.
SINGLE = {"float32": (3e-5, 3e-6), "bfloat16": (4e-2, 1e-2), "float16": (5e-3, 2e-3)}
# 16-bit inputs are of the rows' own kinds: PyTorch has few of these functions in them.
TWO = ("float32", "float64")


def of(name: str, *operands: Any, **options: Any) -> Sample:
    options = {"dtypes": TWO, "tolerance": SINGLE, **options}
    return pointwise(f"special_{name}", *operands, reference=getattr(special, name), **options)


def flat(name: str, *operands: Any, **options: Any) -> Sample:
    return of(name, *operands, grad=False, **options)


FUNCTIONS = [
    pointwise("i0", AROUND, dtypes=COMPARABLE, tolerance=SINGLE),
    of("i0e", AROUND, dtypes=COMPARABLE),
    of("i1", AROUND),
    of("i1e", AROUND),
    of("erfcx", AROUND),
    of("ndtr", AROUND, dtypes=COMPARABLE),
    of("log_ndtr", AROUND),
    of("ndtri", SHARE),
    of("xlog1py", SMALL, SMALL, dtypes=COMPARABLE),
    of("zeta", T(3, 4, low=1.5, high=6.0, grad=False), SMALL),
    *(flat(f"bessel_{name}", POSITIVE) for name in ("j0", "j1", "y0", "y1")),
    *(flat(f"modified_bessel_{name}", SMALL) for name in ("i0", "i1", "k0", "k1")),
    *(flat(f"scaled_modified_bessel_{name}", POSITIVE) for name in ("k0", "k1")),
    flat("spherical_bessel_j0", WIDE),
    # PyTorch's is off by 2.5e-6 near -2.1
    flat("airy_ai", T(3, 4, low=-8.0, high=8.0), tolerance={**SINGLE, "float64": (1e-4, 5e-6)}),
    pointwise(
        "igamma", T(3, 4, low=0.3, high=8.0, grad=False), T(3, 4, low=0.3, high=12.0), dtypes=TWO, tolerance=SINGLE
    ),
    pointwise(
        "igammac", T(3, 4, low=0.3, high=8.0, grad=False), T(3, 4, low=0.3, high=12.0), dtypes=TWO, tolerance=SINGLE
    ),
    Sample(
        "polygamma",
        *(call(n, SMALL) for n in range(5)),
        inplace=False,
        tolerance=SINGLE,
    ),
    Sample("polygamma", call(SMALL, 2), reference=lambda x, n: reference.polygamma(n, x), out=False, tolerance=SINGLE),
    Sample("_polygamma", call(SMALL, 3.0), reference=lambda x, n: reference.polygamma(int(n), x), tolerance=SINGLE),
    Sample("mvlgamma", call(LARGE_P, 1), call(LARGE_P, 2), call(LARGE_P, 4), tolerance=SINGLE),
]

POLYNOMIALS = [
    *(
        flat(f"{shifted}chebyshev_polynomial_{kind}", T(3, 4, low=-1.0, high=1.5), DEGREES)
        for shifted in ("", "shifted_")
        for kind in "tuvw"
    ),
    flat("hermite_polynomial_h", AROUND, DEGREES),
    flat("hermite_polynomial_he", AROUND, DEGREES),
    flat("laguerre_polynomial_l", AROUND, DEGREES),
    flat("legendre_polynomial_p", T(3, 4, low=-1.0, high=1.0), DEGREES),
]

NAMES = [
    of("digamma", SMALL),
    of("psi", SMALL, gradgrad=False),
    of("gammaln", SMALL),
    of("erf", AROUND),
    of("erfc", AROUND),
    of("erfinv", T(3, 4, low=-0.9, high=0.9)),
    of("exp2", AROUND),
    of("expm1", AROUND),
    of("log1p", SMALL),
    of("sinc", SMALL),
    of("i0", AROUND),
    of("logit", SHARE),
    of("xlogy", SMALL, SMALL),
    of("gammainc", T(3, 4, low=0.3, high=8.0, grad=False), SMALL),
    of("gammaincc", T(3, 4, low=0.3, high=8.0, grad=False), SMALL),
    Sample("special_round", call(AROUND), call(AROUND, decimals=2), reference=special.round, gradgrad=False),
    Sample("special_polygamma", call(2, SMALL), reference=special.polygamma, tolerance=SINGLE),
    Sample("special_multigammaln", call(LARGE_P, 2), reference=special.multigammaln, tolerance=SINGLE),
]

SAMPLES = [*FUNCTIONS, *POLYNOMIALS, *NAMES]
