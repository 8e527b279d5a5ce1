"""Shapes as tensors, which an export could follow."""

from typing import Any

from vibetensor import _C


def shape_as_tensor(x: Any) -> Any:
    """The sizes of `x`, int64."""
    return _C.tensor(list(x.shape), dtype=_C.int64)


def reshape_from_tensor_shape(x: Any, shape: Any) -> Any:
    """`x` in the shape that an integer tensor lists."""
    return x.reshape(shape.tolist())
