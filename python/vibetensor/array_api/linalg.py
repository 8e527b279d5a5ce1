"""The extension linalg: products and factorizations of matrices, which lie in the last two axes."""

from __future__ import annotations

from math import inf
from typing import Any, NamedTuple

import vibetensor.torch as torch
from vibetensor.array_api._manipulation import matrix_transpose
from vibetensor.array_api._promotion import Tensor, as_operands, axes_of
from vibetensor.array_api._statistical import kept, sum_dtype

__all__ = [
    "cholesky",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "inv",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "tensordot",
    "trace",
    "vecdot",
    "vector_norm",
]


class Eigen(NamedTuple):
    """Eigenvalues (..., m), and eigenvectors (..., m, m) as columns."""

    eigenvalues: Any
    eigenvectors: Any


class QR(NamedTuple):
    """Orthonormal columns (..., m, k), and an upper triangle (..., k, n)."""

    Q: Any
    R: Any


class SignedLog(NamedTuple):
    """The sign of a determinant, and the logarithm of its size."""

    sign: Any
    logabsdet: Any


class SVD(NamedTuple):
    """Left singular vectors as columns, singular values in descending order, right ones as rows."""

    U: Any
    S: Any
    Vh: Any


def matmul(x1: Any, x2: Any, /) -> Any:
    """The product of matrices (..., m, k) and (..., k, n), or of vectors, in the dtype that they have in common."""
    return torch.matmul(*as_operands(x1, x2))


def tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """The sums of products over axes: the last ones of x1 and first ones of x2, so many, or two sequences of them."""
    x1, x2 = as_operands(x1, x2)
    if isinstance(axes, int):
        pairs = [tuple(range(x1.ndim - axes, x1.ndim)), tuple(range(axes))]
    else:
        pairs = [axes_of(tuple(axes[0]), x1.ndim), axes_of(tuple(axes[1]), x2.ndim)]
    return torch.tensordot(x1, x2, dims=pairs)


def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The sums of products of vectors along an axis, of the complex conjugate of x1."""
    x1, x2 = as_operands(x1, x2)
    if x1.shape[axis] != x2.shape[axis]:
        raise ValueError(f"vecdot: axis {axis} has sizes {x1.shape[axis]} and {x2.shape[axis]}")
    left = torch.moveaxis(torch.conj_physical(x1), axis, -1)
    return torch.sum(left * torch.moveaxis(x2, axis, -1), -1, dtype=x1.dtype)


def outer(x1: Any, x2: Any, /) -> Any:
    """The products of all elements of two vectors, (m, n)."""
    return torch.outer(*as_operands(x1, x2))


def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The vector products of vectors of 3 elements along an axis."""
    x1, x2 = as_operands(x1, x2)
    if x1.shape[axis] != 3 or x2.shape[axis] != 3:
        raise ValueError(f"cross: axis {axis} has sizes {x1.shape[axis]} and {x2.shape[axis]}, not 3")
    return torch.linalg.cross(x1, x2, dim=axis)


def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """A diagonal of the matrices of x, above the main one from 1 on, as the last axis; a view."""
    return torch.diagonal(x, offset, -2, -1)


