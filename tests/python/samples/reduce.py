"""Rows of the reductions and scans."""

from __future__ import annotations

from samples import ALL, COMPLEX, FLOATS, NUMBERS, DType, I, Sample, T, call

REAL = (*NUMBERS, "bool")
ANY_FLOAT = (*FLOATS, *COMPLEX)
# 16-bit sums: PyTorch rounds in other places.
LOOSE = {"float16": (2e-3, 2e-3), "bfloat16": (2e-2, 2e-2), "float32": (2e-6, 2e-6)}


def over_dims(**keywords: object) -> list:
    """Calls over everything, single dims, several, with keepdim, of empty and 0-dim tensors."""
    return [
        call(T(3, 4), **keywords),
        call(T(3, 4), 0, **keywords),
        call(T(2, 3, 4), (0, 2), **keywords),
        call(T(2, 3, 4), -2, True, **keywords),
        call(T(2, 3, 4), (1, 2), keepdim=True, **keywords),
        call(T(), **keywords),
        call(T(0, 3), 0, **keywords),
        call(T(0, 3), 1, **keywords),
        call(T(5, 70), 1, **keywords),
        call(T(70, 300), 0, **keywords),
    ]


SUMS = [
    Sample("sum", *over_dims(), dtypes=ALL, tolerance=LOOSE),
    Sample(
        "sum",
        call(T(3, 4), dtype=DType("float64")),
        call(T(3, 4), 1, dtype=DType("float32")),
        dtypes=NUMBERS,
        grad=False,
    ),
    Sample("nansum", *over_dims(), dtypes=NUMBERS, tolerance=LOOSE),
    Sample("nanmean", call(T(3, 4)), call(T(3, 4), 1), call(T(3, 4), 0, True), dtypes=("float32", "float64")),
    Sample("mean", *(c for c in over_dims() if c.args[0].shape != (0, 3)), dtypes=ANY_FLOAT, tolerance=LOOSE),
    Sample("mean", call(T(0, 3), 0), call(T(0, 3), 1), call(T(0, 3)), dtypes=ANY_FLOAT, grad=False),
    Sample(
        "mean",
        call(T(3, 4), dtype=DType("float64")),
        call(T(3, 4), 1, dtype=DType("float32")),
        dtypes=NUMBERS,
        grad=False,
    ),
    Sample(
        "prod",
        call(T(3, 4)),
        call(T(3, 4), 0),
        call(T(2, 3, 4), 1, True),
        call(T()),
        call(T(0, 3), 0),
        dtypes=ALL,
        tolerance=LOOSE,
    ),
    Sample("count_nonzero", call(T(3, 4)), call(T(3, 4), 1), call(T(2, 3, 4), (0, 2)), dtypes=ALL, grad=False),
    Sample("sum_to_size", call(T(2, 3, 4), (3, 1)), call(T(3, 4), (1, 4)), call(T(3, 4), (3, 4))),
]

LOGIC = [
    Sample(
        op,
        call(T(3, 4)),
        call(T(3, 4), 0),
        call(T(2, 3, 4), 1, True),
        call(T(2, 3, 4), (0, 2)),
        call(T()),
        call(T(0, 3), 0),
        dtypes=ALL,
        grad=False,
    )
    for op in ("any", "all")
]

EXTREMA = [
    *(
        Sample(
            op,
            call(T(3, 4)),
            call(T(3, 4), 0),
            call(T(2, 3, 4), (0, 2)),
            call(T(2, 3, 4), -2, True),
            call(T()),
            call(T(70, 300), 0),
            dtypes=REAL,
        )
        for op in ("amax", "amin")
    ),
    *(
        Sample(
            op,
            call(T(3, 4)),
            call(T(3, 4), 0),
            call(T(2, 3, 4), 1, True),
            call(T()),
            call(T(5, 300), 1),
            call(T(), 0),
            call(T(70, 300), 0),
            call(T(3, 4), T(3, 4)),
            call(I(3), I()),  # a tensor of no dimensions is an operand, not a dim
            dtypes=REAL,
        )
        for op in ("max", "min")
    ),
    *(
        Sample(
            op,
            call(T(3, 4)),
            call(T(3, 4), 0),
            call(T(2, 3, 4), 1, True),
            call(T()),
            call(T(5, 2100), 1),
            call(T(70, 300), 0),
            call(T(3, 4), None, True),
            dtypes=NUMBERS,
            grad=False,
        )
        for op in ("argmax", "argmin")
    ),
    Sample("aminmax", call(T(3, 4)), call(T(3, 4), dim=1), call(T(3, 4), dim=0, keepdim=True), dtypes=NUMBERS),
]

NORMS = [
    Sample(
        "linalg_vector_norm",
        *(call(T(3, 4), p) for p in (2, 1, 0, 3, 0.5, -1, float("inf"), -float("inf"))),
        call(T(3, 4), 2, 0),
        call(T(2, 3, 4), 2, (0, 2), True),
        call(T(3, 4), 2, dtype=DType("float64")),
        reference="linalg.vector_norm",
        dtypes=("float32", "float64", *COMPLEX),
        tolerance=LOOSE,
    ),
    Sample("norm", call(T(3, 4)), call(T(3, 4), 1), call(T(3, 4), 2, 1), call(T(3, 4), 3, 0, True)),
]

MOMENTS = [
    *(
        Sample(
            op,
            call(T(3, 4)),
            call(T(3, 4), False),
            call(T(3, 4), 0),
            call(T(2, 3, 4), (0, 2), False, True),
            call(T(3, 4), 1, correction=2),
            call(T(3, 4), correction=0, keepdim=True),
            dtypes=ANY_FLOAT,
            tolerance=LOOSE,
            out=False,  # PyTorch takes a bool for the dim when out= is given
        )
        for op in ("var", "std")
    ),
    *(
        Sample(
            op,
            call(T(3, 4)),
            call(T(3, 4), False),
            call(T(3, 4), 0),
            call(T(2, 3, 4), (0, 2), False, True),
            call(T(3, 4), 1, correction=2),
            dtypes=FLOATS,
            tolerance=LOOSE,
        )
        for op in ("var_mean", "std_mean")
    ),
    Sample(
        "logsumexp",
        call(T(3, 4), 1),
        call(T(2, 3, 4), (0, 2)),
        call(T(2, 3, 4), 1, True),
        dtypes=(*FLOATS, *COMPLEX),
        tolerance=LOOSE,
    ),
]

SCANS = [
    Sample(
        "cumsum",
        call(T(3, 4), 0),
        call(T(2, 3, 4), -1),
        call(T(), 0),
        call(T(0, 3), 0),
        call(T(3, 600), 1),
        call(T(3, 4), 1, dtype=DType("float64")),
        dtypes=(*NUMBERS, *COMPLEX),
        tolerance={**LOOSE, "float32": (2e-6, 1e-5)},
    ),
    Sample(
        "cumsum",
        *(call(T(3, 40), 1, dtype=DType(d)) for d in ("int8", "uint8", "int16", "int32")),
        dtypes=("int64",),
        grad=False,
        inplace=False,
    ),
    Sample(
        "cumprod",
        call(T(3, 4), 0),
        call(T(2, 3, 4), -1),
        call(T(), 0),
        call(T(3, 5, low=0.0, high=0.0), 1),
        dtypes=(*NUMBERS, *COMPLEX),
        tolerance=LOOSE,
    ),
]

SAMPLES = [*SUMS, *LOGIC, *EXTREMA, *NORMS, *MOMENTS, *SCANS]
