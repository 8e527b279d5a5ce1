"""torch.save and torch.load: PyTorch's files, written and read.

A file is a zip archive of a pickle and of the storages that its tensors view (`_serialization/archive.py`). What is ours
is named there as in PyTorch, so that either side reads the other's files. Files of before PyTorch 1.6 are read too
(`_serialization/legacy.py`), and so are safetensors files (`vibetensor.safetensors`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import IO, Any, BinaryIO

from vibetensor import _C
from vibetensor.torch._not_there import RefusedType, module_getattr

MAP_LOCATION = Callable[[Any, str], Any] | _C.device | str | dict[str, str] | None  # for annotations
DEFAULT_PROTOCOL = 2
PIECE = 64  # bytes that tell the formats apart


class LoadEndianness(Enum):
    """The byte order of files that do not say theirs."""

    NATIVE = 1
    LITTLE = 2
    BIG = 3


class Settings:
    """What the functions below set."""

    endianness: LoadEndianness | None = None
    mmap_flags: int | None = None


def get_default_load_endianness() -> LoadEndianness | None:
    """The byte order of files that do not say theirs; None is little."""
    return Settings.endianness


def set_default_load_endianness(endianness: LoadEndianness | None) -> None:
    """Returns None; sets the byte order of files that do not say theirs."""
    if not isinstance(endianness, LoadEndianness | None):
        raise TypeError("Invalid argument type in function set_default_load_endianness")
    Settings.endianness = endianness


def get_default_mmap_options() -> int | None:
    """The flags with which load(mmap=True) maps files: mmap.MAP_PRIVATE or mmap.MAP_SHARED."""
    if Settings.mmap_flags is None:
        from mmap import MAP_PRIVATE

        return MAP_PRIVATE
    return Settings.mmap_flags


class set_default_mmap_options:
    """Sets the flags with which load(mmap=True) maps files, as a function or for a block.

    mmap.MAP_PRIVATE: what is written to the tensors stays in memory. mmap.MAP_SHARED: it goes to the file.
    """

    def __init__(self, flags: int):
        from mmap import MAP_PRIVATE, MAP_SHARED

        if flags not in (MAP_PRIVATE, MAP_SHARED):
            raise ValueError(
                f"Invalid argument in function set_default_mmap_options: expected MAP_PRIVATE or MAP_SHARED, got {flags}"
            )
        self.before = Settings.mmap_flags
        Settings.mmap_flags = flags

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        Settings.mmap_flags = self.before


def get_crc32_options() -> bool:
    """True: every record is written with its checksum."""
    return True


def set_crc32_options(compute_crc32: bool) -> None:
    """Returns None; NotImplementedError for False: checksums are always written. Files without them are read."""
    if not compute_crc32:
        raise NotImplementedError(
            "torch.serialization.set_crc32_options: files without checksums are read, not written"
        )


def add_safe_globals(safe_globals: list[Any]) -> None:
    """Returns None; lets load(weights_only=True) call these classes and functions where a file says so.

    safe_globals: each a class or function, or a tuple of one and the full name that files have for it.
    """
    from vibetensor.torch._weights_only_unpickler import _add_safe_globals

    _add_safe_globals(safe_globals)


def get_safe_globals() -> list[Any]:
    """What add_safe_globals and safe_globals have allowed."""
    from vibetensor.torch._weights_only_unpickler import _get_safe_globals

    return _get_safe_globals()


def clear_safe_globals() -> None:
    """Returns None; allows nothing more than at first."""
    from vibetensor.torch._weights_only_unpickler import _clear_safe_globals

    _clear_safe_globals()


class safe_globals:
    """Context in which add_safe_globals(safe_globals) holds."""

    def __init__(self, safe_globals: list[Any]):
        self.safe_globals = safe_globals
        self.before: list[Any] = []

    def __enter__(self) -> None:
        self.before = get_safe_globals()
        add_safe_globals(self.safe_globals)

    def __exit__(self, *exc: object) -> None:
        clear_safe_globals()
        add_safe_globals(self.before)


def get_unsafe_globals_in_checkpoint(f: Any) -> list[str]:
    """The full names of classes and functions in a file of the zip format that load(weights_only=True) would refuse."""
    from vibetensor.torch._serialization.archive import MAGIC, Archive
    from vibetensor.torch._serialization.files import reading, size_of
    from vibetensor.torch._weights_only_unpickler import GLOBALS, allowed, by_name, is_blocked, names_in

    with reading(f) as file:
        if head_of(file)[:4] != MAGIC:
            raise ValueError("Expected input to be a checkpoint returned by torch.save")
        data = Archive(file, size_of(file)).read("data.pkl")
    safe = by_name(allowed)
    return [name for name in names_in(data) if name not in GLOBALS and (name not in safe or is_blocked(name))]


class skip_data(RefusedType, why="checkpoints are written with the bytes of their storages"):
    """Context in which files would be written with room for the bytes of their storages instead of them."""


class SourceChangeWarning(Warning):
    """That a class in an old file was written differently; never given, as our sources are always others."""


@contextmanager
def mkdtemp() -> Iterator[str]:
    """The path of a new folder that is removed at the end."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as path:
        yield path


