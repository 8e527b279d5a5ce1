"""Rows of torch.linalg: factorizations, solvers, norms and functions of matrices.

Vectors of a factorization are known up to signs or phases, which libraries choose as they like: rows of those compare
shapes and dtypes, and tests/python/test_linalg.py what does not depend on the choice.
"""

from __future__ import annotations

from typing import Any

import torch

from samples import COMPLEX, Call, DType, Sample, T, call

LAPACK = ("float32", "float64", *COMPLEX)
# Two libraries, each with its own order of operations.
LOOSE = {"float32": (2e-3, 2e-3), "complex64": (2e-3, 2e-3), "float64": (1e-8, 1e-8), "complex128": (1e-8, 1e-8)}
FACTORED: dict[str, Any] = {"dtypes": LAPACK, "tolerance": LOOSE}
# A repeated row makes a matrix singular, so no layouts where it is inverted.
SOLVED: dict[str, Any] = {**FACTORED, "layouts": False}
SHAPES: dict[str, Any] = {**SOLVED, "values": False, "grad": False}
NORMS: dict[str, Any] = {"tolerance": LOOSE}
PIVOTS = torch.tensor([2, 3, 3], dtype=torch.int32)
POSITIVE = torch.tensor([[4.0, 1.0, 0.5], [1.0, 3.0, -0.5], [0.5, -0.5, 2.0]])

SYMMETRIC = torch.tensor([[0.0, 2.0, 1.0], [2.0, 0.0, -1.0], [1.0, -1.0, 3.0]])
SWAPS = torch.tensor([1, 3, 3], dtype=torch.int32)


def squares(*more: Any, **options: Any) -> list[Call]:
    """Calls on one matrix, a batch, a batch of none and a matrix without elements."""
    return [call(T(*shape), *more, **options) for shape in ((3, 3), (2, 3, 3), (0, 3, 3), (0, 0))]


def rectangles(*more: Any, **options: Any) -> list[Call]:
    return [call(T(*shape), *more, **options) for shape in ((3, 3), (4, 3), (2, 3, 4), (0, 3), (2, 0, 3))]


def reflections_by_torch(self: Any, tau: Any) -> Any:
    return torch.linalg.householder_product(self, tau)


def permutation_by_torch(pivots: Any, rows: int, dtype: Any) -> Any:
    return torch.lu_unpack(torch.eye(rows, dtype=dtype), pivots)[0]


