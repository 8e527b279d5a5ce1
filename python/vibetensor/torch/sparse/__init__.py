"""Functions of sparse tensors: products, sums, softmax."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

__all__ = ["addmm", "log_softmax", "mm", "softmax", "sum"]


def mm(mat1: Any, mat2: Any, reduce: str | None = None) -> Any:
    """The product of two matrices of which at least one is sparse: in memory, or of two sparse ones sparse.

    The gradient of a sparse factor has its entries and no others.
    """
    if reduce is not None:
        raise NotImplementedError(f"torch.sparse.mm: reduce={reduce!r} is not there yet: products are summed")
    return _C.ops.mm(mat1, mat2)


def addmm(mat: Any, mat1: Any, mat2: Any, *, beta: Any = 1.0, alpha: Any = 1.0) -> Any:
    """beta * mat + alpha * (mat1 @ mat2), of which mat1 or mat2 is sparse."""
    return _C.ops.addmm(mat, mat1, mat2, beta=beta, alpha=alpha)


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


TYPES = ("BFloat16", "Byte", "Char", "Double", "Float", "Half", "Int", "Long", "Short")
__getattr__ = module_getattr(__name__, ["tensor_types"], {f"{name}Tensor": "sparse.tensor_types" for name in TYPES})
