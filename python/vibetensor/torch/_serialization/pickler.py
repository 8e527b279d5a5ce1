"""Writes objects as PyTorch's files hold them: tensors refer to storages, and what is ours has PyTorch's name.

pickle's own pickler in C fixes how classes are named; the one in Python lets a subclass say so, and takes lists of
numbers, which are long, from the one in C.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from collections.abc import Callable
from importlib import import_module
from types import FunctionType
from typing import Any, ClassVar

from vibetensor import _C
from vibetensor.torch import _utils, serialization
from vibetensor.torch._copying import state_of
from vibetensor.torch._serialization.location import location_tag
from vibetensor.torch._serialization.names import attribute, is_torchs, torch_name
from vibetensor.torch._tensor import _rebuild_from_type_v2
from vibetensor.torch.nn.parameter import Parameter
from vibetensor.torch.storage import TypedStorage, UntypedStorage, class_of
from vibetensor.torch.utils.hooks import warn_if_has_hooks

Tensor: Any = _C.Tensor
PythonPickler: Any = pickle._Pickler  # type: ignore[attr-defined]
Reduced = tuple[Any, ...]
NUMBERS = (int, float, bool)
ABSENT_DTYPES = "vibetensor.torch._absent_dtypes"


def state(tensor: Any) -> Any:
    """Attributes of a tensor as PyTorch has them in files: a dict, or that and one of slots."""
    found = state_of(tensor)
    return found if found is None or found[1] else found[0]


def reduce_device(device: Any) -> Reduced:
    return _C.device, (device.type,) if device.index is None else (device.type, device.index)


def generator_state(generator: Any) -> Reduced:
    """(seed, offset or None, state), as PyTorch pickles a generator."""
    offset = None if generator.device.type == "cpu" else generator.get_offset()
    return generator.initial_seed(), offset, generator.get_state()


SMALL_TYPES: dict[type, Callable[[Any], Any]] = {
    _C.device: reduce_device,
    _C.layout: lambda value: (serialization._get_layout, (repr(value),)),
    _C.Size: lambda value: (_C.Size, (tuple(value),)),
    _C.Generator: lambda value: (_C.Generator, (value.device,), generator_state(value)),
    _C.dtype: repr,
    _C.memory_format: repr,
}


class StoragesOf:
    """The storages that a pickle refers to, by key, in the order in which it comes to them."""

    def __init__(self, legacy: bool = False) -> None:
        self.end = (None,) if legacy else ()  # of which storage it is a view, which none is
        self.keys: dict[int, str] = {}
        self.dtypes: dict[str, Any] = {}
        self.by_key: dict[str, UntypedStorage] = {}
        self.element_sizes: dict[str, int] = {}

    def key(self, storage: UntypedStorage) -> str:
        key = self.keys.setdefault(id(storage), str(len(self.keys)))
        self.by_key[key] = storage  # kept: no other comes to have its id
        return key

    def first_dtype(self, storage: UntypedStorage, dtype: Any) -> Any:
        """The dtype by which PyTorch knows a storage, that of its first tensor: others say their own."""
        return self.dtypes.setdefault(self.key(storage), dtype)

    def persistent_id(self, value: Any) -> Reduced | None:
        """What stands in the pickle for a storage: ("storage", class, key, location, elements)."""
        if type(value) is TypedStorage:
            kind: Any = class_of(value.dtype) or UntypedStorage
            storage = value.untyped()
        elif type(value) is UntypedStorage:
            kind, storage = UntypedStorage, value
        else:
            return None
        key, element_size = self.key(storage), 1 if kind is UntypedStorage else value.element_size()
        self.element_sizes.setdefault(key, element_size)
        return "storage", kind, key, location_tag(storage), storage.nbytes() // element_size, *self.end


class TorchNames:
    """What a pickler does to write a file of PyTorch's."""

    storages: StoragesOf

    def persistent_id(self, value: Any) -> Reduced | None:
        return self.storages.persistent_id(value)

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            # a subclass may say itself how it is made again
            own = type(value).__reduce_ex__ is not Tensor.__reduce_ex__
            return NotImplemented if own else self.reduce_tensor(value)
        module = type(value).__module__
        if module == ABSENT_DTYPES:
            return repr(value)
        if hasattr(value, "__dlpack__") and is_torchs(module):
            raise TypeError(f"save: expected tensors of VibeTensor, not {_C.type_name(value)}")
        reduce = SMALL_TYPES.get(type(value))
        return NotImplemented if reduce is None else reduce(value)

    def reduce_tensor(self, tensor: Any) -> Reduced:
        warn_if_has_hooks(tensor)
        attributes = state(tensor)
        if type(tensor) is Parameter:
            common: Reduced = (tensor.detach(), tensor.requires_grad, OrderedDict())
            if attributes is None:
                return _utils._rebuild_parameter, common
            return _utils._rebuild_parameter_with_state, (*common, attributes)
        function, args = self.reduce_data(tensor)
        if type(tensor) is Tensor and attributes is None:
            return function, args
        return _rebuild_from_type_v2, (function, type(tensor), args, attributes or {})

    def reduce_data(self, tensor: Any) -> Reduced:
        """What makes a plain tensor of the same data again."""
        if tensor.layout is not _C.strided:
            from vibetensor.torch.sparse.parts import parts_of

            return _utils._rebuild_sparse_tensor, (tensor.layout, parts_of(tensor))
        geometry = (tuple(tensor.shape), tensor.stride())
        if _C.is_wrapper(tensor):
            rest = (tensor.storage_offset(), tensor.layout, tensor.device, tensor.requires_grad)
            return _utils._rebuild_wrapper_subclass, (type(tensor), tensor.dtype, *geometry, *rest)
        if tensor.device.type == "meta":
            return _utils._rebuild_meta_tensor_no_storage, (tensor.dtype, *geometry, tensor.requires_grad)
        storage, kind = UntypedStorage.of(tensor), class_of(tensor.dtype)
        common: Reduced = (tensor.storage_offset(), *geometry, tensor.requires_grad, OrderedDict())
        if kind is None or self.storages.first_dtype(storage, tensor.dtype) != tensor.dtype:
            return _utils._rebuild_tensor_v3, (storage, *common, tensor.dtype)
        return _utils._rebuild_tensor_v2, (TypedStorage(wrap_storage=storage, dtype=tensor.dtype), *common)