SAMPLES = [
    # factorizations
    Sample(
        "linalg_cholesky_ex",
        call(T(1, 1, low=1)),
        call(T(0, 3, 3)),
        call(POSITIVE),
        call(POSITIVE, upper=True),
        **FACTORED,
    ),
    Sample("linalg_cholesky", call(T(2, 1, 1, low=1)), call(POSITIVE), call(POSITIVE, upper=True), **SOLVED),
    Sample("cholesky", call(T(2, 1, 1, low=1)), call(POSITIVE), call(POSITIVE, True), **SOLVED),
    Sample(
        "cholesky_solve",
        call(T(3, 2), T(3, 3, low=1, grad=False)),
        call(T(2, 3, 1), T(3, 3, low=1, grad=False), True),
        **SOLVED,
    ),
    Sample(
        "cholesky_inverse",
        call(T(3, 3, low=1, grad=False)),
        call(T(2, 3, 3, low=1, grad=False), True),
        **{**SOLVED, "dtypes": ("float32", "float64")},
        grad=False,
    ),
    Sample("linalg_lu_factor_ex", *rectangles(), **SOLVED),
    Sample("linalg_lu_factor", call(T(3, 3)), call(T(2, 4, 3)), call(T(3, 4)), **SOLVED),
    Sample("linalg_lu", *rectangles(), **SOLVED, grad=False),
    Sample("linalg_lu", call(T(3, 3)), call(T(4, 3)), call(T(2, 3, 4)), **SOLVED),
    Sample("lu_unpack", call(T(3, 3), PIVOTS, False), call(T(3, 3), PIVOTS, True, False), **FACTORED, grad=False),
    Sample(
        "lu_unpack",
        call(T(3, 3), PIVOTS),
        call(T(3, 4), PIVOTS),
        call(T(4, 3), PIVOTS),
        **FACTORED,
    ),
    Sample(
        "_permutation_matrix",
        call(PIVOTS, 3, DType("float64")),
        call(PIVOTS, 3, DType("complex64")),
        reference=permutation_by_torch,
        grad=False,
        layouts=False,
    ),
    Sample(
        "linalg_ldl_factor_ex",
        *squares(),
        call(SYMMETRIC),
        call(SYMMETRIC, hermitian=True),
        **{**FACTORED, "cuda": False},
        grad=False,
    ),
    Sample("linalg_ldl_factor", call(T(2, 3, 3)), call(SYMMETRIC), **{**FACTORED, "cuda": False}, grad=False),
    Sample(
        "linalg_ldl_solve",
        call(T(3, 3), SWAPS, T(3, 2)),
        call(T(3, 3), SWAPS, T(2, 3, 1), hermitian=True),
        call(T(2, 3, 3), torch.stack([SWAPS, SWAPS]), T(3, 2)),
        call(T(0, 0), torch.zeros(0, dtype=torch.int32), T(0, 2)),
        **{**SOLVED, "cuda": False},
        grad=False,
    ),
    Sample("linalg_qr", *rectangles(mode="r"), **SHAPES),
    Sample("linalg_qr", *rectangles(), *rectangles(mode="complete"), **SHAPES),
    Sample("qr", *rectangles(), call(T(4, 3), False), **SHAPES),
    Sample("geqrf", *rectangles(), **{**SHAPES, "out": False}),
    Sample("_linalg_svd", *rectangles(False, False), **SOLVED, grad=False),
    Sample("_linalg_svd", *rectangles(), *rectangles(True), **SHAPES),
    Sample("linalg_svd", *rectangles(), *rectangles(False), **SHAPES),
    Sample("svd", *rectangles(), call(T(4, 3), False), **SHAPES),
    Sample("svd", call(T(4, 3), True, False), call(T(2, 3, 3), True, False), **SOLVED),
    Sample("linalg_svdvals", *rectangles(), **SOLVED),
    Sample("_linalg_eigh", *squares("L", False), *squares("U", False), **SOLVED, grad=False),
    Sample("linalg_eigh", *squares(), *squares("U"), **SHAPES),
    Sample("linalg_eigvalsh", *squares(), *squares("U"), **SOLVED, gradcheck=False),
    Sample("linalg_eig", *squares(), **SHAPES),
    Sample("_linalg_eigvals", *squares(), **SHAPES),
    Sample("linalg_eigvals", *squares(), **SHAPES),
    Sample(
        "_householder_product",
        call(T(3, 3), T(3)),
        call(T(2, 4, 3), T(2, 2)),
        call(T(0, 0), T(0)),
        reference=reflections_by_torch,
        grad=False,
        **SOLVED,
    ),
    Sample("linalg_householder_product", call(T(3, 3), T(3)), call(T(2, 4, 3), T(2, 2)), call(T(0, 0), T(0)), **SOLVED),
    Sample("orgqr", call(T(3, 3), T(3)), call(T(2, 4, 3), T(2, 2)), **SOLVED),
    Sample(
        "_apply_reflections",
        call(T(3, 3), T(3), T(3, 2)),
        call(T(2, 4, 3), T(2, 3), T(2, 5, 4), False, True),
        reference="ormqr",
        grad=False,
        **SOLVED,
    ),
    Sample(
        "ormqr",
        call(T(3, 3), T(3), T(3, 2)),
        call(T(2, 4, 3), T(2, 3), T(2, 5, 4), False, True),
        call(T(3, 3), T(3), T(3, 2), True, True),
        **SOLVED,
    ),
    # solutions
    Sample(
        "_linalg_solve_ex",
        call(T(3, 3), T(3, 2)),
        call(T(2, 3, 3), T(2, 3)),
        call(T(3, 3), T(2, 2, 3), left=False),
        call(T(0, 0), T(0, 2)),
        **SOLVED,
        grad=False,
    ),
    Sample(
        "linalg_solve_ex", call(T(3, 3), T(3, 2)), call(T(2, 3, 3), T(3)), call(T(3, 3), T(2, 3), left=False), **SOLVED
    ),
    Sample(
        "linalg_solve",
        call(T(3, 3), T(3, 2)),
        call(T(3, 3), T(3)),
        call(T(2, 3, 3), T(3, 2)),
        call(T(3, 3), T(2, 2, 3), left=False),
        call(T(0, 3, 3), T(0, 3, 1)),
        call(T(0, 0), T(0, 2)),
        **SOLVED,
    ),
    Sample(
        "linalg_lu_solve",
        call(T(3, 3), PIVOTS, T(3, 2)),
        call(T(3, 3), PIVOTS, T(2, 3), left=False),
        call(T(3, 3), PIVOTS, T(3, 2), adjoint=True),
        call(T(3, 3), PIVOTS, T(2, 3), left=False, adjoint=True),
        **SOLVED,
    ),
    Sample("lu_solve", call(T(3, 2), T(3, 3), PIVOTS), **SOLVED),
    Sample(
        "linalg_solve_triangular",
        call(T(3, 3), T(3, 2), upper=True),
        call(T(2, 3, 3), T(3, 2), upper=False, unitriangular=True),
        call(T(3, 3), T(2, 2, 3), upper=False, left=False),
        call(T(0, 0), T(0, 2), upper=True),
        **SOLVED,
    ),
    Sample(
        "triangular_solve",
        call(T(3, 2), T(3, 3)),
        call(T(3, 2), T(2, 3, 3), False, True),
        call(T(3, 2), T(3, 3), True, False, True),
        **SOLVED,
    ),
    Sample("linalg_inv_ex", *squares(), **SOLVED),
    Sample("linalg_inv", *squares(), **SOLVED),
    Sample("inverse", *squares(), **SOLVED),
    Sample("linalg_tensorinv", call(T(2, 3, 6)), call(T(6, 2, 3), 1), **SOLVED),
    Sample("linalg_tensorsolve", call(T(2, 3, 6), T(2, 3)), call(T(2, 6, 3), T(2, 3), [1]), **SOLVED),
    Sample(
        "_linalg_lstsq",
        call(T(4, 3), T(4, 2)),
        call(T(4, 3), T(4, 2), driver="gelsd"),
        reference="linalg.lstsq",  # on CUDA the driver is gels, which gives residuals too
        grad=False,
        **{**SOLVED, "cuda": False},
    ),
    Sample(
        "linalg_lstsq",
        call(T(4, 3), T(4, 2)),
        call(T(2, 3, 4), T(2, 3, 1)),
        call(T(2, 4, 3), T(2, 4)),
        call(T(4, 3), T(4, 2), driver="gels"),
        call(T(4, 3), T(4, 2), driver="gelsd"),
        call(T(4, 3), T(4, 2), driver="gelss"),
        **{**SOLVED, "cuda": False},
        gradgrad=False,
    ),
    Sample(
        "linalg_pinv",
        *(
            call(T(*shape), **by)
            for shape in ((3, 3), (4, 3), (2, 3, 4))
            for by in ({}, {"rtol": 1e-3}, {"rcond": 1e-3})
        ),
        **SOLVED,
    ),
    Sample(
        "linalg_pinv",
        call(T(3, 3), hermitian=True),
        call(T(3, 3), atol=0.5, rtol=0.1, hermitian=True),
        **SOLVED,
        grad=False,
    ),
    Sample("pinverse", call(T(4, 3)), call(T(3, 3), 0.1), **SOLVED, grad=False),
    # numbers of matrices
    Sample("_linalg_det", *squares(), **SHAPES),
    Sample("linalg_det", *squares(), call(torch.ones(3, 3)), **SOLVED),
    Sample("det", *squares(), **SOLVED),
    Sample("_linalg_slogdet", *squares(), **SHAPES),
    Sample("linalg_slogdet", *squares(), call(torch.ones(2, 2)), **SOLVED, grad=False),
    Sample("linalg_slogdet", call(T(3, 3)), call(T(2, 3, 3)), **SOLVED),
    Sample("slogdet", *squares(), **SOLVED, grad=False),
    Sample("slogdet", call(T(3, 3)), call(T(2, 3, 3)), **SOLVED),
    Sample("logdet", *squares(), **SOLVED),
    Sample(
        "linalg_matrix_rank",
        call(T(4, 3)),
        call(T(2, 3, 3), rtol=0.5),
        call(T(3, 3), 0.5),
        call(T(3, 3), atol=0.5, hermitian=True),
        call(T(2, 0, 3)),
        **SOLVED,
        grad=False,
    ),
    Sample("linalg_cond", *(call(T(2, 3, 3), p) for p in (None, 2, -2)), call(T(4, 3)), **SOLVED),
    Sample(
        "linalg_cond",
        *(call(T(2, 3, 3), p) for p in (None, 1, -1, 2, -2, float("inf"), -float("inf"), "fro", "nuc")),
        call(T(4, 3)),
        call(torch.ones(2, 2), 1),
        **SOLVED,
        grad=False,
    ),
    Sample(
        "linalg_matrix_norm",
        *(call(T(2, 3, 4), p) for p in (1, -1, 2, -2, float("inf"), -float("inf"), "fro", "nuc")),
        call(T(2, 3, 4), 1, (0, 2), True),
        call(T(2, 3, 4), "nuc", (2, 0), True),
        call(T(2, 3, 4), 2, (0, 1), dtype=DType("float64")),
        **NORMS,
    ),
    Sample(
        "linalg_matrix_norm", *(call(T(3, 4), p) for p in (1, 2, float("inf"), "fro", "nuc")), dtypes=COMPLEX, **NORMS
    ),
    Sample(
        "linalg_norm",
        call(T(2, 3, 4)),
        call(T(3, 4), 1),
        call(T(3, 4), "nuc"),
        call(T(5), 3),
        call(T(2, 3, 4), 2, (0, 1), True),
        call(T(2, 3, 4), 0, 1),
        call(T(3, 4), "fro", (0, 1)),
        call(T(2, 3, 4), None, (0, 2)),
        **NORMS,
    ),
    Sample("nuclear_norm", call(T(3, 4)), call(T(2, 3, 4), (0, 2), True), **NORMS),
    Sample("frobenius_norm", call(T(3, 4), [1]), call(T(2, 3, 4), (0, 2), True), **NORMS),
    # functions and products
    Sample("linalg_matrix_power", *(c for n in (0, 1, 2, 5, -1, -3) for c in squares(n)), **SOLVED),
    Sample("matrix_power", *squares(3), **FACTORED),
    Sample(
        "linalg_matrix_exp",
        *squares(),
        call(T(2, 3, 3, low=-0.1, high=0.1)),
        call(T(4, 4, low=-4, high=4)),
        **FACTORED,
    ),
    Sample("matrix_exp", *squares(), **FACTORED),
    Sample(
        "linalg_multi_dot",
        call([T(2, 3), T(3, 4), T(4, 5)]),
        call([T(3), T(3, 4), T(4)]),
        call([T(3), T(3)]),
        call([T(2, 0), T(0, 3)]),
        **NORMS,
    ),
    Sample(
        "_chain_matmul",
        call([T(2, 3), T(3, 4), T(4, 5)]),
        call([T(2, 3)]),
        reference=lambda m: torch.chain_matmul(*m),
        **NORMS,
    ),
    Sample("linalg_matmul", call(T(2, 3), T(3, 4)), reference="matmul", **NORMS),
    Sample(
        "linalg_diagonal", call(T(2, 3, 4)), call(T(2, 3, 4), offset=1, dim1=0, dim2=2), reference=torch.linalg.diagonal
    ),
    Sample(
        "linalg_vecdot",
        call(T(2, 3), T(2, 3)),
        call(T(2, 3), T(3)),
        call(T(2, 3), T(2, 1), dim=0),
        dtypes=LAPACK,
        tolerance=LOOSE,
    ),
]