def check_module_version_greater_or_equal(
    module: Any, req_version_tuple: tuple[int, ...], error_if_malformed: bool = True
) -> bool:
    """Whether a module's `__version__`, numbers with dots, is at least that one."""
    try:
        version = tuple(kind(part) for kind, part in zip(map(type, req_version_tuple), module.__version__.split(".")))
        return version >= req_version_tuple
    except Exception as error:
        message = f"'{module.__name__}' module version string is malformed: '{module.__version__}'"
        if error_if_malformed:
            raise RuntimeError(message) from error
        import warnings

        warnings.warn(f"{message}; it is taken to be at least {req_version_tuple}", stacklevel=2)
        return True


def _get_layout(name: str) -> Any:
    """The layout that is printed as `name`: "torch.strided"."""
    layout = getattr(_C, name.removeprefix("torch."), None)
    if not isinstance(layout, _C.layout):
        raise NotImplementedError(f"load: the layout {name} is not there")
    return layout


def normalize_storage_type(storage_type: Any) -> Any:
    """The class of storages itself: there is one for each dtype, wherever they are."""
    return storage_type


def storage_to_tensor_type(storage: Any) -> Any:
    """The tensor type of a typed storage: torch.FloatTensor of a FloatStorage."""
    from importlib import import_module

    from vibetensor.torch.storage import class_of

    name = class_of(storage.dtype).__name__.replace("Storage", "Tensor")
    return getattr(import_module("vibetensor.torch.cuda" if storage.is_cuda else "vibetensor.torch"), name)


# ---- saving


def save(
    obj: object,
    f: str | os.PathLike[str] | IO[bytes],
    pickle_module: Any = None,
    pickle_protocol: int = DEFAULT_PROTOCOL,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
) -> None:
    """Returns None; writes `obj` to `f`, a path or a binary file, as PyTorch's zip format.

    obj: anything that pickles: tensors, containers of them, arrays, whole modules. Tensors that share memory share it
    again when loaded; storages are written straight from their memory, those of a GPU through the host piece by piece.
    At a path, the file that was there stays as it was until the new one is written whole and on the disk; if that fails,
    OSError says why. With _use_new_zipfile_serialization=False it is the format of before PyTorch 1.6.

    >>> import io, vibetensor.torch as torch
    >>> file = io.BytesIO()
    >>> torch.save({"step": 3, "weights": [torch.ones(2)]}, file)
    >>> _ = file.seek(0)
    >>> torch.load(file)
    {'step': 3, 'weights': [tensor([1., 1.])]}
    """
    import pickle

    from vibetensor.torch._serialization.files import writing
    from vibetensor.torch._serialization.pickler import StoragesOf, pickled

    storages = StoragesOf(legacy=not _use_new_zipfile_serialization)
    module = pickle if pickle_module is None else pickle_module
    off = _C.exchange_torch_function_off(1)  # tensors are written as they are, whatever their types say
    try:
        data = pickled(obj, storages, module, pickle_protocol)
    finally:
        _C.exchange_torch_function_off(off)
    with writing(f) as file:
        if _use_new_zipfile_serialization:
            write_archive(file, data, storages.by_key, not _disable_byteorder_record)
        else:
            write_row(file, data, storages.by_key, storages.element_sizes, module, pickle_protocol)


def write_archive(file: Any, data: bytes, storages: dict[str, Any], say_byte_order: bool) -> None:
    from vibetensor.torch._serialization.archive import Writer

    with Writer(file) as archive:
        archive.write("data.pkl", len(data), [data])
        if say_byte_order:
            archive.write("byteorder", len(sys.byteorder), [sys.byteorder.encode()])
        for key, storage in storages.items():
            archive.write(f"data/{key}", storage.nbytes(), storage.pieces())
        archive.write("version", 2, [b"3\n"])


