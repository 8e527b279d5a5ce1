"""The zip archives that checkpoints are: records by name, stored as they are, each at a multiple of 64 bytes.

Reading takes the table of contents from zipfile and trusts nothing in it: a record must lie inside the file, apart from
all others, have the name and the size that the table says, and the checksum if there is one. No record is ever
written to a file of its name.
"""

from __future__ import annotations

import mmap
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any, BinaryIO

from vibetensor import _C
from vibetensor.torch._serialization.files import read_into, write_all
from vibetensor.torch.storage import UntypedStorage, window

MAGIC = b"PK\x03\x04"
ALIGNMENT = 64
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
ZIP64_FIELD = 20  # bytes of a local header's extra field for sizes of 64 bits
LARGE = 2_000_000_000  # bytes from which such a field is written
PADDING = b"FB"  # the id of the extra field that fills up to a multiple of ALIGNMENT, PyTorch's
WIDEST = 16  # bytes of the largest element: memory of a file that begins elsewhere is copied
MOST_INFLATED = 100  # times the size of the file that all its compressed records may have
NAME = "archive"  # of the folder that holds the records


class Sink:
    """A file that can only be written: zipfile then never seeks in it, and counts places from its own first byte.

    Once a write has failed, what zipfile still writes on its way out goes nowhere, and the caller sees the first error.
    """

    def __init__(self, file: Any):
        self.file = file
        self.failed = False

    def write(self, data: Any) -> int:
        if self.failed:
            return len(data)
        self.failed = True
        count = write_all(self.file, data)
        self.failed = False
        return count

    def flush(self) -> None:
        flush = getattr(self.file, "flush", None)
        if flush is not None:
            flush()


class Writer:
    """Writes records one after the other, straight from the memory that they are given in."""

    def __init__(self, file: Any):
        self.zip = zipfile.ZipFile(Sink(file), "w", zipfile.ZIP_STORED, allowZip64=True)  # type: ignore[call-overload]

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: Any, *rest: Any) -> None:
        if kind is None:
            self.zip.close()
        else:
            self.zip.fp = None  # the file is not whole: nothing is added that makes it look so

    def write(self, name: str, size: int, pieces: Iterable[Any]) -> None:
        """Write `pieces`, bytes-like objects of `size` bytes together, as the record of that name."""
        record = zipfile.ZipInfo(f"{NAME}/{name}")
        record.file_size = size
        large = size > LARGE
        begin = self.zip.fp.tell() + LOCAL_HEADER.size + len(record.filename) + (ZIP64_FIELD if large else 0)  # type: ignore[union-attr]
        fill = -(begin + 4) % ALIGNMENT
        record.extra = PADDING + struct.pack("<H", fill) + bytes(fill)
        with self.zip.open(record, "w", force_zip64=large) as out:
            for piece in pieces:
                out.write(piece)
        record.extra = b""  # the table of contents needs no padding


