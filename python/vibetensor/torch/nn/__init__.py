"""Layers, losses and containers of neural networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.nn import functional, init, modules, parameter, utils
from vibetensor.torch.nn.modules import *  # noqa: F403
from vibetensor.torch.nn.parameter import Buffer, Parameter

__all__ = ["Buffer", "Parameter", "functional", "init", "modules", "parameter", "utils", *modules.__all__]
absent = module_getattr(__name__, ["attention", "parallel", "quantized"], {"DataParallel": "nn.parallel"})

if TYPE_CHECKING:
    from vibetensor.torch.nn import attention as attention
    from vibetensor.torch.nn import parallel as parallel
    from vibetensor.torch.nn.parallel import DataParallel as DataParallel
else:

    def __getattr__(name: str) -> Any:
        return modules.__getattr__(name) if name in modules.not_there else absent(name)
