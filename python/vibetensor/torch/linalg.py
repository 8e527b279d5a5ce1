"""Linear algebra: norms of vectors, vector products and powers so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

# ops of the registry that PyTorch has here; a Python version below wins
globals().update(_C.functions_of("torch.linalg"))


def vector_norm(
    x: Any,
    ord: float = 2,
    dim: int | Sequence[int] | None = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """The norm of order `ord` (a number, inf or -inf) along `dim`, or of all elements; dtype: converted to it first."""
    dims = [dim] if isinstance(dim, int) else dim
    return _C.ops.linalg_vector_norm(x, ord, dims, keepdim, dtype=dtype, out=out)


__getattr__ = module_getattr(__name__)
