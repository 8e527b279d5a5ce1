"""Storages: the memory that tensors share, as objects of their own, and its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from vibetensor import _C

Tensor: Any = _C.Tensor
PIECE = 64 << 20  # bytes of another device's memory that are on the host at a time


def window(tensor: Any) -> memoryview:
    """The memory of a contiguous CPU tensor as bytes that can be written, kept alive by the view."""
    import ctypes

    size = tensor.numel() * tensor.element_size()
    if size == 0:
        return memoryview(bytearray())
    address = tensor.data_ptr()
    if not address:
        raise RuntimeError(
            "Cannot access the bytes of this storage: its tensor has a shape and a dtype, but no memory of its own "
            "(vibetensor.fabric.gather makes one tensor of shards)"
        )
    memory = (ctypes.c_ubyte * size).from_address(address)
    memory.owner = tensor  # type: ignore[attr-defined]
    return memoryview(memory).cast("B")


def tensor_bytes(tensor: Any) -> memoryview:
    """The elements of `tensor` in row-major order, read-only; a view of it where it is contiguous on the CPU.

    The view keeps the memory alive.
    """
    return window(tensor.detach().cpu().contiguous()).toreadonly()


def tensor_from_bytes(data: Any, dtype: Any, shape: tuple[int, ...]) -> Any:
    """A new CPU tensor of `dtype` and `shape` with a copy of `data`, any bytes-like object of the right size."""
    tensor = _C.ops.empty(shape, dtype=dtype, device="cpu")
    size = tensor.numel() * tensor.element_size()
    view = memoryview(data).cast("B")
    if view.nbytes != size:
        raise ValueError(f"tensor_from_bytes: expected {size} bytes for {dtype} {tuple(shape)}, got {view.nbytes}")
    window(tensor)[:] = view
    return tensor


class UntypedStorage:
    """The bytes that tensors share, one object for each storage while anybody holds it.

    `UntypedStorage(n)` makes n bytes, unset. `tensor.untyped_storage()` gives that of a tensor; what is written to it
    shows in every tensor over it.
    """

    __slots__ = ("__weakref__", "bytes")
    known: ClassVar[WeakValueDictionary[int, UntypedStorage]] = WeakValueDictionary()
    bytes: Any  # a uint8 tensor over all of it

    def __init__(self, size: int = 0, *, device: Any = "cpu"):
        self.bytes = _C.ops.empty((size,), dtype=_C.uint8, device=device)
        self.known[self.bytes._storage_key()] = self

    @classmethod
    def of(cls, tensor: Any) -> UntypedStorage:
        """The storage of `tensor`."""
        key = tensor._storage_key()
        found = cls.known.get(key)
        if found is None:
            found = cls.known[key] = cls.__new__(cls)
            found.bytes = tensor._storage_as_bytes()
        elif found.bytes.numel() != tensor._storage_bytes():  # resized
            found.bytes = tensor._storage_as_bytes()
        return found

    @classmethod
    def from_file(cls, filename: Any, shared: bool = False, nbytes: int = 0) -> UntypedStorage:
        """The first `nbytes` bytes of a file, mapped and not read.

        shared: what is written goes to the file, which is made or grows if it has to; otherwise it stays in memory.
        RuntimeError if the file is too short.
        """
        import mmap
        import os

        if nbytes == 0:
            return cls(0)
        descriptor = os.open(filename, os.O_RDWR | os.O_CREAT if shared else os.O_RDONLY, 0o666)
        try:
            size = os.fstat(descriptor).st_size
            if size < nbytes:
                if not shared:
                    raise RuntimeError(f"from_file: {filename} has {size} bytes, fewer than {nbytes}")
                os.ftruncate(descriptor, nbytes)
            flags = mmap.MAP_SHARED if shared else mmap.MAP_PRIVATE
            mapping = mmap.mmap(descriptor, nbytes, flags=flags, prot=mmap.PROT_READ | mmap.PROT_WRITE)
        finally:
            os.close(descriptor)
        return cls.of(_C.frombuffer(mapping, dtype=_C.uint8))

    @property
    def device(self) -> Any:
        return self.bytes.device

    @property
    def is_cuda(self) -> bool:
        return bool(self.bytes.is_cuda)

    def nbytes(self) -> int:
        """The number of bytes."""
        return int(self.bytes.numel())

    size = __len__ = nbytes

    def element_size(self) -> int:
        """1: elements are bytes."""
        return 1

    def data_ptr(self) -> int:
        """The address of the first byte."""
        return int(self.bytes.data_ptr())

    def get_device(self) -> int:
        """The number of the GPU; -1 on the CPU."""
        return int(self.bytes.get_device())

    def to(self, device: Any, non_blocking: bool = False) -> UntypedStorage:
        """self if it is on `device`, else a copy there."""
        device = _C.device(device)
        if device.type == "meta" and self.device.type != "meta":
            return UntypedStorage(self.nbytes(), device="meta")
        return UntypedStorage.of(self.bytes.to(device, non_blocking=non_blocking))

    def cpu(self) -> UntypedStorage:
        """self if it is on the CPU, else a copy there."""
        return self.to("cpu")

    def cuda(self, device: Any = None, non_blocking: bool = False) -> UntypedStorage:
        """self if it is on that GPU, by default the current one, else a copy there."""
        return UntypedStorage.of(self.bytes.cuda(device, non_blocking=non_blocking))

    def clone(self) -> UntypedStorage:
        """A storage with a copy of the bytes."""
        return UntypedStorage.of(self.bytes.clone())

    def copy_(self, source: UntypedStorage, non_blocking: bool | None = None) -> UntypedStorage:
        """self, with the bytes of `source`, which has as many."""
        self.bytes.copy_(source.bytes, non_blocking=bool(non_blocking))
        return self

    def fill_(self, value: int) -> UntypedStorage:
        """self, with every byte set to `value`."""
        self.bytes.fill_(value)
        return self

    def untyped(self) -> UntypedStorage:
        """self."""
        return self

    def tolist(self) -> list[int]:
        """The bytes as numbers."""
        return self.bytes.tolist()  # type: ignore[no-any-return]

    def __getitem__(self, index: Any) -> Any:
        """A byte as a number; of a slice, a storage of those bytes, which it shares."""
        if not isinstance(index, slice):
            return int(self.bytes[index].item())
        begin, end, step = index.indices(self.nbytes())
        if step != 1:
            raise RuntimeError(f"Trying to slice with a step of {step}, but only a step of 1 is supported")
        part = type(self).__new__(type(self))  # not that of any tensor, so not among the known
        part.bytes = self.bytes[begin : max(begin, end)]
        return part

    def __setitem__(self, index: Any, value: int) -> None:
        self.bytes[index] = value

    def __iter__(self) -> Iterator[int]:
        return iter(self.tolist())

    def __repr__(self) -> str:
        return f"[torch.storage.UntypedStorage(device={self.device}) of size {self.nbytes()}]"

    def __deepcopy__(self, memo: dict[int, Any]) -> UntypedStorage:
        return self.clone()

    def __reduce_ex__(self, protocol: Any) -> tuple[Callable[..., UntypedStorage], tuple[Any, ...]]:
        device = str(self.device)
        if device == "meta":
            return meta_storage, (self.nbytes(),)
        import pickle

        data = tensor_bytes(self.bytes)
        return rebuild_storage, (pickle.PickleBuffer(data) if protocol >= 5 else bytes(data), device)

    def pieces(self) -> Iterator[memoryview]:
        """The bytes in order: those of the CPU in one view of them, those of another device copied piece by piece."""
        if self.device.type == "cpu":
            yield tensor_bytes(self.bytes)
            return
        for begin in range(0, self.nbytes(), PIECE):
            yield tensor_bytes(self.bytes[begin : begin + PIECE])


def rebuild_storage(data: Any, device: str) -> UntypedStorage:
    size = memoryview(data).nbytes
    return UntypedStorage.of(tensor_from_bytes(data, _C.uint8, (size,)).to(device))


def meta_storage(size: int) -> UntypedStorage:
    return UntypedStorage(size, device="meta")


class ByDtype(type):
    """Lets every storage of a dtype count as one of the class that is named by it."""

    def __instancecheck__(cls, value: Any) -> bool:
        dtype = cls.__dict__.get("dtype")
        return (
            super().__instancecheck__(value) if dtype is None else type(value) is TypedStorage and value.dtype == dtype
        )


class TypedStorage(metaclass=ByDtype):
    """A storage and the dtype of its elements: what PyTorch's files refer to, and `tensor.storage()` gives.

    Its subclasses by dtype, FloatStorage and so on, are names in files and in `isinstance`.
    """

    dtype: Any

    def __init__(self, *, wrap_storage: UntypedStorage, dtype: Any):
        self._untyped_storage = wrap_storage
        self.dtype = dtype

    @property
    def device(self) -> Any:
        return self._untyped_storage.device

    @property
    def is_cuda(self) -> bool:
        return self._untyped_storage.is_cuda

    def untyped(self) -> UntypedStorage:
        """The storage without the dtype."""
        return self._untyped_storage

    def nbytes(self) -> int:
        """The number of bytes."""
        return self._untyped_storage.nbytes()

    def element_size(self) -> int:
        """The bytes of an element."""
        return int(self.dtype.itemsize)

    def size(self) -> int:
        """The number of elements."""
        return self.nbytes() // self.element_size()

    def __len__(self) -> int:
        return self.size()

    def data_ptr(self) -> int:
        """The address of the first byte."""
        return self._untyped_storage.data_ptr()

    def to(self, device: Any) -> TypedStorage:
        """self if it is on `device`, else a copy there."""
        moved = self._untyped_storage.to(device)
        return self if moved is self._untyped_storage else TypedStorage(wrap_storage=moved, dtype=self.dtype)

    def cpu(self) -> TypedStorage:
        """self if it is on the CPU, else a copy there."""
        return self.to("cpu")

    def cuda(self, device: Any = None) -> TypedStorage:
        """self if it is on that GPU, by default the current one, else a copy there."""
        moved = self._untyped_storage.cuda(device)
        return self if moved is self._untyped_storage else TypedStorage(wrap_storage=moved, dtype=self.dtype)

    def elements(self) -> Any:
        """A vector over all of it."""
        return self._untyped_storage.bytes._over_storage(self.dtype, (self.size(),), (1,), 0)

    def tolist(self) -> list[Any]:
        """The elements as numbers."""
        return self.elements().tolist()  # type: ignore[no-any-return]

    def __getitem__(self, index: int) -> Any:
        return self.elements()[index].item()

    def __setitem__(self, index: Any, value: Any) -> None:
        self.elements()[index] = value

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def __deepcopy__(self, memo: dict[int, Any]) -> TypedStorage:
        from copy import deepcopy

        return TypedStorage(wrap_storage=deepcopy(self._untyped_storage, memo), dtype=self.dtype)

    def __repr__(self) -> str:
        return f"[torch.storage.TypedStorage(dtype={self.dtype}, device={self.device}) of size {self.size()}]"


NAMES = {
    "uint8": "ByteStorage",
    "int8": "CharStorage",
    "int16": "ShortStorage",
    "int32": "IntStorage",
    "int64": "LongStorage",
    "float16": "HalfStorage",
    "bfloat16": "BFloat16Storage",
    "float32": "FloatStorage",
    "float64": "DoubleStorage",
    "bool": "BoolStorage",
    "complex64": "ComplexFloatStorage",
    "complex128": "ComplexDoubleStorage",
}
# by dtype's name: the class that PyTorch's files know a storage of such elements by
CLASSES: dict[str, Any] = {
    dtype: ByDtype(name, (TypedStorage,), {"dtype": getattr(_C, dtype), "__module__": "vibetensor.torch"})
    for dtype, name in NAMES.items()
}
globals().update({kind.__name__: kind for kind in CLASSES.values()})


def class_of(dtype: Any) -> Any:
    """The class of a storage of `dtype`, None of one that PyTorch's files know without its dtype only."""
    return CLASSES.get(str(dtype).removeprefix("torch."))


def _load_from_bytes(b: bytes) -> Any:
    """The storage that plain pickles of PyTorch's tensors hold as a file within them."""
    from io import BytesIO

    from vibetensor.torch.serialization import load

    return load(BytesIO(b), weights_only=False)


def is_storage(obj: Any, /) -> bool:
    """Whether `obj` is a storage."""
    return isinstance(obj, UntypedStorage | TypedStorage)
