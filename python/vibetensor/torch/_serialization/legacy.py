"""The format of PyTorch before 1.6: a row of pickles, then the bytes of the storages.

The pickles are a magic number, the version, facts about the machine, the object, and the keys of its storages; each
storage follows as its number of elements, eight bytes, and its elements.
"""

from __future__ import annotations

import pickle
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from vibetensor.torch._serialization.files import read_into, size_of
from vibetensor.torch._serialization.storages import Restore, checked_reference, itemsize, swap_bytes, typed
from vibetensor.torch.storage import UntypedStorage, window

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION = 1001
SIZE = struct.Struct("<q")
TYPE_SIZES = {"short": 2, "int": 4, "long": 4}

Unpickle = Callable[[Callable[[Any], Any]], Any]  # the next pickle of the file, given what loads a reference


class StoragesOfRow:
    """Those of the old format: they are there at once, and get their bytes after the object is there."""

    def __init__(self, restore: Restore, room: int):
        self.restore, self.room = restore, room  # room: bytes of the file that are left for them
        self.waiting: dict[str, tuple[type[Any], UntypedStorage, UntypedStorage]] = {}

    def load(self, reference: Any) -> Any:
        """The storage that a reference of the pickle means; a class that comes with its source is the class."""
        if isinstance(reference, tuple) and reference[:1] in (("module",), (b"module",)):
            if len(reference) != 4 or not isinstance(reference[1], type):
                raise pickle.UnpicklingError("load: the pickle refers to a module that is not a class")
            return reference[1]
        kind, key, location, size = checked_reference(reference)
        if len(reference) == 6 and reference[5] is not None:
            raise NotImplementedError(
                "load: a storage that is a view of another one, as PyTorch before 0.4 wrote, is not read"
            )
        if key not in self.waiting:
            self.room -= size
            if self.room < 0:
                raise RuntimeError(f"load: the pickle refers to {size} bytes more than the file holds")
            read = UntypedStorage(size)
            self.waiting[key] = kind, read, self.restore(read, location)
        return typed(kind, self.waiting[key][2])

    def fill(self, file: BinaryIO, keys: Any, swapped: bool) -> None:
        """Returns None; reads the bytes of each storage."""
        if not isinstance(keys, list) or len(keys) != len(set(map(str, keys))):
            raise RuntimeError("load: the keys of the storages are not valid")
        if {str(key) for key in keys} != set(self.waiting):
            raise RuntimeError("load: the storages in the file are not those that its pickle refers to")
        for key in map(str, keys):
            kind, read, placed = self.waiting.pop(key)
            head = file.read(SIZE.size)
            if len(head) != SIZE.size or SIZE.unpack(head)[0] * itemsize(kind) != read.nbytes():
                raise RuntimeError(
                    f"load: storage {key} has another size than the pickle says, or the file ends before it"
                )
            if read_into(file, window(read.bytes)) != read.nbytes():
                raise RuntimeError(f"load: the file ends inside storage {key}")
            if swapped:
                read.copy_(swap_bytes(read, kind))
            if placed is not read and placed.device.type != "meta":
                placed.copy_(read)


def load(file: BinaryIO, restore: Restore, unpickle: Unpickle) -> Any:
    """What a file of the old format holds."""

    def no_storage(reference: Any) -> Any:
        raise pickle.UnpicklingError("load: the head of the file refers to a storage")

    start = file.tell()
    if file.read(512)[257:262] == b"ustar":
        raise NotImplementedError(
            "load: a tar archive, as PyTorch before 0.2 wrote, is not read; save it again from PyTorch"
        )
    file.seek(start)
    if unpickle(no_storage) != MAGIC_NUMBER:
        raise RuntimeError("Invalid magic number; corrupt file?")
    version = unpickle(no_storage)
    if version != PROTOCOL_VERSION:
        raise RuntimeError(f"Invalid protocol version: {version}")
    machine = unpickle(no_storage)
    little = machine.get("little_endian", True) if isinstance(machine, dict) else True
    storages = StoragesOfRow(restore, size_of(file))
    result = unpickle(storages.load)
    storages.fill(file, unpickle(no_storage), bool(little) != (sys.byteorder == "little"))
    return result


def heads(protocol: int, pickle_module: Any) -> list[bytes]:
    """The pickles before the object."""
    machine = {
        "protocol_version": PROTOCOL_VERSION,
        "little_endian": sys.byteorder == "little",
        "type_sizes": TYPE_SIZES,
    }
    return [pickle_module.dumps(value, protocol) for value in (MAGIC_NUMBER, PROTOCOL_VERSION, machine)]