class Pickler(TorchNames, PythonPickler):  # type: ignore[misc]
    dispatch: ClassVar[dict[Any, Any]] = dict(PythonPickler.dispatch)

    def save_global(self, value: Any, name: str | None = None) -> None:
        found = torch_name(value, name)
        if found is None:
            super().save_global(value, name)
            return
        module, path = found
        if self.proto >= 4:
            self.save(module)
            self.save(path)
            self.write(pickle.STACK_GLOBAL)
        elif "." in path:
            holder, _, last = path.rpartition(".")
            self.save_reduce(getattr, (attribute(import_module("vibetensor." + module), holder), last), obj=value)
            return
        else:
            encoding = "utf-8" if self.proto == 3 else "ascii"
            self.write(pickle.GLOBAL + f"{module}\n{path}\n".encode(encoding))
        self.memoize(value)

    def save_list(self, value: list[Any]) -> None:
        if len(value) < 16 or not all(type(item) in NUMBERS for item in value):
            PythonPickler.save_list(self, value)
            return
        out = io.BytesIO()
        plain = pickle.Pickler(out, 2)
        plain.fast = True  # no memo, whose numbers would be those of another pickle
        plain.dump(value)
        self.write(out.getvalue()[2:-1])  # without PROTO and STOP
        self.memoize(value)

    dispatch[list] = save_list
    dispatch[FunctionType] = lambda self, value: self.save_global(value)


def pickled(value: Any, storages: StoragesOf, pickle_module: Any, protocol: int) -> bytes:
    """The pickle of `value` with its storages left out and gathered in `storages`.

    pickle_module: pickle, or a module with a Pickler of its own; one that is not written in Python names our classes
    as they are called here.
    """
    out = io.BytesIO()
    kind: Any = Pickler
    if pickle_module is not pickle:
        kind = type("Pickler", (TorchNames, pickle_module.Pickler), {})
    pickler = kind(out, protocol=protocol)
    pickler.storages = storages
    pickler.dump(value)
    return out.getvalue()
