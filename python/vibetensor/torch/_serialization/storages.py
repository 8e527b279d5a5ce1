"""The storages that a pickle refers to, read from its file when they are asked for."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch._serialization.archive import Archive
from vibetensor.torch.storage import TypedStorage, UntypedStorage

Restore = Callable[[UntypedStorage, str], UntypedStorage]


def checked_reference(reference: Any) -> tuple[type[Any], str, str, int]:
    """(class, key, location, bytes) of a reference to a storage; UnpicklingError if it is not one."""
    if not isinstance(reference, tuple) or len(reference) not in (5, 6) or reference[0] not in ("storage", b"storage"):
        raise pickle.UnpicklingError("load: the pickle refers to something that is not a storage")
    kind, key, location, count = reference[1:5]
    key, location = (name.decode("utf-8") if isinstance(name, bytes) else name for name in (key, location))
    if not isinstance(kind, type) or not issubclass(kind, TypedStorage | UntypedStorage):
        raise pickle.UnpicklingError(f"load: expected a class of storages, got {kind!r}")
    if type(key) is not str or type(location) is not str or type(count) is not int or not 0 <= count < 2**62:
        raise pickle.UnpicklingError(f"load: a reference to a storage is not valid: {(key, location, count)!r}")
    return kind, key, location, count * itemsize(kind)


def itemsize(kind: type[Any]) -> int:
    if issubclass(kind, UntypedStorage):
        return 1
    if kind is TypedStorage:
        raise pickle.UnpicklingError("load: a reference to a storage names no dtype")
    return int(kind.dtype.itemsize)


def swap_bytes(storage: UntypedStorage, kind: type[Any]) -> UntypedStorage:
    """A storage with the bytes of each element in the other order."""
    if issubclass(kind, UntypedStorage):
        raise NotImplementedError("load: the file is of the other byte order, and holds a storage without its dtype")
    width = itemsize(kind) // (2 if kind.dtype.is_complex else 1)
    if width == 1 or not storage.nbytes():
        return storage
    return UntypedStorage.of(storage.bytes.view(-1, width).flip(1).contiguous().view(-1))


def typed(kind: type[Any], storage: UntypedStorage) -> Any:
    return storage if kind is UntypedStorage else TypedStorage(wrap_storage=storage, dtype=kind.dtype)


class StoragesOfArchive:
    """Those of a zip archive: each is a record, read once and brought where it shall go."""

    def __init__(self, archive: Archive, restore: Restore, swapped: bool, meta: bool):
        self.archive, self.restore, self.swapped, self.meta = archive, restore, swapped, meta
        self.loaded: dict[str, UntypedStorage] = {}

    def load(self, reference: Any) -> Any:
        """The storage that a reference of the pickle means."""
        kind, key, location, size = checked_reference(reference)
        if key not in self.loaded:
            self.loaded[key] = self.read(kind, f"data/{key}", location, size)
        return typed(kind, self.loaded[key])

    def read(self, kind: type[Any], name: str, location: str, size: int) -> UntypedStorage:
        if self.archive.size_of(name) != size:
            raise RuntimeError(
                f"load: the pickle says that {name!r} has {size} bytes, the archive {self.archive.size_of(name)}"
            )
        if self.meta:
            return UntypedStorage(size, device="meta")
        storage = self.archive.storage(name)
        if self.swapped:
            storage = swap_bytes(storage, kind)
        return self.restore(storage, location)


def plain(storage: Any) -> UntypedStorage:
    """The storage under a typed one."""
    if not isinstance(storage, UntypedStorage | TypedStorage):
        raise TypeError(f"expected a storage, got {_C.type_name(storage)}")
    return storage.untyped()
