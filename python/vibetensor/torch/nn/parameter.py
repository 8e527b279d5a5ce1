"""Tensors that a module owns."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._copying import deepcopy_parameter
from vibetensor.torch._tensor import plain_types

Tensor: Any = _C.Tensor


class _ParameterMeta(type(Tensor)):  # type: ignore[misc]
    """Lets a tensor of another subclass count as a Parameter, so that it keeps its type as one."""

    def __instancecheck__(cls, instance: object) -> bool:
        if type.__instancecheck__(cls, instance):
            return True
        return cls is Parameter and isinstance(instance, Tensor) and getattr(instance, "_is_param", False)


class Parameter(Tensor, metaclass=_ParameterMeta):
    """A tensor that a Module lists among its parameters when it is assigned to an attribute.

    `data` of any shape shares its memory with the result; `requires_grad` needs a floating point or
    complex dtype. Of a subclass of Tensor the parameter is of that subclass.
    """

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Any:
        if data is None:
            data = _C.ops.empty(0)
        is_plain = type(data) is Tensor or isinstance(data, Parameter) or not _C.has_torch_function((data,))
        if is_plain and not _C.answers_torch_dispatch(data):
            return Tensor._make_subclass(cls, data, requires_grad)
        parameter = data.detach().requires_grad_(requires_grad)
        if type(parameter) is not type(data):
            raise RuntimeError(
                f"Creating a Parameter from an instance of type {type(data).__name__} requires that detach() returns an "
                f"instance of the same type, but return type {type(parameter).__name__} was found instead."
            )
        parameter._is_param = True
        return parameter

    __deepcopy__ = deepcopy_parameter

    def __repr__(self) -> str:
        return "Parameter containing:\n" + Tensor.__repr__(self)

    __str__ = __repr__
    __torch_function__ = _C._disabled_torch_function_impl


plain_types.append(Parameter)
_C.set_parameter_type(Parameter)


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


class UninitializedTensorMixin:
    """A tensor without a shape yet, which materialize() gives it; then it is of the class `cls_to_become`."""

    cls_to_become: type
    requires_grad: bool
    dtype: Any
    device: Any

    @property
    def shape(self) -> Any:
        raise RuntimeError(
            "an uninitialized parameter or buffer has no shape yet: call forward, or load a state_dict into the module "
            "that it belongs to, first"
        )

    def size(self, dim: int | None = None) -> Any:
        """Raises RuntimeError, as shape does."""
        return self.shape

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Returns None; gives self memory of `shape`, elements unset, and the class that it stands for."""
        device = self.device if device is None else device
        dtype = self.dtype if dtype is None else dtype
        self.data = _C.ops.empty(tuple(shape), device=device, dtype=dtype)
        self.__class__ = self.cls_to_become  # type: ignore[assignment]

    def share_memory_(self) -> Any:
        """Raises RuntimeError: there is no memory yet."""
        raise RuntimeError("an uninitialized parameter or buffer has no memory to share yet: call forward first")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            kind: Any = type(self)
            memo[id(self)] = kind(self.requires_grad, device=self.device, dtype=self.dtype)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return type(self), (self.requires_grad, self.device, self.dtype)


def is_lazy(param: Any) -> bool:
    """Whether `param` is a parameter or buffer without a shape yet."""
    return isinstance(param, UninitializedTensorMixin)


class UninitializedParameter(UninitializedTensorMixin, Parameter):  # type: ignore[misc]
    """A Parameter without a shape yet: see LazyModuleMixin."""

    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        return Tensor._make_subclass(cls, _C.ops.empty(0, device=device, dtype=dtype), requires_grad)


class UninitializedBuffer(UninitializedTensorMixin, Tensor):  # type: ignore[misc]
    """A buffer without a shape yet: see LazyModuleMixin."""

    cls_to_become = Tensor
    __torch_function__ = _C._disabled_torch_function_impl

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> Any:
        buffer = Tensor._make_subclass(cls, _C.ops.empty(0, device=device, dtype=dtype), requires_grad)
        buffer.persistent = persistent
        buffer._is_buffer = True
        return buffer
