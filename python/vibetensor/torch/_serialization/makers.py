"""What torch.load(weights_only=True) may make: names that files have, and makers that check what they are given."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from pickle import UnpicklingError
from typing import Any

from vibetensor import _C
from vibetensor.torch import _absent_dtypes, _tensor, _utils, serialization, storage
from vibetensor.torch.nn.parameter import Buffer, Parameter

Tensor: Any = _C.Tensor
MOST_NODES = 10_000  # of a key that is a tuple: hashing walks all of it, shared parts again each time
MOST_DIMS = 64


def refuse(what: str, value: Any) -> UnpicklingError:
    return UnpicklingError(f"{what} cannot be made of {describe(value)}")


def describe(value: Any) -> str:
    """Short, and without asking the value, which may be very deep."""
    if isinstance(value, tuple):
        return f"({', '.join(type(item).__name__ for item in value[:8])}{', ...' if len(value) > 8 else ''})"
    if isinstance(value, str | bytes):
        return repr(value[:80])
    return repr(value)[:80] if isinstance(value, type) else type(value).__name__


def hashable(key: Any) -> Any:
    """`key`, after checking that hashing it ends soon and runs nothing."""
    if not isinstance(key, tuple | frozenset):
        return key
    left: list[Any] = [key]
    nodes = 0
    while left:
        item = left.pop()
        if isinstance(item, tuple | frozenset):
            nodes += 1 + len(item)
            if nodes > MOST_NODES:
                raise UnpicklingError(f"a key is a tuple of more than {MOST_NODES} items")
            left.extend(item)
    return key


def put(items: dict[Any, Any], pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    for key, value in pairs:
        items[hashable(key)] = value
    return items


def ordered_dict(*pairs: Any) -> Any:
    if not pairs:
        return OrderedDict()
    if len(pairs) != 1 or type(pairs[0]) not in (list, tuple):
        raise refuse("OrderedDict", pairs)
    if not all(type(pair) in (list, tuple) and len(pair) == 2 for pair in pairs[0]):
        raise refuse("OrderedDict", pairs)
    return put(OrderedDict(), pairs[0])


def counter(*counts: Any) -> Any:
    if len(counts) > 1 or not all(type(item) is dict for item in counts):
        raise refuse("Counter", counts)
    made: Counter[Any] = Counter()
    return put(made, counts[0].items() if counts else ())


BUILTINS = (list, dict, set, tuple, int, float, str, bool, bytes, complex)
FACTORIES = (*BUILTINS, OrderedDict, Counter)


def default_dict(*factory: Any) -> Any:
    if len(factory) > 1 or not all(made is None or (isinstance(made, type) and made in FACTORIES) for made in factory):
        raise refuse("defaultdict", factory)
    return defaultdict(*factory)


def members(kind: type) -> Callable[..., Any]:
    def make(*items: Any) -> Any:
        if len(items) > 1 or not all(type(given) in (list, tuple) for given in items):
            raise refuse(kind.__name__, items)
        return kind(map(hashable, items[0])) if items else kind()

    return make


def byte_array(*data: Any) -> Any:
    if [type(item) for item in data] not in ([], [bytes], [str, str]):
        raise refuse("bytearray", data)
    return bytearray(encode(*data)) if len(data) == 2 else bytearray(*data)


def no_bytes(*data: Any) -> Any:
    if data:
        raise refuse("bytes", data)
    return b""


def encode(text: Any, encoding: Any) -> Any:
    if type(text) is not str or encoding not in ("latin1", "latin-1"):
        raise refuse("bytes", (text, encoding))
    return text.encode("latin-1")


def complex_number(*parts: Any) -> Any:
    if len(parts) != 2 or not all(type(part) is float for part in parts):
        raise refuse("complex", parts)
    return complex(*parts)


def is_ints(value: Any, least: int) -> bool:
    return (
        isinstance(value, tuple | list)
        and len(value) <= MOST_DIMS
        and all(type(n) is int and least <= n < 2**63 for n in value)
    )


def size(*dims: Any) -> Any:
    if len(dims) > 1 or not all(is_ints(given, -(2**63)) for given in dims):
        raise refuse("torch.Size", dims)
    return _C.Size(*dims)


def device(*name: Any) -> Any:
    if [type(item) for item in name] not in ([str], [str, int]) or len(name[0]) > 64:
        raise refuse("torch.device", name)
    return _C.device(*name)


def generator(*where: Any) -> Any:
    if len(where) > 1 or not all(isinstance(item, _C.device) for item in where):
        raise refuse("torch.Generator", where)
    return _C.Generator(*where)


def layout(name: Any) -> Any:
    if type(name) is not str:
        raise refuse("a layout", name)
    return serialization._get_layout(name)


Geometry = tuple[int, tuple[int, ...], tuple[int, ...], bool, Any]


def geometry(offset: Any, shape: Any, stride: Any, requires_grad: Any, hooks: Any) -> Geometry:
    if type(offset) is not int or not 0 <= offset < 2**63 or not is_ints(shape, 0) or not is_ints(stride, -(2**63)):
        raise refuse("the geometry of a tensor", (offset, shape, stride))
    if len(shape) != len(stride) or type(requires_grad) is not bool or not (hooks is None or type(hooks) in HOOKS):
        raise refuse("a tensor", (shape, stride, requires_grad, hooks))
    if hooks:
        raise UnpicklingError("a tensor has backward hooks, which are code")
    return offset, tuple(shape), tuple(stride), requires_grad, OrderedDict()


HOOKS = (OrderedDict, dict)
STORAGES = (storage.UntypedStorage, storage.TypedStorage)


def tensor_v1(memory: Any, *rest: Any) -> Any:
    if len(rest) != 3 or not isinstance(memory, STORAGES):
        raise refuse("a tensor", (memory, *rest))
    return _utils._rebuild_tensor(memory, *geometry(*rest, False, None)[:3])


def tensor_v2(memory: Any, *rest: Any) -> Any:
    if len(rest) not in (5, 6) or not isinstance(memory, STORAGES):
        raise refuse("a tensor", (memory, *rest))
    return _utils._rebuild_tensor_v2(memory, *geometry(*rest[:5]), flags(*rest[5:]))


def flags(given: Any = None) -> Any:
    if given is not None and (type(given) is not dict or not all(type(k) is str for k in given)):
        raise refuse("the flags of a tensor", given)
    return given


def is_dtype(value: Any) -> bool:
    return isinstance(value, _C.dtype | _absent_dtypes.AbsentDtype)


def tensor_v3(memory: Any, *rest: Any) -> Any:
    if len(rest) not in (6, 7) or not isinstance(memory, STORAGES) or not is_dtype(rest[5]):
        raise refuse("a tensor", (memory, *rest))
    return _utils._rebuild_tensor_v3(memory, *geometry(*rest[:5]), rest[5], flags(*rest[6:]))


def meta_tensor(dtype: Any, *rest: Any) -> Any:
    if len(rest) != 3 or not is_dtype(dtype):
        raise refuse("a meta tensor", (dtype, *rest))
    _, shape, stride, requires_grad, _ = geometry(0, *rest, None)
    return _utils._rebuild_meta_tensor_no_storage(dtype, shape, stride, requires_grad)


def sparse_tensor(layout: Any, data: Any) -> Any:
    if not isinstance(layout, _C.layout) or type(data) is not tuple or len(data) not in (3, 4):
        raise refuse("a sparse tensor", (layout, data))
    parts, size = (data[:2], data[2]) if layout is _C.sparse_coo else (data[:3], data[3:])
    if not all(type(part) is Tensor for part in parts):
        raise refuse("a sparse tensor", data)
    if layout is not _C.sparse_coo:
        (size,) = size or (None,)
    elif len(data) == 4 and not isinstance(data[3], bool | None):
        raise refuse("a sparse tensor", data)
    if not is_ints(size, 0):
        raise refuse("a sparse tensor", data)
    return _utils._rebuild_sparse_tensor(layout, data)


def parameter(data: Any, requires_grad: Any = True, hooks: Any = None) -> Any:
    if not isinstance(data, Tensor) or type(requires_grad) is not bool or not (hooks is None or type(hooks) in HOOKS):
        raise refuse("a parameter", (data, requires_grad, hooks))
    if hooks:
        raise UnpicklingError("a parameter has backward hooks, which are code")
    return _utils._rebuild_parameter(data, requires_grad, None)


def parameter_with_state(data: Any, requires_grad: Any, hooks: Any, state: Any) -> Any:
    return with_attributes(parameter(data, requires_grad, hooks), state)


def with_attributes(value: Any, state: Any) -> Any:
    """`value`, whose attributes are plain data: they go into its dict, past every property and `__setattr__`."""
    if type(state) is not dict or not all(type(name) is str for name in state):
        raise refuse(f"the attributes of {type(value).__name__}", state)
    value.__dict__.update(state)
    return value


def tensor_of_type(function: Any, kind: Any, args: Any, state: Any) -> Any:
    make = MAKERS_OF_TENSORS.get(function) if callable(function) else None
    if make is None or kind not in TENSOR_TYPES or type(args) is not tuple:
        raise refuse("a tensor with attributes", (function, kind, args))
    made = make(*args)
    return with_attributes(made if kind is Tensor else parameter(made, made.requires_grad), state)


TENSOR_TYPES = (Tensor, Parameter, Buffer)
MAKERS_OF_TENSORS: dict[Any, Callable[..., Any]] = {
    _utils._rebuild_tensor: tensor_v1,
    _utils._rebuild_tensor_v2: tensor_v2,
    _utils._rebuild_tensor_v3: tensor_v3,
    _utils._rebuild_meta_tensor_no_storage: meta_tensor,
    _utils._rebuild_sparse_tensor: sparse_tensor,
    _utils._rebuild_sparse_csr_tensor: sparse_tensor,
    _utils._rebuild_parameter: parameter,
    _utils._rebuild_parameter_with_state: parameter_with_state,
}
MAKERS: dict[Any, Callable[..., Any]] = {
    **MAKERS_OF_TENSORS,
    OrderedDict: ordered_dict,
    Counter: counter,
    defaultdict: default_dict,
    set: members(set),
    frozenset: members(frozenset),
    bytearray: byte_array,
    bytes: no_bytes,
    complex: complex_number,
    encode: encode,
    _C.Size: size,
    _C.device: device,
    _C.Generator: generator,
    serialization._get_layout: layout,
    Parameter: parameter,
    _tensor._rebuild_from_type_v2: tensor_of_type,
    _tensor._rebuild_from_type: tensor_of_type,
}
DTYPES = [name for name in dir(_C) if isinstance(getattr(_C, name), _C.dtype | _C.memory_format)]
GLOBALS: dict[str, Any] = {
    "_codecs.encode": encode,
    "collections.OrderedDict": OrderedDict,
    "collections.Counter": Counter,
    "collections.defaultdict": defaultdict,
    **{
        f"{module}.{kind.__name__}": kind
        for module in ("builtins", "__builtin__")
        for kind in (*BUILTINS, bytearray, frozenset)
    },
    **{f"torch.{name}": getattr(_C, name) for name in DTYPES},
    **{f"torch.{name}": getattr(_absent_dtypes, name) for name in _absent_dtypes.TABLE},
    **{f"torch.{kind.__name__}": kind for kind in storage.CLASSES.values()},
    "torch.storage.UntypedStorage": storage.UntypedStorage,
    "torch.storage.TypedStorage": storage.TypedStorage,
    "torch.UntypedStorage": storage.UntypedStorage,
    "torch.Tensor": Tensor,
    "torch.Size": _C.Size,
    "torch.device": _C.device,
    "torch.Generator": _C.Generator,
    "torch._C.Generator": _C.Generator,
    "torch.nn.parameter.Parameter": Parameter,
    "torch.nn.Parameter": Parameter,
    "torch.nn.parameter.Buffer": Buffer,
    "torch.serialization._get_layout": serialization._get_layout,
    "torch._tensor._rebuild_from_type_v2": _tensor._rebuild_from_type_v2,
    "torch._tensor._rebuild_from_type": _tensor._rebuild_from_type,
    **{f"torch._utils.{make.__name__}": make for make in MAKERS_OF_TENSORS},
}
# known, and refused with the way round
REFUSED = {
    f"torch._utils.{name}": value.refusal for name, value in vars(_utils).items() if isinstance(value, _utils.Refused)
}
REFUSED |= {
    f"torch.{name}Storage": f"torch.{name}Storage is not there yet: {why}"
    for why, names in {
        "no tensor can have this dtype": ("ComplexHalf",),
        "quantized tensors are not there; save dequantize() of them": (
            "QInt8",
            "QUInt8",
            "QInt32",
            "QUInt4x2",
            "QUInt2x4",
        ),
    }.items()
    for name in names
}
DICTS = (dict, OrderedDict, Counter, defaultdict)
