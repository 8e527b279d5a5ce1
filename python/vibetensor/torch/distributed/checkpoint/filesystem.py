"""Checkpoints as folders of files: PyTorch's format, which either side reads.

A process writes its parts to a file of its own, one torch.save after the other. `.metadata` says what is where, and is
written last: a folder without it is no checkpoint. Every file is whole or not there (Note [Whole files]).
"""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PosixPath, PurePosixPath
from typing import Any

from vibetensor import _C
from vibetensor.torch import serialization
from vibetensor.torch._serialization.names import is_torchs, ours
from vibetensor.torch._serialization.pickler import pickled
from vibetensor.torch.distributed.checkpoint.metadata import Metadata

__all__ = ["FileSystemReader", "FileSystemWriter"]

METADATA = ".metadata"
ALLOWED = {
    ("torch", "Size"),
    ("torch.serialization", "_get_layout"),
    ("torch.distributed.checkpoint.filesystem", "_StorageInfo"),
    *(("pathlib", name) for name in ("PosixPath", "PurePosixPath", "Path")),
    ("pathlib._local", "PosixPath"),
    *(
        ("torch.distributed.checkpoint.metadata", name)
        for name in (
            "BytesStorageMetadata", "ChunkStorageMetadata", "Metadata", "MetadataIndex", "StorageMeta", "TensorProperties",
            "TensorStorageMetadata", "_MEM_FORMAT_ENCODING",
        )
    ),
}  # fmt: skip
PATHS = {"PosixPath": PosixPath, "PurePosixPath": PurePosixPath, "Path": Path}


@dataclass
class _StorageInfo:
    """Where in which file an item is: bytes from `offset` on. transform_descriptors: what was done to them."""

    relative_path: str
    offset: int
    length: int
    transform_descriptors: Sequence[str] | None = None

    def __getstate__(self) -> Any:
        return {key: value for key, value in self.__dict__.items() if value is not None}


class Counted:
    """A file that knows how many bytes were written to it."""

    def __init__(self, file: Any):
        self.file, self.count = file, 0

    def write(self, data: Any) -> int:
        """How many bytes of `data` were written: all."""
        self.file.write(data)
        self.count += memoryview(data).nbytes
        return memoryview(data).nbytes


class NoStorages:
    """Of a pickle in which there are no tensors."""

    def persistent_id(self, value: Any) -> None:
        return None


class FileSystemWriter:
    """Writes a checkpoint to a folder, which is made; one that is there already is taken back first."""

    def __init__(self, path: str | os.PathLike[str], single_file_per_rank: bool = True, sync_files: bool = True,
                 thread_count: int = 1, per_thread_copy_ahead: int = 10_000_000, cache_staged_state_dict: bool = False,
                 overwrite: bool = True):  # fmt: skip
        if not single_file_per_rank or thread_count != 1 or cache_staged_state_dict:
            raise NotImplementedError(
                "FileSystemWriter: one file and one thread for each process are there; leave them so"
            )
        self.path, self.overwrite = Path(path), overwrite

    def prepare(self) -> None:
        """Returns None; of one process: the folder is there, and is no checkpoint."""
        self.path.mkdir(parents=True, exist_ok=True)
        if (self.path / METADATA).exists():
            if not self.overwrite:
                raise RuntimeError(f"Checkpoint already exists at {self.path} and self.overwrite=False.")
            (self.path / METADATA).unlink()

    def write(self, name: str, items: Sequence[Any]) -> list[_StorageInfo]:
        """Where in the file `name` each item is."""
        places = []
        with _C.AtomicFile(self.path / name) as file:
            counted: Any = Counted(file)
            for item in items:
                begin = counted.count
                serialization.save(item, counted)
                places.append(_StorageInfo(name, begin, counted.count - begin))
        return places

    def finish(self, metadata: Metadata) -> None:
        """Returns None; of one process, once all have written: the folder is a checkpoint."""
        with _C.AtomicFile(self.path / METADATA) as file:
            file.write(pickled(metadata, NoStorages(), pickle, 4))  # type: ignore[arg-type]


class _MetadataUnpickler(pickle.Unpickler):
    """Makes nothing but what a checkpoint's metadata has."""

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith("pathlib") and name in PATHS:
            return PATHS[name]
        is_dtype = module == "torch" and isinstance(getattr(_C, name, None), _C.dtype)
        if (module, name) not in ALLOWED and not is_dtype:
            raise pickle.UnpicklingError(f"the metadata of a checkpoint has no {module}.{name}")
        return ours(module, name) if is_torchs(module) else super().find_class(module, name)


class FileSystemReader:
    """Reads a checkpoint from a folder."""

    def __init__(self, path: str | os.PathLike[str]):
        self.path = Path(path)

    def read_metadata(self) -> Metadata:
        """What the checkpoint has. FileNotFoundError where there is none, UnpicklingError for another file."""
        with open(self.path / METADATA, "rb") as file:
            found = _MetadataUnpickler(file).load()
        if not isinstance(found, Metadata):
            raise pickle.UnpicklingError(f"{self.path / METADATA} is not the metadata of a checkpoint")
        return found

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """A function that reads the item at a place."""
        files: dict[str, Any] = {}

        def read(place: _StorageInfo) -> Any:
            if place.transform_descriptors:
                raise NotImplementedError(
                    f"checkpoint: {place.transform_descriptors} of {place.relative_path} are not read"
                )
            if place.relative_path not in files:
                if Path(place.relative_path).is_absolute() or ".." in Path(place.relative_path).parts:
                    raise RuntimeError(f"checkpoint: {place.relative_path} is not in its folder")
                files[place.relative_path] = open(self.path / place.relative_path, "rb")  # noqa: SIM115
            file = files[place.relative_path]
            file.seek(place.offset)
            data = file.read(place.length)
            if len(data) != place.length:
                raise RuntimeError(f"checkpoint: {self.path / place.relative_path} ends before what the metadata says")
            return serialization.load(io.BytesIO(data), map_location="cpu", weights_only=True)

        try:
            yield read
        finally:
            for file in files.values():
                file.close()
