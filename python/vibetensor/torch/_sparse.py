"""Sparse tensors of lists, arrays and tensors: what Python adds to the ops that make them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from vibetensor import _C

Tensor: Any = _C.Tensor


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


def compressed_tensor(
    name: str,
    compressed_indices: Any,
    plain_indices: Any,
    values: Any,
    size: Any,
    dtype: Any,
    device: Any,
    pin_memory: bool,
    requires_grad: bool,
) -> Any:
    values = values_of(values, dtype, device)
    begins, others = (indices_of(given, values.device) for given in (compressed_indices, plain_indices))
    return finished(getattr(_C.ops, f"{name}_tensor")(begins, others, values, size), requires_grad, pin_memory)


def sparse_csr_tensor(
    crow_indices: Any,
    col_indices: Any,
    values: Any,
    size: Any = None,
    *,
    dtype: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
) -> Any:
    """A sparse matrix by rows: `values` (nnz), their columns, and (rows + 1) where the entries of each row begin.

    The indices are int32 or int64, as they are given. RuntimeError for indices that are out of range or out of order,
    whatever `check_invariants` says. Differentiable in `values`, if that is a tensor.

    >>> import vibetensor.torch as torch
    >>> torch.sparse_csr_tensor([0, 1, 2], [1, 0], [3.0, 4.0]).to_dense()
    tensor([[0., 3.],
            [4., 0.]])
    """
    return compressed_tensor(
        "sparse_csr", crow_indices, col_indices, values, size, dtype, device, pin_memory, requires_grad
    )


def sparse_csc_tensor(
    ccol_indices: Any,
    row_indices: Any,
    values: Any,
    size: Any = None,
    *,
    dtype: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
) -> Any:
    """A sparse matrix by columns: `values` (nnz), their rows, and (columns + 1) where those of each column begin.

    As sparse_csr_tensor otherwise.

    >>> import vibetensor.torch as torch
    >>> torch.sparse_csc_tensor([0, 1, 2], [1, 0], [3.0, 4.0]).to_dense()
    tensor([[0., 4.],
            [3., 0.]])
    """
    return compressed_tensor(
        "sparse_csc", ccol_indices, row_indices, values, size, dtype, device, pin_memory, requires_grad
    )


def sparse_bsr_tensor(
    crow_indices: Any,
    col_indices: Any,
    values: Any,
    size: Any = None,
    *,
    dtype: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
) -> Any:
    """A sparse matrix of blocks by rows of them: `values` (nnz, rows of a block, columns of a block), as sparse_csr_tensor.

    >>> import vibetensor.torch as torch
    >>> torch.sparse_bsr_tensor([0, 1], [1], [[[3.0], [4.0]]], (2, 2)).to_dense()
    tensor([[0., 3.],
            [0., 4.]])
    """
    return compressed_tensor(
        "sparse_bsr", crow_indices, col_indices, values, size, dtype, device, pin_memory, requires_grad
    )


def sparse_bsc_tensor(
    ccol_indices: Any,
    row_indices: Any,
    values: Any,
    size: Any = None,
    *,
    dtype: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
) -> Any:
    """A sparse matrix of blocks by columns of them: `values` (nnz, rows of a block, columns of a block).

    As sparse_csc_tensor otherwise.

    >>> import vibetensor.torch as torch
    >>> torch.sparse_bsc_tensor([0, 0, 1], [0], [[[3.0], [4.0]]], (2, 2)).to_dense()
    tensor([[0., 3.],
            [0., 4.]])
    """
    return compressed_tensor(
        "sparse_bsc", ccol_indices, row_indices, values, size, dtype, device, pin_memory, requires_grad
    )


COMPRESSED = {
    _C.sparse_csr: ("crow_indices", "col_indices"),
    _C.sparse_csc: ("ccol_indices", "row_indices"),
    _C.sparse_bsr: ("crow_indices", "col_indices"),
    _C.sparse_bsc: ("ccol_indices", "row_indices"),
}


def name_of(layout: Any) -> str:
    return str(layout).removeprefix("torch.")


def sparse_compressed_tensor(
    compressed_indices: Any,
    plain_indices: Any,
    values: Any,
    size: Any = None,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
) -> Any:
    """sparse_csr_tensor, sparse_csc_tensor, sparse_bsr_tensor or sparse_bsc_tensor, by `layout`."""
    if layout not in COMPRESSED:
        raise RuntimeError(f"expected a compressed sparse layout (BSR, BSC, CSC, or CSR) but got layout {layout}")
    return compressed_tensor(
        name_of(layout), compressed_indices, plain_indices, values, size, dtype, device, pin_memory, requires_grad
    )


def spmm(mat1: Any, mat2: Any) -> Any:
    """The matrix product of a sparse matrix and one in memory, as torch.mm has it."""
    return _C.ops.mm(mat1, mat2)


def to_sparse(
    self: Any, sparse_dim: int | None = None, *, layout: Any = None, blocksize: Any = None, dense_dim: int | None = None
) -> Any:
    """Self in a sparse layout, by default COO: the elements that are not zero.

    sparse_dim: how many of the first dims have indices, all unless given; or dense_dim, how many of the last have none.
    blocksize: of the layouts BSR and BSC, (rows, columns).
    """
    if layout in COMPRESSED:
        sizes = () if layout in (_C.sparse_csr, _C.sparse_csc) else (blocksize,)
        if (blocksize is None) == bool(sizes):
            raise RuntimeError(
                f"to_sparse for Strided to {name_of(layout)} conversion: unexpected blocksize {blocksize}"
            )
        return getattr(_C.ops, f"to_{name_of(layout)}")(self, *sizes, dense_dim)
    if layout not in (None, _C.sparse_coo) or blocksize is not None:
        raise RuntimeError(f"to_sparse: expected a sparse layout, and no blocksize for COO, got {layout}, {blocksize}")
    if dense_dim is not None:
        sparse_dim = self.dim() - dense_dim
    return _C.ops.to_sparse(self, sparse_dim)


def to_sparse_coo(self: Any) -> Any:
    """Self as a COO tensor."""
    return to_sparse(self)


def parts_of(tensor: Any) -> tuple[Any, ...]:
    """The tensors that a sparse tensor is made of, its size, and of COO whether it is coalesced."""
    if tensor.layout is _C.sparse_coo:
        return tensor._indices(), tensor._values(), tensor.shape, tensor.is_coalesced()
    return *(part for _, part in compressed_parts(tensor)), tensor.shape


def compressed_parts(tensor: Any) -> list[tuple[str, Any]]:
    """Both tensors of indices and the values of a tensor of a compressed layout, by name."""
    indices = [(name, getattr(tensor, name)()) for name in COMPRESSED[tensor.layout]]
    return [*indices, ("values", tensor.values().detach())]


# sparse tensors that were made of parts whose elements are yet to be read, and whether they say that they are coalesced
to_check: ContextVar[list[tuple[Any, bool]] | None] = ContextVar("to_check", default=None)


@contextmanager
def checking_at_the_end() -> Iterator[None]:
    """Context for reading a file whose storages are filled after tensors are made of them."""
    made: list[tuple[Any, bool]] = []
    token = to_check.set(made)
    try:
        yield
    finally:
        to_check.reset(token)
    for tensor, coalesced in made:
        checked = rebuild(tensor.layout, parts_of(tensor.detach()))
        if tensor.layout is _C.sparse_coo:
            tensor._coalesced_(coalesced and is_in_order(checked))


def rebuild(layout: Any, parts: tuple[Any, ...]) -> Any:
    """A sparse tensor of what parts_of gave, after checking it, now or when all of a file is read."""
    unread = to_check.get()
    if unread is not None and len(parts) == 4 and layout in (_C.sparse_coo, *COMPRESSED):
        is_coo = layout is _C.sparse_coo
        made = _C.ops._sparse_coo(*parts[:3]) if is_coo else _C.ops._sparse_compressed(*parts, name_of(layout))
        unread.append((made, is_coo and bool(parts[3])))
        return made
    if layout is _C.sparse_coo and len(parts) in (3, 4):
        indices, values, size, *coalesced = parts
        made = sparse_coo_tensor(indices, values, size)
        return made._coalesced_(bool(coalesced and coalesced[0]) and is_in_order(made))
    if layout in COMPRESSED and len(parts) == 4:
        return sparse_compressed_tensor(*parts, layout=layout)
    raise NotImplementedError(f"rebuilding sparse tensor for layout {layout}")


def is_in_order(tensor: Any) -> bool:
    """Whether the entries of a COO tensor are in order and none comes twice."""
    merged = tensor.detach().coalesce()
    return merged._nnz() == tensor._nnz() and bool((merged.indices() == tensor._indices()).all())
