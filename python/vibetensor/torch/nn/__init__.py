"""Layers, losses and containers of neural networks."""

from __future__ import annotations

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.nn import functional, init, modules, parameter, utils
from vibetensor.torch.nn.modules import *  # noqa: F403
from vibetensor.torch.nn.parameter import Buffer, Parameter

__all__ = ["Buffer", "Parameter", "functional", "init", "modules", "parameter", "utils", *modules.__all__]
__getattr__ = module_getattr(__name__)
