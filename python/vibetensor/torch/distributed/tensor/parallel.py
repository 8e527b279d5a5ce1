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


class ParallelStyle(RefusedType):
    """Base of the ways."""

    refusal = f"torch.distributed.tensor.parallel is not there yet: {ONE_PROCESS}"


class ColwiseParallel(ParallelStyle):
    """A layer cut along its outputs."""


class RowwiseParallel(ParallelStyle):
    """A layer cut along its inputs."""


class SequenceParallel(ParallelStyle):
    """A layer cut along the sequence."""


class PrepareModuleInput(ParallelStyle):
    """Lays out a module's inputs."""


class PrepareModuleOutput(ParallelStyle):
    """Lays out a module's outputs."""


class PrepareModuleInputOutput(ParallelStyle):
    """Lays out both."""
