"""What checkpoints are written to and read from: paths, pipes and file objects."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, BinaryIO

from vibetensor import _C


def is_path(f: Any) -> bool:
    return isinstance(f, str | os.PathLike)


def writing(f: Any) -> AbstractContextManager[Any]:
    """What takes the bytes; at a path the old file stays until the new one is whole (Note [Whole files])."""
    if is_path(f):
        return _C.AtomicFile(f)
    if not hasattr(f, "write"):
        raise AttributeError(
            f"expected 'f' to be string, path, or a file-like object with a 'write' attribute, got {type(f).__name__}"
        )
    return nullcontext(f)


def write_all(file: Any, data: bytes | memoryview) -> int:
    """Write `data` whole, to a raw file too, which may take a part at a time. The number of bytes."""
    rest = memoryview(data)
    while rest:
        written = file.write(rest)
        if written is None or written == len(rest):
            break
        rest = rest[written:]
    return len(data)


@contextmanager
def reading(f: Any, mode: str = "rb") -> Iterator[BinaryIO]:
    """A binary file that can seek; what cannot (a pipe, a socket) is read whole first."""
    if is_path(f):
        with open(f, mode) as file:
            yield seekable(file)
        return
    if not hasattr(f, "read"):
        raise AttributeError(
            f"expected 'f' to be a path or a file opened for reading bytes, got {type(f).__name__}: it has no 'read'"
        )
    yield seekable(f)


def seekable(file: Any) -> BinaryIO:
    try:
        file.seek(file.tell())
    except (AttributeError, OSError):  # io.UnsupportedOperation is an OSError
        return io.BytesIO(file.read())
    return file  # type: ignore[no-any-return]


def size_of(file: BinaryIO) -> int:
    """The bytes from here to the end."""
    start = file.tell()
    end = file.seek(0, io.SEEK_END)
    if end is None:  # a file object of the caller's
        end = file.tell()
    file.seek(start)
    return end - start


def read_into(file: BinaryIO, memory: memoryview) -> int:
    """The number of bytes read into `memory`: fewer than it has only at the end of the file."""
    at = 0
    straight = getattr(file, "readinto", None)
    while at < len(memory):
        if straight is not None:
            count = straight(memory[at:])
        else:
            data = file.read(min(len(memory) - at, 16 << 20))
            count = len(data)
            memory[at : at + count] = data
        if not count:
            break
        at += count
    return at
