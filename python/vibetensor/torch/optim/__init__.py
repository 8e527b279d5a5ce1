"""Optimizers and schedules of the learning rate."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.optim import lr_scheduler
from vibetensor.torch.optim.adadelta import Adadelta
from vibetensor.torch.optim.adafactor import Adafactor
from vibetensor.torch.optim.adagrad import Adagrad
from vibetensor.torch.optim.adam import Adam
from vibetensor.torch.optim.adamax import Adamax
from vibetensor.torch.optim.adamw import AdamW
from vibetensor.torch.optim.asgd import ASGD
from vibetensor.torch.optim.lbfgs import LBFGS
from vibetensor.torch.optim.muon import Muon
from vibetensor.torch.optim.nadam import NAdam
from vibetensor.torch.optim.optimizer import Optimizer, swap_in_optimizer_params_and_state
from vibetensor.torch.optim.radam import RAdam
from vibetensor.torch.optim.rmsprop import RMSprop
from vibetensor.torch.optim.rprop import Rprop
from vibetensor.torch.optim.sgd import SGD
from vibetensor.torch.optim.sparse_adam import SparseAdam

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Muon",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SparseAdam",
    "lr_scheduler",
    "swa_utils",
    "swap_in_optimizer_params_and_state",
]
__getattr__ = module_getattr(__name__, ["swa_utils"])
