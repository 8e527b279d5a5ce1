"""Tensors that lie on several processes: how they may be laid out; there is no such tensor yet."""

from __future__ import annotations

from dataclasses import dataclass

from vibetensor.torch._not_there import Refused, RefusedType, module_getattr
from vibetensor.torch.distributed.device_mesh import DeviceMesh, init_device_mesh

__all__ = ["DTensor", "DeviceMesh", "Partial", "Placement", "Replicate", "Shard", "init_device_mesh"]

WAY_ROUND = "vibetensor.fabric shards tensors over the devices of one process"


class DTensor(RefusedType, why=WAY_ROUND):
    """A tensor on several processes: there are none, so isinstance says False."""


class Placement:
    """How a tensor lies along a dimension of a DeviceMesh."""

    def is_shard(self, dim: int | None = None) -> bool:
        """Whether it is cut, along dimension `dim` if that is given."""
        return isinstance(self, Shard) and dim in (None, self.dim)

    def is_replicate(self) -> bool:
        """Whether every process has all of it."""
        return isinstance(self, Replicate)

    def is_partial(self, reduce_op: str | None = None) -> bool:
        """Whether it is still to be reduced, in the way named if one is."""
        return isinstance(self, Partial) and reduce_op in (None, self.reduce_op)


@dataclass(frozen=True)
class Shard(Placement):
    """Cut along dimension `dim`."""

    dim: int


@dataclass(frozen=True)
class _StridedShard(Shard):
    """Cut along dimension `dim` after another cut into `split_factor` parts."""

    split_factor: int = 1


@dataclass(frozen=True)
class Replicate(Placement):
    """All of it on every process."""


@dataclass(frozen=True)
class Partial(Placement):
    """To be reduced over the processes."""

    reduce_op: str = "sum"


distribute_tensor = Refused("torch.distributed.tensor.distribute_tensor", WAY_ROUND)
distribute_module = Refused("torch.distributed.tensor.distribute_module", WAY_ROUND)
full = Refused("torch.distributed.tensor.full", WAY_ROUND)
ones = Refused("torch.distributed.tensor.ones", WAY_ROUND)
zeros = Refused("torch.distributed.tensor.zeros", WAY_ROUND)
empty = Refused("torch.distributed.tensor.empty", WAY_ROUND)
rand = Refused("torch.distributed.tensor.rand", WAY_ROUND)
randn = Refused("torch.distributed.tensor.randn", WAY_ROUND)

__getattr__ = module_getattr(__name__, ["_utils", "device_mesh", "parallel", "placement_types"])
