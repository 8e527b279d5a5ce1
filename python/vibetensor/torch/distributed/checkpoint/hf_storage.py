"""Checkpoints of several processes as safetensors: the names; there are none yet."""

from vibetensor.torch._not_there import RefusedType
from vibetensor.torch.distributed.checkpoint import WAY_ROUND

__all__ = ["HuggingFaceStorageReader", "HuggingFaceStorageWriter"]


class HuggingFaceStorageReader(RefusedType):
    """Reads one."""

    refusal = f"torch.distributed.checkpoint.HuggingFaceStorageReader is not there yet: {WAY_ROUND}"


class HuggingFaceStorageWriter(RefusedType):
    """Writes one."""

    refusal = f"torch.distributed.checkpoint.HuggingFaceStorageWriter is not there yet: {WAY_ROUND}"
