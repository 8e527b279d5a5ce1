"""Tensors that lie on several processes: how they may be laid out; there is no such tensor yet."""

from __future__ import annotations

from dataclasses import dataclass

from vibetensor.torch._not_there import Refused, RefusedType, module_getattr
from vibetensor.torch.distributed.device_mesh import DeviceMesh, init_device_mesh

__all__ = ["DTensor", "DeviceMesh", "Partial", "Placement", "Replicate", "Shard", "init_device_mesh"]

ONE_PROCESS = "groups have one process, on which a plain tensor is the whole of it"


class DTensor(RefusedType, why=ONE_PROCESS):
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


distribute_tensor = Refused("torch.distributed.tensor.distribute_tensor", ONE_PROCESS)
distribute_module = Refused("torch.distributed.tensor.distribute_module", ONE_PROCESS)
full = Refused("torch.distributed.tensor.full", ONE_PROCESS)
ones = Refused("torch.distributed.tensor.ones", ONE_PROCESS)
zeros = Refused("torch.distributed.tensor.zeros", ONE_PROCESS)
empty = Refused("torch.distributed.tensor.empty", ONE_PROCESS)
rand = Refused("torch.distributed.tensor.rand", ONE_PROCESS)
randn = Refused("torch.distributed.tensor.randn", ONE_PROCESS)

__getattr__ = module_getattr(__name__, ["_utils", "device_mesh", "parallel", "placement_types"])
