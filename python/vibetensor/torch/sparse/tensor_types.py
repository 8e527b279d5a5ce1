"""Old constructors of sparse tensors by element type: torch.sparse.FloatTensor(indices, values, size)."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch import _tensor
from vibetensor.torch._tensor import TensorType, warn_user_once
from vibetensor.torch.sparse import TYPES
from vibetensor.torch.sparse.constructors import sparse_coo_tensor


class SparseTensorType(TensorType):
    """Makes sparse tensors, of indices and values or of a size alone, and tells those of a dtype from other tensors."""

    layout = _C.sparse_coo

    def __init__(self, name: str, dtype: Any):
        super().__init__(name, dtype)
        self.__module__ = "vibetensor.torch.sparse"

    def __call__(self, *args: Any) -> Any:
        warn_user_once(
            f"torch.sparse.{self.__name__} is deprecated.  Please use torch.sparse_coo_tensor(indices, values, shape, "
            "dtype=, device=)."
        )
        if args and isinstance(args[0], _C.Tensor):
            return sparse_coo_tensor(*args)
        size = args[0] if len(args) == 1 and isinstance(args[0], tuple | list) else args or (0,)
        return sparse_coo_tensor(tuple(size), dtype=self.dtype)


for _name in TYPES:
    globals()[f"{_name}Tensor"] = SparseTensorType(f"{_name}Tensor", getattr(_tensor, f"{_name}Tensor").dtype)