def write_row(
    file: Any, data: bytes, storages: dict[str, Any], sizes: dict[str, int], pickle_module: Any, protocol: int
) -> None:
    from vibetensor.torch._serialization.files import write_all
    from vibetensor.torch._serialization.legacy import SIZE, heads

    for head in (*heads(protocol, pickle_module), data, pickle_module.dumps(sorted(storages), protocol)):
        write_all(file, head)
    for key in sorted(storages):
        write_all(file, SIZE.pack(storages[key].nbytes() // sizes[key]))
        for piece in storages[key].pieces():
            write_all(file, piece)


# ---- loading

WAY_ROUND = (
    "Weights only load failed: with weights_only=True, the default, torch.load reads tensors, numbers, text and plain "
    "containers, and runs nothing. If you trust where the file comes from, allow what it names with "
    "torch.serialization.add_safe_globals, or pass weights_only=False, which runs whatever the file says.\n"
)


def load(
    f: str | os.PathLike[str] | IO[bytes],
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """What was saved to `f`, a path or a binary file: by save(), by PyTorch, or as safetensors.

    map_location: where storages go: None for the device that they were saved from, a device or its name, a dict from
    devices to devices, or a function of (storage on the CPU, device saved from) that gives a storage, or None for that
    device. weights_only: True, the default, reads tensors and plain containers and never runs code: UnpicklingError
    names what else is in the file, and what to do; False unpickles whatever the file says. mmap: the tensors are the
    file's own memory, read when they are used; for paths. RuntimeError if the file is damaged.
    """
    from vibetensor.torch._serialization.archive import MAGIC
    from vibetensor.torch._serialization.files import is_path, reading

    safe = chosen_weights_only(weights_only, pickle_module)
    if mmap and not is_path(f):
        raise ValueError("f must be a file path in order to use the mmap argument")
    options = {"encoding": "utf-8", **pickle_load_args}
    with reading(f, "r+b" if mmap and writes_to_file() else "rb") as file:
        head = head_of(file)
        if head[:4] == MAGIC:
            return load_archive(file, map_location, safe, pickle_module, options, bool(mmap))
        if mmap:
            raise RuntimeError(
                "mmap can only be used with files saved with `torch.save(_use_new_zipfile_serialization=True)`; "
                "save this one again in order to map it"
            )
        if not head:
            raise EOFError("load: the file is empty")
        if head[8:9] == b"{":  # after the length of a safetensors file's header, whose first byte may be a pickle's
            from vibetensor import safetensors
            from vibetensor.torch._serialization.location import placing_tensors

            return safetensors.read(file, placing_tensors(map_location))
        return load_row(file, map_location, safe, pickle_module, options)


def chosen_weights_only(weights_only: bool | None, pickle_module: Any) -> bool:
    forced = os.environ.get("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "0") in ("1", "y", "yes", "true")
    if weights_only is None and os.environ.get("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "0") in ("1", "y", "yes", "true"):
        return forced
    safe = forced or (pickle_module is None if weights_only is None else bool(weights_only))
    if safe and pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    return safe


def writes_to_file() -> bool:
    """Whether what is written to mapped tensors goes to their file."""
    from mmap import MAP_SHARED

    return get_default_mmap_options() == MAP_SHARED


def head_of(file: BinaryIO) -> bytes:
    start = file.tell()
    head = file.read(PIECE)
    file.seek(start)
    return head


def load_archive(
    file: BinaryIO, map_location: Any, safe: bool, pickle_module: Any, options: dict[str, Any], mapped: bool
) -> Any:
    import io

    from vibetensor.torch._serialization.archive import Archive
    from vibetensor.torch._serialization.files import size_of
    from vibetensor.torch._serialization.location import goes_to_meta, restoring
    from vibetensor.torch._serialization.storages import StoragesOfArchive

    archive = Archive(file, size_of(file))
    if "constants.pkl" in archive:
        raise NotImplementedError(
            "load: this is a program of torch.jit, and scripting is not there; save its state_dict() from PyTorch"
        )
    if mapped:
        archive.map(get_default_mmap_options() or 0)
    meta = goes_to_meta(map_location)
    storages = StoragesOfArchive(archive, restoring(map_location), byte_order(archive) != sys.byteorder, meta)
    return unpickle(io.BytesIO(archive.read("data.pkl")), safe, pickle_module, options)(storages.load)


def byte_order(archive: Any) -> str:
    if "byteorder" not in archive:
        chosen = get_default_load_endianness() or LoadEndianness.LITTLE
        return sys.byteorder if chosen is LoadEndianness.NATIVE else chosen.name.lower()
    order = archive.read("byteorder") if archive.size_of("byteorder") < 16 else b"?"
    if order not in (b"little", b"big"):
        raise ValueError(f"Unknown endianness type: {order!r}")
    return str(order.decode())


def load_row(file: BinaryIO, map_location: Any, safe: bool, pickle_module: Any, options: dict[str, Any]) -> Any:
    from vibetensor.torch._serialization import legacy
    from vibetensor.torch._serialization.location import restoring
    from vibetensor.torch.sparse.parts import checking_at_the_end

    with checking_at_the_end():
        return legacy.load(file, restoring(map_location), unpickle(file, safe, pickle_module, options))


def unpickle(file: BinaryIO, safe: bool, pickle_module: Any, options: dict[str, Any]) -> Callable[..., Any]:
    """What gives the next pickle of `file`, given what loads a storage."""
    import pickle

    if not safe:
        from vibetensor.torch._serialization.unpickler import unpickling

        return unpickling(file, pickle if pickle_module is None else pickle_module, options)
    from vibetensor.torch._weights_only_unpickler import Unpickler

    def read(load_storage: Callable[[Any], Any]) -> Any:
        try:
            return Unpickler(file, load_storage, **options).load()
        except pickle.UnpicklingError as error:
            raise pickle.UnpicklingError(f"{WAY_ROUND}{error}") from error.__cause__

    return read


HOMES = dict.fromkeys(
    ("default_restore_location", "location_tag", "register_package", "validate_cuda_device"), "_serialization.location"
)
__getattr__ = module_getattr(__name__, homes=HOMES)
