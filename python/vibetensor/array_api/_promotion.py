"""Type promotion as the array API standard has it: of dtypes alone, whatever the dimensions of the arrays."""

from __future__ import annotations

from typing import Any

import vibetensor.torch as torch

Tensor: Any = torch.Tensor
NUMBERS = (bool, int, float, complex)


def dtype_of_number(number: Any, dtype: Any) -> Any:
    """The dtype of a Python number beside an array of `dtype`: the array's, unless the number is of a higher kind."""
    if isinstance(number, complex) and not dtype.is_complex:
        return torch.complex128 if dtype is torch.float64 else torch.complex64
    if isinstance(number, float) and not (dtype.is_complex or dtype.is_floating_point):
        raise TypeError(f"a Python float has no place beside an array of {dtype}")
    if type(number) is int and dtype is torch.bool:
        raise TypeError("a Python int has no place beside an array of bool")
    return dtype


def promoted_dtype(*operands: Any) -> Any:
    """The dtype that arrays, dtypes and Python numbers have in common; TypeError where the standard has none."""
    dtypes = [x.dtype if isinstance(x, Tensor) else x for x in operands if not isinstance(x, NUMBERS)]
    if not dtypes:
        raise ValueError("at least one array or dtype is required")
    result = dtypes[0]
    try:
        for dtype in dtypes[1:]:
            result = torch.promote_types(result, dtype)
    except RuntimeError as error:
        raise TypeError(str(error)) from None
    for number in operands:
        if isinstance(number, NUMBERS):
            result = dtype_of_number(number, result)
    return result


def as_operands(*operands: Any) -> list[Any]:
    """Arrays and Python numbers as arrays of one dtype, on the device of the first array."""
    first = operands[0]
    if all(isinstance(x, Tensor) and x.dtype is first.dtype for x in operands):
        return list(operands)
    dtype = promoted_dtype(*operands)
    device = next(x.device for x in operands if isinstance(x, Tensor))
    return [x.to(dtype) if isinstance(x, Tensor) else torch.tensor(x, dtype=dtype, device=device) for x in operands]


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes that an argument `axis` names, counted from the front: all for None. IndexError for one out of range."""
    if axis is None:
        return tuple(range(ndim))
    axes = []
    for a in (axis,) if isinstance(axis, int) else axis:
        if not -ndim <= a < ndim:
            raise IndexError(f"axis {a} is out of range for an array of {ndim} dimensions")
        axes.append(a % ndim)
    return tuple(axes)
