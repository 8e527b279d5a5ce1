"""Layers cut over several processes: the names of the ways; there are none yet."""

from vibetensor.torch._not_there import Refused, RefusedType
from vibetensor.torch.distributed.tensor import WAY_ROUND

__all__ = [
    "ColwiseParallel",
    "ParallelStyle",
    "PrepareModuleInput",
    "PrepareModuleOutput",
    "RowwiseParallel",
    "SequenceParallel",
    "loss_parallel",
    "parallelize_module",
]

parallelize_module = Refused("torch.distributed.tensor.parallel.parallelize_module", WAY_ROUND)
loss_parallel = Refused("torch.distributed.tensor.parallel.loss_parallel", WAY_ROUND)


class ParallelStyle(RefusedType, why=WAY_ROUND):
    """Base of the ways."""


class ColwiseParallel(ParallelStyle, why=WAY_ROUND):
    """A layer cut along its outputs."""


class RowwiseParallel(ParallelStyle, why=WAY_ROUND):
    """A layer cut along its inputs."""


class SequenceParallel(ParallelStyle, why=WAY_ROUND):
    """A layer cut along the sequence."""


class PrepareModuleInput(ParallelStyle, why=WAY_ROUND):
    """Lays out a module's inputs."""


class PrepareModuleOutput(ParallelStyle, why=WAY_ROUND):
    """Lays out a module's outputs."""


class PrepareModuleInputOutput(ParallelStyle, why=WAY_ROUND):
    """Lays out both."""
