"""The old name of torch.distributed.tensor.placement_types."""

from vibetensor.torch.distributed.tensor.placement_types import Partial, Placement, Replicate, Shard

__all__ = ["Partial", "Placement", "Replicate", "Shard"]