def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sum along a diagonal of the matrices of x; of integers in int64 or uint64 unless `dtype` says otherwise."""
    return torch.sum(diagonal(x, offset=offset), -1, dtype=sum_dtype(x, dtype))


def cholesky(x: Any, /, *, upper: bool = False) -> Any:
    """The lower, or upper, triangular factor of positive definite matrices."""
    lower = torch.linalg.cholesky(x)
    return torch.conj_physical(lower.mT) if upper else lower


def det(x: Any, /) -> Any:
    """The determinants of square matrices."""
    return torch.linalg.det(x)


def slogdet(x: Any, /) -> SignedLog:
    """The determinants of square matrices as their `sign` and the logarithm of their size, `logabsdet`."""
    return SignedLog(*torch.linalg.slogdet(x))


def eig(x: Any, /) -> Eigen:
    """The complex `eigenvalues` and `eigenvectors` of square matrices."""
    return Eigen(*torch.linalg.eig(x))


def eigvals(x: Any, /) -> Any:
    """The complex eigenvalues of square matrices."""
    return torch.linalg.eigvals(x)


def eigh(x: Any, /) -> Eigen:
    """The real `eigenvalues`, ascending, and the `eigenvectors` of symmetric or Hermitian matrices."""
    return Eigen(*torch.linalg.eigh(x))


def eigvalsh(x: Any, /) -> Any:
    """The real eigenvalues, ascending, of symmetric or Hermitian matrices."""
    return torch.linalg.eigvalsh(x)


def inv(x: Any, /) -> Any:
    """The inverses of square matrices."""
    return torch.linalg.inv(x)


def matrix_power(x: Any, n: int, /) -> Any:
    """Square matrices multiplied n times; their inverses for n below 0."""
    return torch.linalg.matrix_power(x, n)


def by_largest(x: Any, rtol: Any) -> Any:
    """What singular values count for 0 below, as shares of the largest, one for each matrix."""
    if rtol is None:
        return max(x.shape[-2:]) * torch.finfo(x.dtype).eps
    return rtol


def matrix_rank(x: Any, /, *, rtol: Any = None) -> Any:
    """How many singular values of matrices are above rtol times the largest."""
    if x.ndim < 2:
        raise ValueError(f"matrix_rank: expected at least 2 dimensions, got {x.ndim}")
    values = torch.linalg.svdvals(x)
    if values.shape[-1] == 0:
        return torch.zeros(x.shape[:-2], dtype=torch.int64, device=x.device)
    tolerance = values[..., :1] * expanded(by_largest(x, rtol))
    return torch.sum(values > tolerance, -1)


def expanded(rtol: Any) -> Any:
    return rtol[..., None] if isinstance(rtol, Tensor) else rtol


def pinv(x: Any, /, *, rtol: Any = None) -> Any:
    """The pseudo-inverses of matrices, for which singular values below rtol times the largest are 0."""
    return torch.linalg.pinv(x, rtol=by_largest(x, rtol))


def qr(x: Any, /, *, mode: str = "reduced") -> QR:
    """Matrices as products of `Q`, with orthonormal columns, and an upper triangle `R`; "complete" has square Q."""
    if mode not in ("reduced", "complete"):
        raise ValueError(f'qr: expected mode "reduced" or "complete", got {mode!r}')
    return QR(*torch.linalg.qr(x, mode))


def solve(x1: Any, x2: Any, /) -> Any:
    """The solutions of x1 @ x = x2 for square matrices x1; x2 of one dimension is one vector for all of them."""
    x1, x2 = as_operands(x1, x2)
    if x2.ndim == 1:
        return torch.linalg.solve(x1, x2.unsqueeze(-1)).squeeze(-1)
    batch = torch.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
    return torch.linalg.solve(x1, torch.broadcast_to(x2, (*batch, *x2.shape[-2:])))


def svd(x: Any, /, *, full_matrices: bool = True) -> SVD:
    """The singular value decomposition of matrices: `U`, `S` and `Vh`."""
    return SVD(*torch.linalg.svd(x, full_matrices))


def svdvals(x: Any, /) -> Any:
    """The singular values of matrices in descending order."""
    return torch.linalg.svdvals(x)


def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """Norms of matrices: "fro", "nuc", 1, 2, inf and their negatives."""
    return torch.linalg.matrix_norm(x, ord, (-2, -1), keepdims)


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: float = 2) -> Any:
    """Norms of vectors that lie along axes, by default of all elements: any number, inf and -inf."""
    axes = axes_of(axis, x.ndim)
    if not axes:
        sizes = torch.abs(x)
        return (sizes != 0).to(sizes.dtype) if ord == 0 else sizes
    if x.numel() == 0 and ord not in (inf, -inf):
        return torch.sum(torch.abs(x), axes, keepdims)
    result = torch.linalg.vector_norm(x, ord, axes, keepdims)
    return kept(result, x, axes, keepdims)
