"""Optimizers of several processes, whose state lies in parts."""

from vibetensor.torch._not_there import RefusedType, module_getattr
from vibetensor.torch.distributed.optim.zero_redundancy_optimizer import ZeroRedundancyOptimizer

__all__ = ["DistributedOptimizer", "ZeroRedundancyOptimizer"]


class DistributedOptimizer(
    RefusedType, why="it needs calls of other processes' functions; use ZeroRedundancyOptimizer"
):
    """An optimizer of parameters that lie in other processes."""


__getattr__ = module_getattr(__name__)
