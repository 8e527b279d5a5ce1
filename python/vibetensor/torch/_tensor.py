"""The part of Tensor that is written in Python, attached to the C type when the package is imported."""

from __future__ import annotations

import sys
from importlib import import_module
from numbers import Integral
from types import FunctionType
from typing import Any

from vibetensor import _C
from vibetensor.torch import _copying, _tensor_str
from vibetensor.torch._not_there import AbsentMethod, torch_names
from vibetensor.torch._on_import import when_imported
from vibetensor.torch._warnings import warn_user_once
from vibetensor.torch.storage import TypedStorage, UntypedStorage

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
    "uint16": "UInt16",
    "uint32": "UInt32",
    "uint64": "UInt64",
    "float8_e4m3fn": "Float8_e4m3fn",
    "float8_e5m2": "Float8_e5m2",
    "float8_e4m3fnuz": "Float8_e4m3fnuz",
    "float8_e5m2fnuz": "Float8_e5m2fnuz",
    "float8_e8m0fnu": "Float8_e8m0fnu",
    "float4_e2m1fn_x2": "Float4_e2m1fn_x2",
}


class TensorType:
    """An old constructor by element type: FloatTensor([1, 2]), FloatTensor(2, 3), isinstance(x, FloatTensor).

    Makes tensors of one dtype on one kind of device, from data, or from sizes with elements unset; and tells them from
    others.
    """

    layout: Any = _C.strided

    def __init__(self, name: str, dtype: Any, device: str = "cpu"):
        self.__name__ = self.__qualname__ = name
        self.__module__ = "vibetensor.torch" if device == "cpu" else f"vibetensor.torch.{device}"
        self.dtype, self.device = dtype, device

    def __call__(self, *args: Any) -> Any:
        if len(args) == 1 and not isinstance(args[0], Integral):
            (data,) = args
            if isinstance(data, _C.Size):
                return _C.ops.empty(data, dtype=self.dtype, device=self.device)
            if isinstance(data, Tensor):
                if data.dtype != self.dtype:
                    raise TypeError(f"expected {self.__name__} (got {data.type()})")
                return data.detach()
            return _C.tensor(data, dtype=self.dtype, device=self.device)
        return _C.ops.empty(args or (0,), dtype=self.dtype, device=self.device)

    def __instancecheck__(self, value: Any) -> bool:
        return (
            isinstance(value, Tensor)
            and value.dtype == self.dtype
            and value.device.type == self.device
            and value.layout is self.layout
        )

    def __reduce__(self) -> str:
        return self.__name__  # where pickle finds it in its module

    def __or__(self, other: Any) -> Any:
        """For annotations: `FloatTensor | None` is a tensor or None."""
        return Tensor if isinstance(other, TensorType) else Tensor | other

    __ror__ = __or__

    def __repr__(self) -> str:
        return f"<class '{self.__module__.removeprefix('vibetensor.')}.{self.__name__}'>"


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


def set_default_tensor_type(t: Any) -> None:
    """Returns None; makes the dtype and the device of a type such as torch.DoubleTensor those of new tensors."""
    warn_user_once(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and "
        "torch.set_default_device() as alternatives."
    )
    if isinstance(t, str):
        bare = t.removeprefix("torch.")
        if bare.startswith("cuda."):
            from vibetensor.torch import cuda

            t = getattr(cuda, bare.removeprefix("cuda."))
        else:
            t = globals().get(bare)
    if not isinstance(t, TensorType):
        raise TypeError(f"invalid type object: expected a type such as torch.FloatTensor, got {t!r}")
    if not t.dtype.is_floating_point:
        raise TypeError(f"only floating-point types are supported as the default type, got {t!r}")
    _C.set_default_dtype(t.dtype)
    _C.set_default_device(None if t.device == "cpu" else t.device)


