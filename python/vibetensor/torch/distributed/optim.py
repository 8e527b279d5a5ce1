"""Optimizers of several processes, whose state lies in parts: the names; there are none yet."""

from vibetensor.torch._not_there import RefusedType, module_getattr
from vibetensor.torch.optim.optimizer import Optimizer

WHY = "every process steps the whole optimizer, which DistributedDataParallel gives the same gradients"


class ZeroRedundancyOptimizer(RefusedType, Optimizer, why=WHY):
    """An optimizer whose state is spread over processes."""


class DistributedOptimizer(RefusedType, why=WHY):
    """An optimizer of parameters that lie in other processes."""


__getattr__ = module_getattr(__name__)