class Archive:
    """The records of an archive in a file that can seek."""

    def __init__(self, file: BinaryIO, size: int):
        self.file, self.size = file, size
        self.mapping: Any = None
        try:
            self.zip = zipfile.ZipFile(file)
            entries = self.zip.infolist()
        except (
            zipfile.BadZipFile,
            struct.error,
            ValueError,
            OverflowError,
            EOFError,
            IndexError,
            NotImplementedError,
        ) as e:
            raise RuntimeError(f"load: the archive's table of contents is not valid: {e}") from None
        if not entries:
            raise RuntimeError("load: the archive is empty")
        self.folder = entries[0].filename.partition("/")[0]
        self.records: dict[str, zipfile.ZipInfo] = {}
        self.ends: dict[str, int] = {}
        end = self.zip.start_dir
        for entry in sorted(entries, key=lambda entry: entry.header_offset, reverse=True):
            if entry.filename in self.records:
                raise RuntimeError(f"load: the archive has two records of the name {entry.filename!r}")
            if entry.compress_type == zipfile.ZIP_STORED and entry.file_size > size:
                raise RuntimeError(f"load: {entry.filename!r} claims {entry.file_size} bytes in a file of {size}")
            self.records[entry.filename] = entry
            self.ends[entry.filename] = end
            end = entry.header_offset
        inflated = sum(entry.file_size for entry in entries if entry.compress_type != zipfile.ZIP_STORED)
        if inflated > MOST_INFLATED * size:
            raise RuntimeError(f"load: {inflated} bytes are compressed in an archive of {size}, which is not credible")

    def __contains__(self, name: str) -> bool:
        return f"{self.folder}/{name}" in self.records

    def entry(self, name: str) -> zipfile.ZipInfo:
        entry = self.records.get(f"{self.folder}/{name}")
        if entry is None:
            raise RuntimeError(f"load: the archive has no record {name!r}")
        return entry

    def start(self, entry: zipfile.ZipInfo) -> int:
        """Where the bytes of a record begin, after checking that it lies apart from all others."""
        self.file.seek(entry.header_offset)
        head = self.file.read(LOCAL_HEADER.size)
        if len(head) != LOCAL_HEADER.size or head[:4] != MAGIC:
            raise RuntimeError(f"load: {entry.filename!r} does not begin where the archive says")
        flags, name_size, extra_size = head[6] | head[7] << 8, *LOCAL_HEADER.unpack(head)[-2:]
        name = self.file.read(name_size).decode("utf-8" if flags & 0x800 else "cp437", "replace")
        begin = entry.header_offset + LOCAL_HEADER.size + name_size + extra_size
        if name != entry.orig_filename or begin + entry.compress_size > self.ends[entry.filename]:
            raise RuntimeError(
                f"load: {entry.filename!r} is not what the archive says, or reaches into the next record"
            )
        return begin

    def size_of(self, name: str) -> int:
        """The number of bytes of a record."""
        return self.entry(name).file_size

    def read(self, name: str) -> bytes:
        """The bytes of a small record."""
        memory = bytearray(self.size_of(name))
        self.read_into(name, memoryview(memory))
        return bytes(memory)

    def read_into(self, name: str, memory: memoryview) -> None:
        """Fill `memory`, of the record's size, with its bytes."""
        entry = self.entry(name)
        begin = self.start(entry)
        if entry.compress_type == zipfile.ZIP_STORED:
            if entry.compress_size != entry.file_size or entry.flag_bits & 1:
                raise RuntimeError(f"load: {entry.filename!r} has two sizes, or is encrypted")
            self.file.seek(begin)
            count = read_into(self.file, memory)
        else:
            count = self.inflate(entry, memory)
        if count != len(memory):
            raise RuntimeError(f"load: the archive ends inside {entry.filename!r}")
        # 0: saved without checksums
        if entry.CRC and zlib.crc32(memory) != entry.CRC:
            raise RuntimeError(f"load: {entry.filename!r} is damaged: its checksum is not that of its bytes")

    def inflate(self, entry: zipfile.ZipInfo, memory: memoryview) -> int:
        if entry.compress_type != zipfile.ZIP_DEFLATED or entry.flag_bits & 1:
            raise RuntimeError(
                f"load: {entry.filename!r} is encrypted, or compressed in a way that PyTorch does not use"
            )
        try:
            with self.zip.open(entry) as stream:
                return read_into(stream, memory)  # type: ignore[arg-type]
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as e:
            raise RuntimeError(f"load: {entry.filename!r} is damaged: {e}") from None

    def storage(self, name: str) -> UntypedStorage:
        """The bytes of a record as a storage on the CPU, of the file's own memory where it is mapped."""
        size = self.size_of(name)
        if self.mapping is not None and size and self.entry(name).compress_type == zipfile.ZIP_STORED:
            entry = self.entry(name)
            begin = self.start(entry)
            if begin % WIDEST == 0 and entry.compress_size == size and begin + size <= len(self.mapping):
                return UntypedStorage.of(_C.frombuffer(self.mapping, dtype=_C.uint8, count=size, offset=begin))
        storage = UntypedStorage(size)
        self.read_into(name, window(storage.bytes))
        return storage

    def map(self, flags: int) -> None:
        """Returns None; storages are from now on the file's own memory, which lives as long as they do."""
        self.mapping = mmap.mmap(self.file.fileno(), 0, flags=flags, prot=mmap.PROT_READ | mmap.PROT_WRITE)