def tensor_type(self: Any, dtype: Any = None, non_blocking: bool = False) -> Any:
    """Self converted to `dtype`; without one, the type's old name such as "torch.FloatTensor"."""
    if dtype is None:
        place = "" if self.device.type == "cpu" else f"{self.device.type}."
        if self.layout is _C.sparse_coo:
            place += "sparse."
        elif self.layout is not _C.strided:
            raise RuntimeError(f"Tensor.type: a tensor of layout {self.layout} has no type of an old name")
        return f"torch.{place}{TYPE_NAMES[str(self.dtype).removeprefix('torch.')]}Tensor"
    if isinstance(dtype, TensorType):
        return self.to(dtype.device, dtype.dtype, non_blocking)
    if isinstance(dtype, str) and dtype.startswith("torch.cuda."):
        from vibetensor.torch import cuda

        return tensor_type(self, getattr(cuda, dtype.removeprefix("torch.cuda."), dtype), non_blocking)
    if isinstance(dtype, str):
        names = {f"torch.{name}Tensor": short for short, name in TYPE_NAMES.items()}
        if dtype not in names:
            raise ValueError(f"Tensor.type: invalid type: {dtype!r}")
        dtype = getattr(_C, names[dtype])
    return self.to(dtype, non_blocking)


def new(self: Any, *args: Any, device: Any = None) -> Any:
    """A tensor of self's dtype and device, as old programs make one: of sizes, elements unset, or of data.

    NumPy's arrays and sequences are data, ints and a Size sizes; a tensor of that dtype comes back over the same memory.
    """
    device = self.device if device is None else device
    (first,) = args if len(args) == 1 else (None,)
    if isinstance(first, Tensor):
        if first.dtype != self.dtype:
            raise TypeError(f"new(): expected a tensor of {self.dtype} (got {first.type()})")
        return first.detach().to(device)
    if first is not None and not isinstance(first, Integral | _C.Size):
        return _C.tensor(first, dtype=self.dtype, device=device)
    return _C.ops.empty(tuple(first) if isinstance(first, _C.Size) else args or (0,), dtype=self.dtype, device=device)


