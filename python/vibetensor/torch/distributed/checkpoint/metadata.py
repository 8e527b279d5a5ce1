"""What the file `.metadata` of a checkpoint says: PyTorch's classes, by their names in its pickles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from vibetensor import _C
from vibetensor.torch.distributed.checkpoint.stateful import Stateful

__all__ = [
    "BytesStorageMetadata",
    "ChunkStorageMetadata",
    "Metadata",
    "MetadataIndex",
    "StorageMeta",
    "TensorProperties",
    "TensorStorageMetadata",
]

Size: Any = type(_C.ops.empty(0).shape)


@dataclass
class ChunkStorageMetadata:
    """A part of a tensor: where it begins, and its sizes."""

    offsets: Any
    sizes: Any


class _MEM_FORMAT_ENCODING(Enum):
    """A memory format as pickles have it."""

    TORCH_CONTIGUOUS_FORMAT = 0
    TORCH_CHANNELS_LAST = 1
    TORCH_PRESERVE_FORMAT = 2


@dataclass
class TensorProperties:
    """A tensor's dtype; the rest is what it is by default."""

    dtype: Any = _C.float32
    layout: Any = _C.strided
    requires_grad: bool = False
    memory_format: Any = _C.contiguous_format
    pin_memory: bool = False

    def __getstate__(self) -> Any:
        contiguous = _MEM_FORMAT_ENCODING.TORCH_CONTIGUOUS_FORMAT
        return self.dtype, self.layout, self.requires_grad, contiguous, self.pin_memory

    def __setstate__(self, state: Any) -> None:
        self.dtype, self.layout, self.requires_grad, encoding, self.pin_memory = state
        formats = [_C.contiguous_format, _C.channels_last, _C.preserve_format]
        self.memory_format = formats[encoding.value]


@dataclass
class TensorStorageMetadata:
    """A tensor, and the parts in which it was written."""

    properties: TensorProperties
    size: Any
    chunks: list[ChunkStorageMetadata]


@dataclass
class BytesStorageMetadata:
    """What is not a tensor, written by torch.save."""


@dataclass
class StorageMeta:
    """Which checkpoint it is."""

    checkpoint_id: Any = None
    save_id: str | None = None
    load_id: str | None = None
    modules: list[str] = field(default_factory=list)


STATE_DICT_TYPE = dict[str, Stateful | Any]


@dataclass
class Metadata:
    """A checkpoint: what it has by name, the path in the state dict that each name stands for, and where in which file."""

    state_dict_metadata: dict[str, Any]
    planner_data: Any = None
    storage_data: Any = None
    storage_meta: StorageMeta | None = None
    version: str | None = None


@dataclass(frozen=True)
class MetadataIndex:
    """A name, of a tensor's part with where that begins."""

    fqn: str
    offset: Any = None
    index: int | None = field(hash=False, compare=False, default=None)

    def __init__(self, fqn: str, offset: Sequence[int] | None = None, index: int | None = None):
        object.__setattr__(self, "fqn", fqn)
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "offset", None if offset is None else Size(offset))
