"""Checkpoints of several processes as safetensors: the names; there are none yet."""

from vibetensor.torch._not_there import RefusedType
from vibetensor.torch.distributed.checkpoint import WAY_ROUND

__all__ = ["HuggingFaceStorageReader", "HuggingFaceStorageWriter"]


class HuggingFaceStorageReader(RefusedType, why=WAY_ROUND):
    """Reads one."""


class HuggingFaceStorageWriter(RefusedType, why=WAY_ROUND):
    """Writes one."""
