"""The largest singular values of a matrix by random projections."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch import linalg

__all__ = ["get_approximate_basis", "pca_lowrank", "svd_lowrank"]


def orthonormal(x: Any) -> Any:
    return linalg.qr(x).Q


def get_approximate_basis(A: Any, q: int, niter: int | None = 2, M: Any = None) -> Any:
    """(*, m, q): orthonormal columns that span most of what A - M, (*, m, n), maps to; niter: power iterations."""
    A = A if M is None else A - M
    x = A @ _C.ops.randn((A.shape[-1], q), dtype=A.dtype, device=A.device)
    found = orthonormal(x)
    for _ in range(2 if niter is None else niter):
        found = orthonormal(A @ orthonormal(A.mH @ found))
    return found


def svd_lowrank(A: Any, q: int | None = 6, niter: int | None = 2, M: Any = None) -> tuple[Any, Any, Any]:
    """(U, S, V), (*, m, q), (*, q) and (*, n, q): near to the first q of the singular value decomposition of A - M.

    q: a little more than the rank. niter: power iterations. M: broadcast to A, (*, m, n). V is not transposed.

    >>> import vibetensor.torch as torch
    >>> A = torch.outer(torch.arange(4.0), torch.ones(3))
    >>> U, S, V = torch.svd_lowrank(A, q=2)
    >>> torch.allclose(U @ torch.diag(S) @ V.T, A, atol=1e-5)
    True
    """
    if M is not None:
        A = A - M.broadcast_to(A.shape)
    wide = A.shape[-2] < A.shape[-1]
    tall = A.mH if wide else A
    basis = get_approximate_basis(tall, 6 if q is None else q, niter)
    u, s, vh = linalg.svd(basis.mH @ tall, full_matrices=False)
    left, right = basis @ u, vh.mH
    return (right, s, left) if wide else (left, s, right)


def pca_lowrank(A: Any, q: int | None = None, center: bool = True, niter: int = 2) -> tuple[Any, Any, Any]:
    """svd_lowrank of A, (*, m, n), less the mean of its rows: the columns of V are the first q principal directions.

    q: by default 6, or m or n if that is less; ValueError beyond them. center=False: A as it is.
    """
    m, n = A.shape[-2:]
    q = min(6, m, n) if q is None else q
    if not 0 <= q <= min(m, n):
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}")
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(-2, keepdim=True) if center else A, q, niter)
