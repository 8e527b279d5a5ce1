"""What functorch made of modules before torch.func.functional_call; classes to compare with."""

from __future__ import annotations

from vibetensor.torch._not_there import RefusedType, module_getattr

WAY_ROUND = "use torch.func.functional_call(module, parameters, args)"


class FunctionalModule(RefusedType, why=WAY_ROUND):
    """A module whose parameters are arguments."""


class FunctionalModuleWithBuffers(RefusedType, why=WAY_ROUND):
    """A module whose parameters and buffers are arguments."""


__getattr__ = module_getattr(__name__)
