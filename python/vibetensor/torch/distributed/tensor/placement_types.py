"""PyTorch's home of placements."""

from vibetensor.torch.distributed.tensor import Partial, Placement, Replicate, Shard, _StridedShard

__all__ = ["Partial", "Placement", "Replicate", "Shard", "_StridedShard"]
