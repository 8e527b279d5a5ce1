"""Tensors that a module owns."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._copying import deepcopy_parameter
from vibetensor.torch._tensor import plain_types

Tensor: Any = _C.Tensor


class Parameter(Tensor):
    """A tensor that a Module lists among its parameters when it is assigned to an attribute.

    `data` of any shape shares its memory with the result; `requires_grad` needs a floating point or
    complex dtype.
    """

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Any:
        if data is None:
            data = _C.ops.empty(0)
        return Tensor._make_subclass(cls, data, requires_grad)

    __deepcopy__ = deepcopy_parameter

    def __repr__(self) -> str:
        return "Parameter containing:\n" + Tensor.__repr__(self)

    __str__ = __repr__


plain_types.append(Parameter)


class _BufferMeta(type(Tensor)):  # type: ignore[misc]
    """Lets a plain tensor count as a Buffer, so that `isinstance` works without a type of its own."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor that a Module lists among its buffers when it is assigned to an attribute.

    `persistent`: whether state_dict() has it.
    """

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Any:
        if data is None:
            data = _C.ops.empty(0)
        buffer = data.detach().requires_grad_(data.requires_grad)
        buffer.persistent = persistent
        buffer._is_buffer = True
        return buffer
