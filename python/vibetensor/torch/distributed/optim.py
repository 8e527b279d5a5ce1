"""Optimizers of several processes, which are not there: what libraries import."""

from vibetensor.torch._not_there import RefusedType, module_getattr
from vibetensor.torch.optim.optimizer import Optimizer

WHY = "there is one process, in which the optimizer that it would wrap does the same"


class ZeroRedundancyOptimizer(RefusedType, Optimizer, why=WHY):
    """An optimizer whose state is spread over processes."""


class DistributedOptimizer(RefusedType, why=WHY):
    """An optimizer of parameters that lie in other processes."""


__getattr__ = module_getattr(__name__)
