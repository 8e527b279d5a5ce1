"""Optimizers and schedules of the learning rate."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.optim import lr_scheduler
from vibetensor.torch.optim.adam import Adam
from vibetensor.torch.optim.adamw import AdamW
from vibetensor.torch.optim.optimizer import Optimizer
from vibetensor.torch.optim.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "lr_scheduler"]
__getattr__ = module_getattr(__name__)
