"""Files of safetensors by the names of the format's own package: save_file, load_file, safe_open.

The reader and the writer are the library's (`src/interop/safetensors/`). Whatever is not valid is a FormatError that says
why, before any memory is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from operator import index as index_of
from os import PathLike
from typing import Any

from vibetensor import _C

Path = str | bytes | PathLike[str] | PathLike[bytes]
Progress = Callable[[int, int], Any]
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


class FormatError(ValueError):
    """A file that is not valid safetensors."""


@contextmanager
def reading() -> Iterator[None]:
    """Makes the library's ValueErrors FormatErrors."""
    try:
        yield
    except FormatError:
        raise
    except ValueError as error:
        raise FormatError(str(error)) from None


def opened(path: Path) -> Any:
    with reading():
        return _C.Checkpoint(path)


def bytes_in(size: int | str | None) -> int:
    """5_000_000_000 for "5GB", 0 for None."""
    if size is None:
        return 0
    text = str(size).strip().upper()
    unit = next((u for u in UNITS if text.endswith(u)), "")
    number = text.removesuffix(unit).strip()
    if not number.isdigit() or int(number) == 0:
        raise ValueError(f"max_shard_size: expected a number of bytes, or text like '5GB', got {size!r}")
    return int(number) * UNITS.get(unit, 1)


def save_file(
    tensors: Mapping[str, Any],
    filename: Path,
    metadata: Mapping[str, str] | None = None,
    *,
    max_shard_size: int | str | None = None,
    progress: Progress | None = None,
) -> None:
    """Returns None; writes tensors by name to a file, byte for byte as the format's own package does.

    A tensor is written as it looks, whatever its strides. RuntimeError for tensors that share memory, which the file
    would hold twice: `save` stores them once. max_shard_size: bytes, or text like "5GB": what does not fit into one file
    goes to several, "name-00001-of-00003.safetensors", with the index "name.safetensors.index.json". progress: called
    with the bytes that are written and all bytes. The old file stays until the new one is whole and on the disk.

    >>> import os, tempfile, vibetensor.torch as torch
    >>> from vibetensor.safetensors import load_file, save_file
    >>> path = os.path.join(tempfile.mkdtemp(), "m.safetensors")
    >>> save_file({"weight": torch.ones(2)}, path)
    >>> load_file(path)
    {'weight': tensor([1., 1.])}
    """
    plain = dict(tensors)
    refuse_shared(plain)
    _C.save_safetensors(filename, plain, metadata and dict(metadata), bytes_in(max_shard_size), progress)


def refuse_shared(tensors: dict[str, Any]) -> None:
    from vibetensor.safetensors.structure import Use, overlapping, repeats

    storages: dict[int, list[Use]] = {}
    for number, (name, tensor) in enumerate(tensors.items()):
        if isinstance(tensor, _C.Tensor) and tensor.numel() and tensor.device.type != "meta":
            storages.setdefault(tensor._storage_key(), []).append(Use(number, tensor.detach(), (name,), {}))
    for uses in storages.values():
        for group in overlapping(uses):
            if len(group) > 1 and repeats(group):
                names = [use.path[0] for use in sorted(group, key=lambda use: use.number)]
                raise RuntimeError(
                    f"save_file: {', '.join(names)} share memory, and a file would hold it {len(names)} times; clone() them, "
                    "leave all but one out, or use vibetensor.safetensors.save, which stores it once"
                )


