"""Layers cut over the processes of a mesh."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.distributed.tensor.parallel.api import parallelize_module
from vibetensor.torch.distributed.tensor.parallel.loss import loss_parallel
from vibetensor.torch.distributed.tensor.parallel.style import (
    ColwiseParallel,
    ParallelStyle,
    PrepareModuleInput,
    PrepareModuleInputOutput,
    PrepareModuleOutput,
    RowwiseParallel,
    SequenceParallel,
)

__all__ = [
    "ColwiseParallel",
    "ParallelStyle",
    "PrepareModuleInput",
    "PrepareModuleInputOutput",
    "PrepareModuleOutput",
    "RowwiseParallel",
    "SequenceParallel",
    "loss_parallel",
    "parallelize_module",
]

__getattr__ = module_getattr(__name__)
