"""Schedules that set the learning rate of an optimizer's groups as training goes on."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.optim.lr_scheduler.combined import ChainedScheduler, SequentialLR
from vibetensor.torch.optim.lr_scheduler.cycles import CosineAnnealingWarmRestarts, CyclicLR, OneCycleLR
from vibetensor.torch.optim.lr_scheduler.decay import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from vibetensor.torch.optim.lr_scheduler.plateau import ReduceLROnPlateau
from vibetensor.torch.optim.lr_scheduler.scheduler import (
    EPOCH_DEPRECATION_WARNING,
    LRScheduler,
    _LRScheduler,  # noqa: F401 - older programs derive from it
)

__all__ = [
    "EPOCH_DEPRECATION_WARNING",
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
__getattr__ = module_getattr(__name__)
