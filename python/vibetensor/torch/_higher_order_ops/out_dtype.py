"""Ops whose results are of a wider dtype than their operands."""

from __future__ import annotations

from typing import Any

from vibetensor import _C


def out_dtype(op: Any, output_dtype: Any, *args: Any) -> Any:
    """op(*args) computed in `output_dtype`: a product of int8 matrices in int32, say."""
    wide = [arg.to(output_dtype) if isinstance(arg, _C.Tensor) else arg for arg in args]
    return op(*wide).to(output_dtype)
