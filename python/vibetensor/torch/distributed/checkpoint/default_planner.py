"""What of a checkpoint each process reads and writes: the names; there is one process."""

from vibetensor.torch._not_there import RefusedType
from vibetensor.torch.distributed.checkpoint import WAY_ROUND

__all__ = ["DefaultLoadPlanner", "DefaultSavePlanner"]


class DefaultLoadPlanner(RefusedType):
    """Says what to read."""

    refusal = f"torch.distributed.checkpoint.DefaultLoadPlanner is not there yet: {WAY_ROUND}"


class DefaultSavePlanner(RefusedType):
    """Says what to write."""

    refusal = f"torch.distributed.checkpoint.DefaultSavePlanner is not there yet: {WAY_ROUND}"