def norm(self: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    """The p-norm of all elements, or along `dim`; "fro" is the 2-norm."""
    from vibetensor.torch.functional import norm as of

    return of(self, p, dim, keepdim, dtype=dtype)


def lu(self: Any, pivot: bool = True, get_infos: bool = False) -> tuple[Any, ...]:
    """torch.lu of this tensor: its LU factors and pivots, and with `get_infos` LAPACK's info."""
    from vibetensor.torch.functional import lu as of

    return of(self, pivot, get_infos)


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


def _rebuild_from_type_v2(func: Any, new_type: type, args: tuple[Any, ...], state: Any) -> Any:
    """What func(*args) makes as a tensor of type `new_type`, with attributes: what pickles of subclasses call."""
    from vibetensor.torch._utils import _set_obj_state

    tensor = func(*args)
    if type(tensor) is not new_type:
        tensor = tensor.as_subclass(new_type)
    restore = getattr(tensor, "__setstate__", None)
    if restore is None:
        return _set_obj_state(tensor, state)
    restore(state)
    return tensor


def _rebuild_from_type(func: Any, type: type, args: tuple[Any, ...], dict: Any) -> Any:
    """The same as files of before PyTorch 1.11 call it."""
    return _rebuild_from_type_v2(func, type, args, dict)


def untyped_storage(self: Any) -> UntypedStorage:
    """The memory that self views, without a dtype."""
    return UntypedStorage.of(self)


def storage(self: Any) -> TypedStorage:
    """The memory that self views, with its dtype."""
    return TypedStorage(wrap_storage=UntypedStorage.of(self), dtype=self.dtype)


def unflagged(self: Any) -> bool:
    """False: conjugation and negation are computed, never left as a flag on the tensor."""
    return False


def elsewhere(self: Any) -> bool:
    """False: no tensor is of a kind of device or layout that is not there."""
    return False


def resolved(self: Any) -> Any:
    """self, which has no conjugation or negation left to do."""
    return self


def as_complex(self: Any) -> complex:
    return complex(self.item())


def reversed_rows(self: Any) -> Any:
    """self with its first dimension in reverse order, for reversed()."""
    return self.flip(0) if self.dim() else self


def share_memory_(self: Any) -> Any:
    """self, its storage moved into shared memory: other processes that it is sent to see what is written to it.

    Memory of CUDA devices stays where it is.
    """
    if self.device.type != "cuda":
        from vibetensor.torch._sharing import get_sharing_strategy

        _C.share_memory(self, get_sharing_strategy() == "file_system")
    return self


def is_shared(self: Any) -> bool:
    """Whether the storage is in shared memory; True for CUDA devices, as in PyTorch."""
    return self.device.type == "cuda" or _C.shared_descriptor(self) >= 0


def array_wrap(self: Any, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
    """What a function of NumPy's made of self, as a tensor over that memory; booleans become uint8, as in PyTorch."""
    return _C.from_numpy(array.astype("uint8") if array.dtype == bool else array)


def array_namespace(self: Any, /, *, api_version: str | None = None) -> Any:
    """The module vibetensor.array_api, the functions of the Python array API standard.

    api_version: a version of the standard, "2021.12" to "2025.12", each of which is part of the next; ValueError for
    another one.
    """
    from vibetensor import array_api

    if api_version not in (None, "2021.12", "2022.12", "2023.12", "2024.12", array_api.__array_api_version__):
        raise ValueError(f"__array_namespace__: there is no version {api_version!r} of the array API here")
    return array_api


def to_device(self: Any, device: Any, /, *, stream: Any = None) -> Any:
    """Self on a device, as the array API standard spells it; self itself if it is there.

    NotImplementedError for a stream: the copy is on the current one.
    """
    if stream is not None:
        raise NotImplementedError("to_device: stream is not there; copies are on the current stream")
    return self.to(device)


def matmul_in_place(self: Any, other: Any) -> Any:
    """self @ other, a new tensor: `@=` does not write to self, as in PyTorch."""
    return self @ other


def shown_names(self: Any) -> list[str]:
    """The attributes and methods that are there, for dir() and completion."""
    kinds = type(self).__mro__
    absent = {name for kind in kinds for name, value in vars(kind).items() if isinstance(value, AbsentMethod)}
    return [name for name in object.__dir__(self) if name not in absent]


def to_sparse(
    self: Any, sparse_dim: int | None = None, *, layout: Any = None, blocksize: Any = None, dense_dim: int | None = None
) -> Any:
    """Self in a sparse layout, by default COO: the elements that are not zero.

    sparse_dim: how many of the first dims have indices, all unless given; or dense_dim, how many of the last have none.
    blocksize: of the layouts BSR and BSC, (rows, columns).
    """
    if layout not in (None, _C.sparse_coo, _C.strided):
        from vibetensor.torch.sparse.constructors import name_of

        sizes = () if layout in (_C.sparse_csr, _C.sparse_csc) else (blocksize,)
        if (blocksize is None) == bool(sizes):
            raise RuntimeError(
                f"to_sparse for Strided to {name_of(layout)} conversion: unexpected blocksize {blocksize}"
            )
        return getattr(_C.ops, f"to_{name_of(layout)}")(self, *sizes, dense_dim)
    if layout is _C.strided or blocksize is not None:
        raise RuntimeError(f"to_sparse: expected a sparse layout, and no blocksize for COO, got {layout}, {blocksize}")
    if dense_dim is not None:
        sparse_dim = self.dim() - dense_dim
    return _C.ops.to_sparse(self, sparse_dim)


def to_sparse_coo(self: Any) -> Any:
    """Self as a COO tensor."""
    return to_sparse(self)


def converted(result: Any, cls: type) -> Any:
    """A function's result as tensors of `cls`, also in tuples and lists."""
    if isinstance(result, Tensor):
        return result if isinstance(result, cls) else result.as_subclass(cls)
    if isinstance(result, tuple | list):
        return type(result)(converted(part, cls) for part in result)
    return result


def torch_function(
    cls: Any, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
) -> Any:
    """What a function of torch does with objects of a subclass that says nothing else: results are of the subclass."""
    if not all(issubclass(cls, kind) for kind in types):
        return NotImplemented
    if cls is Tensor:  # the real PyTorch asks, of a call that it does not understand
        names = [_C.type_name(operand) for operand in args]
        if any(name.startswith("PyTorch's") for name in names):
            raise TypeError(f"{func.__name__}(): operands must be Tensors of one library, got {' and '.join(names)}")
    before = _C.exchange_torch_function_off(1)
    try:
        result = func(*args, **(kwargs or {}))
        from vibetensor.torch.overrides import get_default_nowrap_functions

        return result if func in get_default_nowrap_functions() else converted(result, cls)
    finally:
        _C.exchange_torch_function_off(before)


def init_subclass(cls: Any, **kwargs: Any) -> None:
    """From a subclass with a __torch_function__ of its own on, functions written in Python ask too.

    One with a __torch_dispatch__ and without it has no say in what functions do, as in PyTorch.
    """
    super(Tensor, cls).__init_subclass__(**kwargs)
    is_own = getattr(cls.__torch_function__, "__func__", None) is not torch_function
    if cls.__torch_dispatch__ is not Tensor.__torch_dispatch__ and not is_own:
        cls.__torch_function__ = _C._disabled_torch_function_impl
    if "__torch_function__" in vars(cls) and cls.__torch_function__ is not _C._disabled_torch_function_impl:
        from vibetensor.torch.overrides import let_functions_ask

        let_functions_ask()


def make_wrapper_subclass(cls: Any, size: Any, *args: Any, **kwargs: Any) -> Any:
    """A tensor of class `cls` with that shape and no memory; `cls` answers calls by its `__torch_dispatch__`."""
    from vibetensor.torch.utils._python_dispatch import make_wrapper_subclass as make

    return make(cls, size, *args, **kwargs)


METHODS: dict[str, Any] = {
    "_make_wrapper_subclass": staticmethod(make_wrapper_subclass),
    "__torch_function__": classmethod(torch_function),
    "__init_subclass__": classmethod(init_subclass),
    "__repr__": tensor_repr,
    "__format__": tensor_format,
    "__contains__": contains,
    "backward": backward,
    "new": new,
    "nonzero": nonzero,
    "lu": lu,
    "norm": norm,
    "storage": storage,
    "unique": unique,
    "untyped_storage": untyped_storage,
    "where": where,
    "unique_consecutive": unique_consecutive,
    "to_sparse": to_sparse,
    "to_sparse_coo": to_sparse_coo,
    "type": tensor_type,
    "module_load": module_load,
    "share_memory_": share_memory_,
    "is_shared": is_shared,
    **dict.fromkeys(
        ("is_ipu", "is_maia", "is_mps", "is_mtia", "is_vulkan", "is_xla", "is_xpu"),
        property(elsewhere),
    ),
    "is_distributed": elsewhere,
    "is_conj": unflagged,
    "is_neg": unflagged,
    "resolve_conj": resolved,
    "resolve_neg": resolved,
    "__complex__": as_complex,
    "__reversed__": reversed_rows,
    "__array_wrap__": array_wrap,
    "__array_namespace__": array_namespace,
    "to_device": to_device,
    "__imatmul__": matmul_in_place,
    "__dir__": shown_names,
    "__array_priority__": 1000,  # NumPy's operators leave the result to the tensor's
}


def result_repr(self: Any) -> str:
    """A named tuple of results as PyTorch shows it: each on lines of its own."""
    kind = type(self)
    names = [name for name in dir(kind) if not name.startswith(("_", "n_")) and name not in ("count", "index")]
    values = {id(getattr(self, name)): name for name in names}
    parts = ",\n".join(f"{values[id(part)]}={part!r}" for part in self)
    return f"torch.return_types.{kind.__name__}(\n{parts})"


def share_with_processes(reduction: Any) -> None:
    """Returns None; multiprocessing, which has just been imported, sends tensors as handles from now on."""
    from vibetensor.torch._sharing import init_reductions

    init_reductions()


# names of Python 2's, by those that took their place
OLD_NAMES = {
    "__div__": "__truediv__",
    "__rdiv__": "__rtruediv__",
    "__idiv__": "__itruediv__",
    "__nonzero__": "__bool__",
    "__long__": "__int__",
}


def attach(name: str, member: Any) -> None:
    """Returns None; `member` is Tensor's under that name, which a function bears."""
    if isinstance(member, FunctionType):
        if member.__qualname__.startswith("Tensor."):  # it is there under another name
            member = FunctionType(member.__code__, member.__globals__, name, member.__defaults__, member.__closure__)
        member.__name__, member.__qualname__ = name, f"Tensor.{name}"
    setattr(Tensor, name, member)


def launch_through_us(triton: Any) -> None:
    """Makes Triton launch on our tensors, unless PyTorch itself is there to do it for its own."""
    if sys.modules.get("torch") in (None, sys.modules["vibetensor.torch"]):
        import_module("vibetensor.triton")


def install() -> None:
    """Attach the methods above, stand-ins for those that PyTorch has and we lack, copying and pickling."""
    for name, method in METHODS.items():
        attach(name, method)
    for old, name in OLD_NAMES.items():
        setattr(Tensor, old, getattr(Tensor, name))
    for name in torch_names("Tensor"):
        if not hasattr(Tensor, name):
            setattr(Tensor, name, AbsentMethod(name))
    _copying.install()
    _C.set_result_repr(result_repr)
    when_imported("multiprocessing.reduction", share_with_processes)
    when_imported("triton", launch_through_us)
