"""The part of Tensor that is written in Python, attached to the C type when the package is imported."""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from numbers import Integral
from typing import Any

from vibetensor import _C
from vibetensor.torch import _tensor_str
from vibetensor.torch._not_there import AbsentMethod, torch_names

Tensor: Any = _C.Tensor
plain_types: list[type] = [Tensor]  # nn.parameter adds Parameter, which prints as a tensor too


def tensor_repr(self: Any) -> str:
    return _tensor_str.tensor_str(self, tuple(plain_types))


def tensor_format(self: Any, spec: str) -> str:
    """A tensor of no dimensions formats as the number in it."""
    if self.dim() == 0 and type(self) is Tensor:
        return format(self.item(), spec)
    return object.__format__(self, spec)


def backward(
    self: Any,
    gradient: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Returns None; adds d self / d leaf to `.grad` of the leaves that self was computed from.

    `gradient`: the gradient of self, of self's shape; may be left out where self has one element.
    `inputs`: accumulate into these tensors only.
    """
    from vibetensor.torch.autograd import backward as run

    run(self, gradient, retain_graph, create_graph, inputs=inputs)


def deepcopy(self: Any, memo: dict[int, Any]) -> Any:
    """A copy with memory of its own, of the same type, with `.grad` and attributes copied too; leaves only."""
    if id(self) in memo:
        return memo[id(self)]
    if not self.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment"
        )
    from copy import deepcopy as copy

    was_enabled = _C.is_grad_enabled()
    _C.set_grad_enabled(False)
    try:
        result = self.detach().clone()
        if type(self) is not Tensor:
            result = Tensor._make_subclass(type(self), result, False)
        if self.requires_grad:
            result.requires_grad_()
        if self.grad is not None:
            result.grad = copy(self.grad, memo)
    finally:
        _C.set_grad_enabled(was_enabled)
    memo[id(self)] = result
    result.__dict__.update(copy(self.__dict__, memo))
    return result


def tensor_bytes(tensor: Any) -> memoryview:
    """The elements of `tensor` in row-major order, read-only; a view of it where it is contiguous on the CPU.

    The view keeps the memory alive.
    """
    import ctypes

    flat = tensor.detach().cpu().contiguous()
    size = flat.numel() * flat.element_size()
    if size == 0:
        return memoryview(b"")
    window = (ctypes.c_ubyte * size).from_address(flat.data_ptr())
    window.owner = flat  # type: ignore[attr-defined]
    return memoryview(window).cast("B").toreadonly()


def tensor_from_bytes(data: Any, dtype: Any, shape: tuple[int, ...]) -> Any:
    """A new CPU tensor of `dtype` and `shape` with a copy of `data`, any bytes-like object of the right size."""
    import ctypes

    tensor = _C.ops.empty(shape, dtype=dtype, device="cpu")
    size = tensor.numel() * tensor.element_size()
    view = memoryview(data).cast("B")
    if view.nbytes != size:
        raise ValueError(f"tensor_from_bytes: expected {size} bytes for {dtype} {tuple(shape)}, got {view.nbytes}")
    if size:
        window = (ctypes.c_ubyte * size).from_address(tensor.data_ptr())
        memoryview(window).cast("B")[:] = view
    return tensor


def rebuild_tensor(
    cls: type, data: bytes, dtype: Any, shape: tuple[int, ...], device: str, requires_grad: bool, attributes: dict
) -> Any:
    tensor = tensor_from_bytes(data, dtype, shape)
    if device != "cpu":
        tensor = tensor.to(device)
    if cls is not Tensor:
        tensor = Tensor._make_subclass(cls, tensor, False)
    tensor.__dict__.update(attributes)
    return tensor.requires_grad_() if requires_grad else tensor


def reduce_ex(self: Any, protocol: Any) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Pickles the elements; what the tensor shares with other tensors is not kept."""
    data = bytes(tensor_bytes(self))
    shape = tuple(self.shape)
    state = (type(self), data, self.dtype, shape, str(self.device), self.requires_grad, dict(self.__dict__))
    return rebuild_tensor, state


TYPE_NAMES = {
    "bool": "Bool",
    "uint8": "Byte",
    "int8": "Char",
    "int16": "Short",
    "int32": "Int",
    "int64": "Long",
    "float16": "Half",
    "bfloat16": "BFloat16",
    "float32": "Float",
    "float64": "Double",
    "complex64": "ComplexFloat",
    "complex128": "ComplexDouble",
}


class TensorType:
    """An old constructor by element type: FloatTensor([1, 2]), FloatTensor(2, 3), isinstance(x, FloatTensor).

    Makes CPU tensors of one dtype, from data, or from sizes with elements unset; and tells them from others.
    """

    def __init__(self, name: str, dtype: Any):
        self.__name__ = self.__qualname__ = name
        self.__module__ = "torch"
        self.dtype = dtype

    def __call__(self, *args: Any) -> Any:
        if len(args) == 1 and not isinstance(args[0], Integral):
            (data,) = args
            if isinstance(data, _C.Size):
                return _C.ops.empty(data, dtype=self.dtype, device="cpu")
            if isinstance(data, Tensor):
                if data.dtype != self.dtype:
                    raise TypeError(f"expected {self.__name__} (got {data.type()})")
                return data.detach()
            return _C.tensor(data, dtype=self.dtype)
        return _C.ops.empty(args or (0,), dtype=self.dtype, device="cpu")

    def __instancecheck__(self, value: Any) -> bool:
        return isinstance(value, Tensor) and value.dtype == self.dtype and value.device.type == "cpu"

    def __repr__(self) -> str:
        return f"<class 'torch.{self.__name__}'>"


BFloat16Tensor = TensorType("BFloat16Tensor", _C.bfloat16)
BoolTensor = TensorType("BoolTensor", _C.bool)
ByteTensor = TensorType("ByteTensor", _C.uint8)
CharTensor = TensorType("CharTensor", _C.int8)
DoubleTensor = TensorType("DoubleTensor", _C.float64)
FloatTensor = TensorType("FloatTensor", _C.float32)
HalfTensor = TensorType("HalfTensor", _C.float16)
IntTensor = TensorType("IntTensor", _C.int32)
LongTensor = TensorType("LongTensor", _C.int64)
ShortTensor = TensorType("ShortTensor", _C.int16)


def tensor_type(self: Any, dtype: Any = None, non_blocking: bool = False) -> Any:
    """Self converted to `dtype`; without one, the type's old name such as "torch.FloatTensor"."""
    if dtype is None:
        place = "" if self.device.type == "cpu" else f"{self.device.type}."
        return f"torch.{place}{TYPE_NAMES[str(self.dtype).removeprefix('torch.')]}Tensor"
    if isinstance(dtype, TensorType):
        dtype = dtype.dtype
    if isinstance(dtype, str):
        names = {f"torch.{name}Tensor": short for short, name in TYPE_NAMES.items()}
        if dtype not in names:
            raise ValueError(f"Tensor.type: invalid type: {dtype!r}")
        dtype = getattr(_C, names[dtype])
    return self.to(dtype, non_blocking)


def norm(self: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    """The p-norm of all elements, or along `dim`; "fro" is the 2-norm."""
    from vibetensor.torch.functional import norm as of

    return of(self, p, dim, keepdim, dtype=dtype)


def nonzero(self: Any, *, as_tuple: bool = False) -> Any:
    """The int64 coordinates of the non-zero elements, (n, dims); one vector per dim with `as_tuple`."""
    from vibetensor.torch.functional import nonzero as of

    return of(self, as_tuple=as_tuple)


def unique(
    self: Any, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The distinct elements, or slices along `dim`, in ascending order."""
    from vibetensor.torch.functional import unique as of

    return of(self, sorted, return_inverse, return_counts, dim)


def unique_consecutive(
    self: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """self without repeats of what comes just before."""
    from vibetensor.torch.functional import unique_consecutive as of

    return of(self, return_inverse, return_counts, dim)


def where(self: Any, condition: Any, other: Any) -> Any:
    """Self where `condition`, a bool tensor, is True, and `other`, a tensor or number, elsewhere; all are broadcast."""
    return _C.ops.where(condition, self, other)


def contains(self: Any, element: Any) -> bool:
    """True if any element of self equals `element`."""
    if isinstance(element, Tensor | int | float | complex | bool):
        return bool((element == self).any().item())
    raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")


def module_load(self: Any, other: Any, assign: bool = False) -> Any:
    """What load_state_dict puts in the place of self: `other` itself to assign, otherwise self filled from it."""
    return other.detach() if assign else self.detach().copy_(other)


def is_same_size(self: Any, other: Any) -> bool:
    """Whether self and `other` have the same shape."""
    return self.shape == other.shape


def unflagged(self: Any) -> bool:
    """False: conjugation and negation are computed, never left as a flag on the tensor."""
    return False


def resolved(self: Any) -> Any:
    """self, which has no conjugation or negation left to do."""
    return self


def as_complex(self: Any) -> complex:
    return complex(self.item())


def reversed_rows(self: Any) -> Any:
    """self with its first dimension in reverse order, for reversed()."""
    return self.flip(0) if self.dim() else self


METHODS: dict[str, Any] = {
    "__repr__": tensor_repr,
    "__str__": tensor_repr,
    "__format__": tensor_format,
    "__deepcopy__": deepcopy,
    "__reduce_ex__": reduce_ex,
    "__contains__": contains,
    "backward": backward,
    "nonzero": nonzero,
    "norm": norm,
    "unique": unique,
    "where": where,
    "unique_consecutive": unique_consecutive,
    "type": tensor_type,
    "module_load": module_load,
    "is_same_size": is_same_size,
    "is_conj": unflagged,
    "is_neg": unflagged,
    "resolve_conj": resolved,
    "resolve_neg": resolved,
    "__complex__": as_complex,
    "__reversed__": reversed_rows,
    "__array_priority__": 1000,  # NumPy's operators leave the result to the tensor's
}


def device_by_name(name: str) -> Any:
    """The device that prints as `name`, for pickles."""
    return _C.device(name)


def dtype_by_name(name: str) -> Any:
    return getattr(_C, name)


def size_from(sizes: tuple[int, ...]) -> Any:
    return _C.Size(sizes)


def install() -> None:
    """Attach the methods above, stand-ins for those that PyTorch has and we lack, and pickling of the small types."""
    Tensor.__module__ = "vibetensor.torch"  # where pickle finds the type
    for name, method in METHODS.items():
        setattr(Tensor, name, method)
    for name in torch_names()["Tensor"]:
        if not hasattr(Tensor, name):
            setattr(Tensor, name, AbsentMethod(name))
    copyreg.pickle(_C.dtype, lambda d: (dtype_by_name, (str(d).removeprefix("torch."),)))
    copyreg.pickle(_C.device, lambda d: (device_by_name, (str(d),)))
    copyreg.pickle(_C.Size, lambda s: (size_from, (tuple(s),)))
