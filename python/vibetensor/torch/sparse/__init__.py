"""Functions of sparse tensors: products, sums, softmax, diagonals; checks, and constructors of the old names."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.sparse.checks import as_sparse_gradcheck, check_sparse_tensor_invariants

__all__ = [
    "addmm",
    "as_sparse_gradcheck",
    "check_sparse_tensor_invariants",
    "log_softmax",
    "mm",
    "sampled_addmm",
    "softmax",
    "spdiags",
    "sum",
]


def mm(mat1: Any, mat2: Any, reduce: str | None = None) -> Any:
    """The product of two matrices of which at least one is sparse: in memory, or of two sparse ones sparse.

    The gradient of a sparse factor has its entries and no others. `reduce`, of a sparse mat1 and a mat2 in memory: "sum",
    or "mean", "amax" or "amin" of the terms of each row in the sum's place; rows without entries are zeros.

    >>> import vibetensor.torch as torch
    >>> a = torch.tensor([[1.0, 2.0], [0.0, 0.0]]).to_sparse_csr()
    >>> torch.sparse.mm(a, torch.tensor([[3.0], [4.0]]), "mean")
    tensor([[5.5000],
            [0.0000]])
    """
    return _C.ops.mm(mat1, mat2) if reduce is None else _C.ops._sparse_mm_reduce(mat1, mat2, reduce)


def addmm(mat: Any, mat1: Any, mat2: Any, *, beta: Any = 1.0, alpha: Any = 1.0) -> Any:
    """beta * mat + alpha * (mat1 @ mat2), of which mat1 or mat2 is sparse."""
    return _C.ops.addmm(mat, mat1, mat2, beta=beta, alpha=alpha)


def sampled_addmm(input: Any, mat1: Any, mat2: Any, *, beta: Any = 1.0, alpha: Any = 1.0, out: Any = None) -> Any:
    """beta * input + alpha * (mat1 @ mat2) where `input`, a CSR matrix, has entries: products of rows and columns there.

    >>> import vibetensor.torch as torch
    >>> pattern = torch.eye(2).to_sparse_csr()
    >>> torch.sparse.sampled_addmm(pattern, torch.ones(2, 3), torch.ones(3, 2)).values()
    tensor([4., 4.])
    """
    if out is not None:
        raise NotImplementedError("sampled_addmm: out= is not there yet")
    return _C.ops.sparse_sampled_addmm(input, mat1, mat2, beta=beta, alpha=alpha)


def sum(input: Any, dim: Any = None, dtype: Any = None) -> Any:
    """The sum of a sparse tensor, over all dims or `dim`: sparse where a sparse dim is left, else in memory."""
    if dim is None:
        return _C.ops.sum(input, dtype=dtype)
    return _C.ops.sum(input, dim, dtype=dtype)


def softmax(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """Softmax along `dim` over the entries that are there; the others count as minus infinity and stay away."""
    return _C.ops.softmax(input, dim, dtype)


def log_softmax(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """The logarithm of softmax, over the entries that are there."""
    return _C.ops.log_softmax(input, dim, dtype)


def spdiags(diagonals: Any, offsets: Any, shape: Any, layout: Any = None) -> Any:
    """A sparse matrix of `diagonals` (k, n): element j of the one with offset o is at (j - o, j).

    `offsets` (k) of int64 differ. `layout`: sparse_coo unless given, sparse_csr or sparse_csc.

    >>> import vibetensor.torch as torch
    >>> torch.sparse.spdiags(torch.ones(2, 3), torch.tensor([0, 1]), (3, 3)).to_dense()
    tensor([[1., 1., 0.],
            [0., 1., 1.],
            [0., 0., 1.]])
    """
    if layout not in (None, _C.sparse_coo, _C.sparse_csr, _C.sparse_csc):
        raise RuntimeError(f"Only output layouts (Sparse, SparseCsc, SparseCsr) are supported, got {layout}")
    made = _C.ops.sparse_spdiags(diagonals, offsets, shape)
    return made if layout in (None, _C.sparse_coo) else made.to_sparse(layout=layout)


TYPES = ("BFloat16", "Byte", "Char", "Double", "Float", "Half", "Int", "Long", "Short")
SEMI_STRUCTURED = """
    SparseSemiStructuredTensor SparseSemiStructuredTensorCUSPARSELT SparseSemiStructuredTensorCUTLASS
    to_sparse_semi_structured
"""
__getattr__ = module_getattr(
    __name__,
    ["tensor_types"],
    {f"{name}Tensor": "sparse.tensor_types" for name in TYPES}
    | dict.fromkeys(SEMI_STRUCTURED.split(), "sparse.semi_structured"),
)
