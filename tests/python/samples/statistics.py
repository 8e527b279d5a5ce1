"""Rows of quantiles, covariances, running extrema, and of functions known by samples."""

import torch

from samples import ALL, COMPLEX, FLOATS, INTS, NUMBERS, B, Sample, T, call

INF, NAN = float("inf"), float("nan")
M = T(3, 4)
HOLES = torch.tensor([[1.0, NAN, 3.0, -2.0], [NAN, NAN, NAN, NAN], [4.0, 1.0, 1.0, 0.5]])
TIES = torch.tensor([[1, 3, 3, 2, 3], [5, 5, 1, 1, 5]])
QUANTILES = ("linear", "lower", "higher", "midpoint", "nearest")

SAMPLES = [
    *(
        Sample(
            op,
            call(T(5, 7), 0.3),
            call(T(5, 7), 0.3, 1),
            call(T(5, 7), 0.0, 0, True),
            call(T(5, 7), 1.0, keepdim=True),
            call(T(), 0.5, 0),
            call(T(5, 7), T(3, low=0.0, high=1.0, grad=False), 1),
            call(T(2, 5, 3), T(2, low=0.0, high=1.0, grad=False), -2, True),
            call(T(2, 5, 3), T(2, low=0.0, high=1.0, grad=False), keepdim=True),
            call(T(5, 7), T(low=0.0, high=1.0, grad=False), 0),
            *(call(T(4, 9), 0.37, 1, interpolation=name) for name in QUANTILES),
        )
        for op in ("quantile", "nanquantile")
    ),
    *(
        Sample(op, call(HOLES, 0.4, 1), call(HOLES, 0.4), call(HOLES[:1], 0.9, 1), dtypes=("float32",), grad=False)
        for op in ("quantile", "nanquantile")
    ),
    Sample(
        "cov",
        call(T(3, 6)),
        call(T(6)),
        call(T()),
        call(T(3, 6), correction=0),
        dtypes=("float32", "float64", *COMPLEX),
    ),
    Sample(
        "cov",
        call(T(3, 4), fweights=torch.tensor([1, 2, 0, 3])),
        call(T(3, 4), correction=0, fweights=torch.tensor([1, 2, 0, 3])),
        dtypes=("float32", "float64"),
    ),
    Sample(
        "cov",
        call(T(3, 4), aweights=T(4, low=0.1, high=1.0, grad=False)),
        call(T(3, 4), fweights=torch.tensor([1, 2, 0, 3]), aweights=T(4, low=0.1, high=1.0, grad=False)),
    ),
    Sample("corrcoef", call(T(3, 6)), call(T(6)), dtypes=("float32", "float64", *COMPLEX), gradcheck=False),
    Sample(
        "cummax",
        call(M, 0),
        call(T(2, 3, 4), -1),
        call(T(), 0),
        call(T(0, 3), 0),
        call(T(3, 600), 1),
        dtypes=(*NUMBERS, "bool"),
    ),
    Sample("cummax", call(TIES, 1), call(HOLES, 1), call(HOLES, 0), dtypes=("float32",), grad=False),
    Sample("cummin", call(M, 0), call(T(2, 3, 4), -1), call(T(), 0), call(T(3, 600), 1), dtypes=(*NUMBERS, "bool")),
    Sample("cummin", call(TIES, 1), call(HOLES, 1), call(HOLES, 0), dtypes=("float32",), grad=False),
    Sample(
        "logcumsumexp",
        call(M, 0),
        call(T(2, 3, 4), -1),
        call(T(), 0),
        call(T(0, 3), 0),
        call(T(3, 300), 1),
        dtypes=FLOATS,
        tolerance={"float32": (1e-5, 1e-6), "bfloat16": (2e-2, 2e-2), "float16": (2e-3, 2e-3)},
    ),
    Sample(
        "logcumsumexp",
        call(torch.tensor([-INF, 1.0, -INF, 500.0]), 0),
        call(torch.tensor([1.0, NAN, 2.0]), 0),
        dtypes=("float32",),
        grad=False,
    ),
    Sample(
        "diff",
        call(T(6)),
        call(M, 2, 0),
        call(M, 1, 1, T(3, 2), T(3, 1)),
        call(M, 0),
        call(M, 9),
        call(B(3, 4)),
        dtypes=tuple(d for d in ALL if d != "bool"),
    ),
    Sample("trapezoid", call(M), call(M, dx=0.5, dim=0), call(M, T(4)), call(M, T(3, 4), dim=0), call(T(3, 0))),
    Sample("trapz", call(M), call(M, dx=0.5, dim=0), call(M, T(4))),
    Sample("cumulative_trapezoid", call(M), call(M, dx=0.5, dim=0), call(M, T(4)), call(M, T(3, 4), dim=0)),
    Sample(
        "gradient",
        call(T(5, 4)),
        call(T(5, 4), spacing=[0.5], edge_order=2),
        call(T(5, 4), spacing=[0.5, 2.0]),
        call(T(5, 4), spacing=[3.0], dim=[1]),
        reference=lambda x, spacing=(1.0,), **rest: torch.gradient(
            x, spacing=spacing[0] if len(spacing) == 1 else spacing, **rest
        ),
    ),
    Sample(
        "gradient",
        call(T(5, 4), spacing=[torch.tensor([0.0, 1, 3, 4, 4.5]), torch.tensor([1.0, 2, 4, 5])], edge_order=2),
        call(T(5, 4), spacing=[torch.tensor([1.0, 2, 4, 5])], dim=[1]),
        dtypes=("float32",),
        grad=False,
    ),
    Sample("dist", call(M, M), call(M, T(4), 1), call(M, M, INF), call(M, M, 3), rtol=1e-5, atol=1e-6),
    Sample("renorm", call(M, 2, 0, 1.0), call(T(2, 3, 4), 1, 1, 5.0), call(M, INF, 1, 1.5), rtol=1e-5, atol=1e-6),
    Sample(
        "unravel_index",
        call(torch.tensor([0, 5, 23]), (2, 3, 4)),
        call(torch.tensor([[3, 1]]), (4,)),
        grad=False,
        reference=torch.unravel_index,
    ),
    Sample(
        "combinations", call(T(4)), call(T(4), 3), call(T(3), 2, True), call(T(2), 3), call(T(3), 0), dtypes=NUMBERS
    ),
    Sample(
        "nonzero_static",
        call(torch.tensor([[1, 0], [2, 3]]), size=2),
        call(torch.tensor([[1, 0], [2, 3]]), size=5, fill_value=7),
        grad=False,
    ),
    *(
        Sample(
            "index_reduce",
            call(T(4, 3), 0, torch.tensor([0, 2, 0]), T(3, 3), reduce),
            call(T(3, 4), 1, torch.tensor([1, 1]), T(3, 2), reduce, include_self=False),
            dtypes=FLOATS if reduce == "mean" else (*FLOATS, *INTS),
            gradgrad=reduce not in ("amax", "amin", "prod"),
            tolerance={"bfloat16": (2e-2, 2e-2), "float16": (2e-3, 2e-3)},
        )
        for reduce in ("prod", "mean", "amax", "amin")
    ),
    Sample("kron", call(M, T(2, 2)), call(T(3), T(2, 2)), call(T(2, 1, 2), T(3)), call(T(), M), dtypes=ALL),
    Sample(
        "vander",
        call(T(3)),
        call(T(3), 5),
        call(T(3), 2, True),
        call(T(3), 0),
        dtypes=(*FLOATS, "int64", *COMPLEX),
        grad=False,  # PyTorch writes over what its own derivative needs
        tolerance={"bfloat16": (2e-2, 2e-2), "float16": (2e-3, 2e-3)},
    ),
    Sample("linalg_vander", call(M), call(T(3), N=5), call(T(), N=3), reference=torch.linalg.vander),
    Sample(
        "cross", call(T(2, 3), T(2, 3)), call(T(3, 2), T(3, 2), 0), call(T(3, 3), T(3, 3), -1), call(T(3, 1), T(3, 4))
    ),
    Sample("linalg_cross", call(T(2, 3), T(2, 3)), call(T(3, 2), T(3, 1), dim=0), reference=torch.linalg.cross),
    Sample(
        "addr",
        call(M, T(3), T(4)),
        call(T(4), T(3), T(4), beta=2, alpha=3),
        dtypes=("float32", "float64", "int64"),
        inplace=False,
    ),
    Sample("addr", call(M, T(3), T(4)), call(M, T(3), T(4), beta=2, alpha=3)),
    Sample("addr", call(torch.full((3, 4), NAN), T(3), T(4), beta=0), inplace=False),
    Sample("ger", call(T(3), T(4))),
    Sample(
        "addbmm",
        call(M, T(2, 3, 5), T(2, 5, 4)),
        call(M, T(2, 3, 5), T(2, 5, 4), beta=2, alpha=3),
        rtol=1e-5,
        atol=1e-5,
    ),
    Sample(
        "float_power_",
        call(T(3, low=0.5, dtype="float64", grad=False), 2),
        call(T(3, low=0.5, dtype="float64", grad=False), T(3, dtype="float64", grad=False)),
        dtypes=("float64",),
        grad=False,
        reference=lambda x, y: x.float_power_(y),
    ),
]
