"""Sparse tensors of lists, arrays and tensors: what Python adds to the ops that make them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from vibetensor import _C

if TYPE_CHECKING:
    from typing_extensions import Unpack

Tensor: Any = _C.Tensor

COMPRESSED = {
    _C.sparse_csr: ("crow_indices", "col_indices"),
    _C.sparse_csc: ("ccol_indices", "row_indices"),
    _C.sparse_bsr: ("crow_indices", "col_indices"),
    _C.sparse_bsc: ("ccol_indices", "row_indices"),
}


def name_of(layout: Any) -> str:
    return str(layout).removeprefix("torch.")


def values_of(values: Any, dtype: Any, device: Any) -> Any:
    if not isinstance(values, Tensor):
        return _C.tensor(values, dtype=dtype, device=device)
    return values.to(device=device, dtype=dtype)


def indices_of(indices: Any, device: Any, dtype: Any = None) -> Any:
    return indices if isinstance(indices, Tensor) else _C.tensor(indices, dtype=dtype, device=device)


def finished(tensor: Any, requires_grad: bool, pin_memory: bool) -> Any:
    if pin_memory:
        raise NotImplementedError("pin_memory=True is not there yet for sparse tensors: pin their indices and values")
    return tensor.detach().requires_grad_() if requires_grad else tensor


def is_sizes(value: Any) -> bool:
    return isinstance(value, Sequence) and all(isinstance(n, int) and not isinstance(n, bool) for n in value)


def sparse_coo_tensor(
    indices: Any = None,
    values: Any = None,
    size: Any = None,
    *,
    dtype: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
    is_coalesced: bool | None = None,
) -> Any:
    """A sparse tensor with `values` (nnz, ...) at `indices` (sparse dims, nnz); entries at one place add up.

    Without `size` the smallest that holds them; with a size in the place of all three, a tensor without entries.
    RuntimeError for indices outside of the size, which are looked at whatever `check_invariants` says. Differentiable
    in `values`, if that is a tensor.

    >>> import vibetensor.torch as torch
    >>> torch.sparse_coo_tensor([[0, 1], [2, 0]], [3.0, 4.0], (2, 3))
    tensor(indices=tensor([[0, 1],
                           [2, 0]]),
           values=tensor([3., 4.]),
           size=(2, 3), nnz=2, layout=torch.sparse_coo)
    """
    if values is None:
        sizes = indices if size is None else size
        if not is_sizes(sizes):
            raise TypeError(f"sparse_coo_tensor(): expected indices and values, or a size, got {_C.type_name(indices)}")
        at = _C.ops.empty((len(sizes), 0), dtype=_C.int64, device=device)
        made = _C.ops.sparse_coo_tensor(at, _C.ops.empty((0,), dtype=dtype, device=device), sizes)
        return finished(made, requires_grad, pin_memory)
    values = values_of(values, dtype, device)
    at = indices_of(indices, values.device, _C.int64)
    if at.numel() == 0 and at.dim() == 1:  # of [[]] in a list
        at = at.reshape(1, 0)
    made = _C.ops.sparse_coo_tensor(at, values, size, is_coalesced=bool(is_coalesced))
    return finished(made, requires_grad, pin_memory)


class Options(TypedDict, total=False):
    """Keywords of every constructor of a compressed layout."""

    dtype: Any
    device: Any
    pin_memory: bool
    requires_grad: bool
    check_invariants: bool | None


def compressed_tensor(
    name: str,
    compressed_indices: Any,
    plain_indices: Any,
    values: Any,
    size: Any,
    dtype: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
) -> Any:
    values = values_of(values, dtype, device)
    begins, others = (indices_of(given, values.device) for given in (compressed_indices, plain_indices))
    return finished(getattr(_C.ops, f"{name}_tensor")(begins, others, values, size), requires_grad, pin_memory)


def sparse_csr_tensor(
    crow_indices: Any, col_indices: Any, values: Any, size: Any = None, **options: Unpack[Options]
) -> Any:
    """A sparse matrix by rows: `values` (nnz), their columns, and (rows + 1) where the entries of each row begin.

    The indices are int32 or int64, as they are given. Options are dtype, device, pin_memory, requires_grad and
    check_invariants, as sparse_coo_tensor has them. RuntimeError for indices that are out of range or out of order,
    whatever `check_invariants` says. Differentiable in `values`, if that is a tensor.

    >>> import vibetensor.torch as torch
    >>> torch.sparse_csr_tensor([0, 1, 2], [1, 0], [3.0, 4.0]).to_dense()
    tensor([[0., 3.],
            [4., 0.]])
    """
    return compressed_tensor("sparse_csr", crow_indices, col_indices, values, size, **options)


def sparse_csc_tensor(
    ccol_indices: Any, row_indices: Any, values: Any, size: Any = None, **options: Unpack[Options]
) -> Any:
    """A sparse matrix by columns: `values` (nnz), their rows, and (columns + 1) where those of each column begin.

    As sparse_csr_tensor otherwise.

    >>> import vibetensor.torch as torch
    >>> torch.sparse_csc_tensor([0, 1, 2], [1, 0], [3.0, 4.0]).to_dense()
    tensor([[0., 4.],
            [3., 0.]])
    """
    return compressed_tensor("sparse_csc", ccol_indices, row_indices, values, size, **options)


def sparse_bsr_tensor(
    crow_indices: Any, col_indices: Any, values: Any, size: Any = None, **options: Unpack[Options]
) -> Any:
    """A sparse matrix of blocks by rows of them: `values` (nnz, rows of a block, columns of a block), as sparse_csr_tensor.

    >>> import vibetensor.torch as torch
    >>> torch.sparse_bsr_tensor([0, 1], [1], [[[3.0], [4.0]]], (2, 2)).to_dense()
    tensor([[0., 3.],
            [0., 4.]])
    """
    return compressed_tensor("sparse_bsr", crow_indices, col_indices, values, size, **options)


def sparse_bsc_tensor(
    ccol_indices: Any, row_indices: Any, values: Any, size: Any = None, **options: Unpack[Options]
) -> Any:
    """A sparse matrix of blocks by columns of them: `values` (nnz, rows of a block, columns of a block).

    As sparse_csc_tensor otherwise.

    >>> import vibetensor.torch as torch
    >>> torch.sparse_bsc_tensor([0, 0, 1], [0], [[[3.0], [4.0]]], (2, 2)).to_dense()
    tensor([[0., 3.],
            [0., 4.]])
    """
    return compressed_tensor("sparse_bsc", ccol_indices, row_indices, values, size, **options)


def sparse_compressed_tensor(
    compressed_indices: Any,
    plain_indices: Any,
    values: Any,
    size: Any = None,
    *,
    layout: Any = None,
    **options: Unpack[Options],
) -> Any:
    """sparse_csr_tensor, sparse_csc_tensor, sparse_bsr_tensor or sparse_bsc_tensor, by `layout`."""
    if layout not in COMPRESSED:
        raise RuntimeError(f"expected a compressed sparse layout (BSR, BSC, CSC, or CSR) but got layout {layout}")
    return compressed_tensor(name_of(layout), compressed_indices, plain_indices, values, size, **options)


def spmm(mat1: Any, mat2: Any) -> Any:
    """The matrix product of a sparse matrix and one in memory, as torch.mm has it."""
    return _C.ops.mm(mat1, mat2)