def load_file(
    filename: Path,
    device: Any = "cpu",
    *,
    mmap: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The tensors of a file by name, or those of all files of an index (`*.index.json`, or beside a path that is not there).

    device: where to. Several threads read; on the way to a GPU the bytes pass through pinned memory while others are read.
    mmap: read-only tensors over the file's own pages, which are read when they are used; the file must not change
    meanwhile. progress: called with the bytes that are there and all bytes. FormatError if a file is not valid.
    """
    checkpoint = opened(filename)
    with reading():
        if not mmap:
            return dict(checkpoint.load(None, device, progress))
        if _C.device(device).type != "cpu":
            raise ValueError(f"load_file: mmap=True gives tensors on the CPU, not on {device}")
        return dict(checkpoint.map(None))


def is_place(item: Any) -> bool:
    """Whether an index is a range, an ellipsis or one position; others, lists and tensors, pick elements."""
    if isinstance(item, slice) or item is Ellipsis:
        return True
    return (
        hasattr(item, "__index__")
        and not isinstance(item, bool)
        and getattr(item, "ndim", 0) == 0
        and not is_mask(item)
    )


def is_mask(item: Any) -> bool:
    return isinstance(item, _C.Tensor) and item.dtype == _C.bool


class Slice:
    """A tensor of a file of which parts are read: `f.get_slice("weight")[10:20]`.

    An index with lists, tensors, bools or None in it reads the whole tensor first.
    """

    def __init__(self, checkpoint: Any, name: str, device: Any):
        self._checkpoint, self._name, self._device = checkpoint, name, device
        self._code, self.dtype, self._shape, _, _ = checkpoint.entry(name)

    def get_shape(self) -> list[int]:
        return list(self._shape)

    def get_dtype(self) -> str:
        """The dtype in the file's terms, such as "F32"."""
        return str(self._code)

    def __getitem__(self, index: Any) -> Any:
        items = list(index) if isinstance(index, tuple) else [index]
        if not all(map(is_place, items)):
            return self[...][index]
        if items.count(Ellipsis) > 1:
            raise IndexError("an index can only have a single ellipsis ('...')")
        if Ellipsis not in items:
            items.append(Ellipsis)
        at = items.index(Ellipsis)
        missing = len(self._shape) - (len(items) - 1)
        if missing < 0:
            raise IndexError(f"too many indices: {self._name!r} has {len(self._shape)} dims, got {len(items) - 1}")
        items[at : at + 1] = [slice(None)] * missing
        begin: list[int] = []
        end: list[int] = []
        rest: list[Any] = []
        for item, size in zip(items, self._shape, strict=True):
            if isinstance(item, slice):
                first, last, step = item.indices(size)
                if step < 0:
                    raise ValueError("step must be greater than zero")
                begin.append(first)
                end.append(max(first, last))
                rest.append(slice(None, None, step))
            else:
                place = index_of(item)
                if not -size <= place < size:
                    raise IndexError(f"index {place} is out of bounds for a dim of size {size}")
                begin.append(place % size)
                end.append(place % size + 1)
                rest.append(0)
        with reading():
            part = self._checkpoint.part(self._name, begin, end)
        whole = all(item == slice(None, None, 1) for item in rest)
        return (part if whole else part[tuple(rest)]).to(self._device)


class safe_open:
    """An open file (or index) of which tensors are read one at a time.

    filename: a path, as for load_file. framework: "pt", the only one. device: where tensors are made.

    >>> import os, tempfile, vibetensor.torch as torch
    >>> from vibetensor.safetensors import safe_open, save_file
    >>> path = os.path.join(tempfile.mkdtemp(), "m.safetensors")
    >>> save_file({"weight": torch.arange(6).reshape(2, 3)}, path, {"made by": "us"})
    >>> with safe_open(path, framework="pt") as f:
    ...     print(f.keys(), f.metadata(), f.get_slice("weight")[:, 1:])
    ['weight'] {'made by': 'us'} tensor([[1, 2],
            [4, 5]])
    """

    def __init__(self, filename: Path, framework: str = "pt", device: Any = "cpu", *, mmap: bool = False):
        if framework not in ("pt", "torch", "pytorch"):
            raise ValueError(f"safe_open: expected framework 'pt', got {framework!r}")
        self._checkpoint = opened(filename)
        self._device, self._mmap = device, mmap

    def __enter__(self) -> safe_open:
        return self

    def __exit__(self, *exception: object) -> None:
        self._checkpoint = None

    def _open(self) -> Any:
        if self._checkpoint is None:
            raise FormatError("safe_open: the file is closed")
        return self._checkpoint

    def keys(self) -> list[str]:
        """The names, sorted."""
        return sorted(self._open().names())

    def offset_keys(self) -> list[str]:
        """The names in the order of their bytes."""
        return list(self._open().names())

    def metadata(self) -> dict[str, str] | None:
        """The file's strings by name; None if it has none."""
        return self._open().metadata() or None

    def _checked(self, name: str) -> Any:
        checkpoint = self._open()
        try:
            checkpoint.entry(name)
        except IndexError as error:
            raise FormatError(str(error)) from None
        return checkpoint

    def get_tensor(self, name: str) -> Any:
        checkpoint = self._checked(name)
        with reading():
            found = checkpoint.map([name]) if self._mmap else checkpoint.load([name], self._device, None)
        return found[name]

    def get_slice(self, name: str) -> Slice:
        return Slice(self._checked(name), name, self._device)
