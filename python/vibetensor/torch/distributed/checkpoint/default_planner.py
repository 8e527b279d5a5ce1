"""What of a checkpoint each process reads and writes: the names; there are none yet."""

from vibetensor.torch._not_there import RefusedType
from vibetensor.torch.distributed.checkpoint import WAY_ROUND

__all__ = ["DefaultLoadPlanner", "DefaultSavePlanner"]


class DefaultLoadPlanner(RefusedType, why=WAY_ROUND):
    """Says what to read."""


class DefaultSavePlanner(RefusedType, why=WAY_ROUND):
    """Says what to write."""
