"""Checkpoints that several processes write together, and any other number of processes reads."""

from vibetensor.torch._not_there import Refused, module_getattr
from vibetensor.torch.distributed.checkpoint.default_planner import DefaultLoadPlanner, DefaultSavePlanner
from vibetensor.torch.distributed.checkpoint.filesystem import FileSystemReader, FileSystemWriter
from vibetensor.torch.distributed.checkpoint.metadata import (
    BytesStorageMetadata,
    ChunkStorageMetadata,
    Metadata,
    TensorStorageMetadata,
)
from vibetensor.torch.distributed.checkpoint.state_saving import CheckpointException, load, save
from vibetensor.torch.distributed.checkpoint.stateful import Stateful

__all__ = [
    "BytesStorageMetadata",
    "CheckpointException",
    "ChunkStorageMetadata",
    "DefaultLoadPlanner",
    "DefaultSavePlanner",
    "FileSystemReader",
    "FileSystemWriter",
    "Metadata",
    "Stateful",
    "TensorStorageMetadata",
    "load",
    "save",
]

WAY_ROUND = "save() writes a folder that PyTorch reads too"

async_save = Refused("torch.distributed.checkpoint.async_save", "save() returns when the files are written")

__getattr__ = module_getattr(__name__, ["default_planner", "hf_storage", "metadata", "state_dict"])
