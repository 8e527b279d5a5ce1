"""What of a checkpoint each process reads and writes: planners of one's own are not there."""

from __future__ import annotations

from vibetensor.torch._not_there import RefusedType

__all__ = ["DefaultLoadPlanner", "DefaultSavePlanner"]


class DefaultLoadPlanner:
    """Says whether names that a checkpoint lacks are an error, as they are by default."""

    def __init__(
        self, flatten_state_dict: bool = True, flatten_sharded_tensors: bool = True, allow_partial_load: bool = False
    ):
        if not flatten_state_dict or not flatten_sharded_tensors:
            raise NotImplementedError("DefaultLoadPlanner: names are those of flattened state dicts; leave it so")
        self.allow_partial_load = allow_partial_load


class DefaultSavePlanner(RefusedType, why="save() without a planner writes everything once"):
    """Says what to write."""
