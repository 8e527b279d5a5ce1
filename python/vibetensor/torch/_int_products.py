"""Products of matrices of integers."""

from __future__ import annotations

from typing import Any

from vibetensor import _C

Tensor: Any = _C.Tensor


def _int_mm(self: Any, mat2: Any, *, out: Any = None) -> Any:
    """The product of two int8 matrices in int32, in `out` if that is given. RuntimeError for other dtypes."""
    for name, matrix in (("self", self), ("mat2", mat2)):
        if matrix.dtype != _C.int8:
            raise RuntimeError(f"Expected {name} dtype to be of type int8 but got {matrix.dtype}")
        if matrix.dim() != 2:
            raise RuntimeError(f"Expected {name} to be of dimension 2 but got {matrix.dim()}")
    # sums of products of int8 are exact in float64, in which products on every device are fast
    wide = _C.ops.mm(self.to(_C.float64), mat2.to(_C.float64)).to(_C.int32)
    return wide if out is None else out.resize_as_(wide).copy_(wide)
