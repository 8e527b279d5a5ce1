"""Helpers of PyTorch's that libraries import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import Refused, module_getattr

Tensor: Any = _C.Tensor


def _flatten_dense_tensors(tensors: Iterable[Any]) -> Any:
    """All elements of tensors of one dtype as one vector."""
    return _C.ops.cat([tensor.reshape(-1) for tensor in tensors])


def _unflatten_dense_tensors(flat: Any, tensors: Iterable[Any]) -> tuple[Any, ...]:
    """Views of a vector with the shapes of `tensors`, one after the other."""
    views, start = [], 0
    for tensor in tensors:
        views.append(flat.narrow(0, start, tensor.numel()).view(tensor.shape))
        start += tensor.numel()
    return tuple(views)


def _take_tensors(tensors: Iterable[Any], size_limit: int) -> Iterator[list[Any]]:
    """Groups of tensors of one type, each of at most `size_limit` bytes unless a single tensor has more."""
    groups: dict[str, tuple[list[Any], int]] = {}
    for tensor in tensors:
        kind, size = tensor.type(), tensor.numel() * tensor.element_size()
        group, used = groups.get(kind, ([], 0))
        if group and used + size > size_limit:
            yield group
            group, used = [], 0
        group.append(tensor)
        groups[kind] = group, used + size
    for group, _ in groups.values():
        if group:
            yield group


def _get_device_index(device: Any, optional: bool = False, allow_cpu: bool = False) -> int:
    """The number of a GPU, given as a device, its text or its number; with `optional`, None is the current one."""
    if isinstance(device, int) and not isinstance(device, bool):
        return device
    if device is None:
        if not optional:
            raise ValueError(f"Expected a torch.device with a specified index or an integer, but got:{device}")
        return _C.cuda_current_device()
    device = _C.device(device)
    if device.type == "cpu":
        if allow_cpu:
            return -1
        raise ValueError(f"Expected a non cpu device, but got: {device}")
    if device.index is not None:
        return device.index
    if not optional:
        raise ValueError(f"Expected a torch.device with a specified index or an integer, but got:{device}")
    return _C.cuda_current_device()


def _get_available_device_type() -> str | None:
    """ "cuda" where there is one; None where there is only the CPU."""
    return "cuda" if _C.cuda_is_available() else None


def get_device_module(device: Any = None) -> Any:
    """The module of a device's kind, torch.cuda or torch.cpu; by default of the accelerator, or of the CPU if there is none."""
    from importlib import import_module

    kind = ("cuda" if _C.cuda_is_available() else "cpu") if device is None else _C.device(device).type
    try:
        return import_module(f"vibetensor.torch.{kind}")
    except ModuleNotFoundError:
        raise RuntimeError(
            f"Device '{kind}' does not have a corresponding module registered as 'torch.{kind}'."
        ) from None


class ExceptionWrapper:
    """An exception with its traceback as text, on its way from another thread or process.

    Another process gets a RuntimeError in the place of a type that it could not find.
    """

    def __init__(self, exc_info: Any = None, where: str = "in background"):
        import sys
        import traceback

        given: Any = sys.exc_info() if exc_info is None else exc_info
        kind, value, trace = given
        self.exc_type = kind
        self.where = where
        self.exc_msg = "".join(traceback.format_exception(kind, value, trace))
        self.name = kind.__name__

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "exc_type": self.exc_type if can_be_sent(self.exc_type) else RuntimeError}

    def reraise(self) -> None:
        """Raises an exception of the same type that says where it came from."""
        message = f"Caught {self.name} {self.where}.\nOriginal {self.exc_msg}"
        try:
            error = self.exc_type(PlainText(message))
            told = message in str(error)
        except Exception:
            told = False
        raise error if told else RuntimeError(message)  # its constructor may want something else than a message


class PlainText(str):
    """Text that prints as it is where an exception shows its argument's repr, as KeyError does."""

    def __repr__(self) -> str:
        return str(self)


def can_be_sent(kind: type) -> bool:
    """Whether another process finds the type where pickle says it is."""
    import pickle

    try:
        return pickle.loads(pickle.dumps(kind)) is kind
    except Exception:
        return False


# ---- what pickles of tensors call, by PyTorch's names


def _rebuild_tensor(storage: Any, storage_offset: int, size: Any, stride: Any) -> Any:
    """A tensor of that geometry over a storage, of the storage's dtype; bytes without one are uint8."""
    dtype = getattr(storage, "dtype", _C.uint8)
    return storage.untyped().bytes._over_storage(dtype, tuple(size), tuple(stride), storage_offset)


