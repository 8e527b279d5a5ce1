"""Layers cut over several processes: the names of the ways; there are none yet."""

from vibetensor.torch._not_there import Refused, RefusedType
from vibetensor.torch.distributed.tensor import ONE_PROCESS

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

parallelize_module = Refused("torch.distributed.tensor.parallel.parallelize_module", ONE_PROCESS)
loss_parallel = Refused("torch.distributed.tensor.parallel.loss_parallel", ONE_PROCESS)


class ParallelStyle(RefusedType, why=ONE_PROCESS):
    """Base of the ways."""


class ColwiseParallel(ParallelStyle, why=ONE_PROCESS):
    """A layer cut along its outputs."""


class RowwiseParallel(ParallelStyle, why=ONE_PROCESS):
    """A layer cut along its inputs."""


class SequenceParallel(ParallelStyle, why=ONE_PROCESS):
    """A layer cut along the sequence."""


class PrepareModuleInput(ParallelStyle, why=ONE_PROCESS):
    """Lays out a module's inputs."""


class PrepareModuleOutput(ParallelStyle, why=ONE_PROCESS):
    """Lays out a module's outputs."""


class PrepareModuleInputOutput(ParallelStyle, why=ONE_PROCESS):
    """Lays out both."""
