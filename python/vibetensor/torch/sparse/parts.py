"""What a sparse tensor is made of, for copies and files, and the tensor that is made of that again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from vibetensor import _C
from vibetensor.torch.sparse.constructors import COMPRESSED, name_of, sparse_compressed_tensor, sparse_coo_tensor


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