def _rebuild_tensor_v2(
    storage: Any,
    storage_offset: int,
    size: Any,
    stride: Any,
    requires_grad: bool,
    backward_hooks: Any,
    metadata: Any = None,
) -> Any:
    """The same with its backward hooks, by id, and the flags that PyTorch leaves on a tensor: they are worked out."""
    tensor = _rebuild_tensor(storage, storage_offset, size, stride)
    for flag, ask in (metadata or {}).items():
        if flag not in ("conj", "neg"):
            raise NotImplementedError(f"load: a tensor has the flag {flag!r}, which is not there")
        if ask:
            tensor = tensor.conj().clone() if flag == "conj" else -tensor
    return finished(tensor, requires_grad, backward_hooks)


def _rebuild_tensor_v3(
    storage: Any,
    storage_offset: int,
    size: Any,
    stride: Any,
    requires_grad: bool,
    backward_hooks: Any,
    dtype: Any,
    metadata: Any = None,
) -> Any:
    """The same with a dtype of its own."""
    if not isinstance(dtype, _C.dtype):
        raise NotImplementedError(f"load: {getattr(dtype, 'refusal', f'{dtype!r} is no dtype')}")
    if metadata:
        raise NotImplementedError("load: a tensor has flags, which are not there")
    tensor = storage.untyped().bytes._over_storage(dtype, tuple(size), tuple(stride), storage_offset)
    return finished(tensor, requires_grad, backward_hooks)


def finished(tensor: Any, requires_grad: bool, backward_hooks: Any) -> Any:
    if requires_grad:
        tensor.requires_grad_()
    for hook in (backward_hooks or {}).values():
        tensor.register_hook(hook)
    return tensor


def _rebuild_parameter(data: Any, requires_grad: bool, backward_hooks: Any) -> Any:
    """A Parameter over the memory of `data`."""
    from vibetensor.torch.nn.parameter import Parameter

    return finished(Parameter(data, requires_grad), False, backward_hooks)


def _rebuild_parameter_with_state(data: Any, requires_grad: bool, backward_hooks: Any, state: Any) -> Any:
    """The same with attributes."""
    return _set_obj_state(_rebuild_parameter(data, requires_grad, backward_hooks), state)


def _set_obj_state(obj: Any, state: Any) -> Any:
    """obj, with the attributes of `state`: a dict, or that and one of slots."""
    attributes, slots = state if isinstance(state, tuple) else (state, None)
    if attributes:
        obj.__dict__.update(attributes)
    for name, value in (slots or {}).items():
        setattr(obj, name, value)
    return obj


def _has_compatible_shallow_copy_type(input: Any, from_: Any) -> bool:
    """Whether `input.data = from_` keeps the kind of tensor that `input` is: device, layout, and memory or none."""
    kinds = [(t.device.type, t.layout, _C.is_wrapper(t)) for t in (input, from_)]
    return kinds[0] == kinds[1]


def _rebuild_wrapper_subclass(*args: Any) -> Any:
    """A tensor of a class that answers calls by its `__torch_dispatch__`, before its attributes are set."""
    from vibetensor.torch._copying import rebuild_wrapper

    return rebuild_wrapper(*args)


def _rebuild_meta_tensor_no_storage(dtype: Any, size: Any, stride: Any, requires_grad: bool) -> Any:
    """A tensor of shapes only."""
    return _C.ops.empty_strided(size, stride, dtype=dtype, device="meta").requires_grad_(requires_grad)


def _rebuild_device_tensor_from_numpy(data: Any, dtype: Any, device: Any, requires_grad: bool) -> Any:
    """A tensor with the elements of an array, which is how tensors of some devices are saved."""
    return _C.from_numpy(data).to(device=device, dtype=dtype).requires_grad_(requires_grad)


def _rebuild_sparse_tensor(layout: Any, data: Any) -> Any:
    """A sparse tensor of (indices, values, size, whether it is coalesced); of compressed layouts both indices come first."""
    from vibetensor.torch.sparse.parts import rebuild

    return rebuild(layout, data)


def _rebuild_sparse_csr_tensor(layout: Any, data: Any) -> Any:
    """The same as files of before PyTorch 2.0 call it for CSR."""
    return _rebuild_sparse_tensor(layout, data)


_rebuild_nested_tensor = Refused("torch._utils._rebuild_nested_tensor", "nested tensors are not there; save a list")
_rebuild_qtensor = Refused(
    "torch._utils._rebuild_qtensor", "quantized tensors are not there; save dequantize() of them"
)


_get_device_module = get_device_module


__getattr__ = module_getattr(__name__)
