"""torch.asarray and torch.from_file: tensors over memory that is there already."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.storage import TypedStorage, UntypedStorage

Tensor: Any = _C.Tensor


def shared(obj: Any, dtype: Any) -> Any:
    """A tensor over the memory of `obj`, of the dtype that it has or is read as; None if it has no such memory."""
    if isinstance(obj, Tensor):
        return obj
    if isinstance(obj, TypedStorage):
        obj, dtype = obj._untyped_storage, dtype or obj.dtype
    if isinstance(obj, UntypedStorage):
        return obj.bytes.view(dtype or _C.get_default_dtype())
    if type(obj).__module__ == "numpy" and hasattr(obj, "dtype") and not hasattr(obj, "__setitem__"):
        return None  # a number of NumPy's
    if hasattr(obj, "__array_interface__"):
        return _C.from_numpy(obj)
    if hasattr(obj, "__dlpack__"):
        return _C.from_dlpack(obj)
    try:
        memoryview(obj).release()
    except TypeError:
        return None
    return _C.frombuffer(obj, dtype=dtype or _C.get_default_dtype())


def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None, requires_grad: bool | None = None
) -> Any:
    """A tensor of `obj`, over its own memory where it has some that fits.

    obj: a tensor, an array, an object with DLPack, bytes (a storage, an object with Python's buffer protocol: they are
    read as elements of `dtype`), a number or sequences of numbers. copy: True copies in any case, False never does and
    raises ValueError where it would have to. requires_grad: by default that of `obj`; False detaches.

    >>> import vibetensor.torch as torch
    >>> torch.asarray(bytearray(8), dtype=torch.int32)
    tensor([0, 0], dtype=torch.int32)
    """
    found = shared(obj, dtype)
    if found is None:
        if copy is False:
            raise ValueError(
                f"can't alias {type(obj).__name__} into a tensor: it has no memory that a tensor can share"
            )
        return _C.tensor(obj, dtype=dtype, device=device, requires_grad=bool(requires_grad))
    dtype = found.dtype if dtype is None else dtype
    device = found.device if device is None else _C.device(device)
    elsewhere = device.type != found.device.type or device.index not in (None, found.device.index)
    if copy is False and (elsewhere or dtype != found.dtype):
        raise ValueError(f"can't alias tensor of {found.dtype} on {found.device} into one of {dtype} on {device}")
    result = found.to(device=device, dtype=dtype, copy=bool(copy))
    if requires_grad is False:
        return result.detach() if result.requires_grad else result
    return result.requires_grad_() if requires_grad and not result.requires_grad else result


def from_file(
    filename: str,
    shared: bool | None = None,
    size: int | None = 0,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool | None = False,
) -> Any:
    """A CPU tensor (size,) of `dtype` whose memory is the file's.

    shared: what is written to the tensor goes to the file, which is made or grows if it has to; otherwise it stays in
    memory. RuntimeError if the file is too short.
    """
    if pin_memory:
        raise RuntimeError("tensors constructed from a file cannot be pinned")
    if layout not in (None, _C.strided):
        raise NotImplementedError("from_file: only strided tensors are there")
    if device is not None and _C.device(device).type != "cpu":
        raise RuntimeError(f"from_file: a file's memory is the CPU's, not that of {device}")
    dtype = dtype or _C.get_default_dtype()
    storage = UntypedStorage.from_file(filename, bool(shared), (size or 0) * dtype.itemsize)
    return storage.bytes.view(dtype)
