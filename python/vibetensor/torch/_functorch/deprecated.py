"""The transforms under functorch's names, of before they were torch.func's."""

from __future__ import annotations

from vibetensor.torch._functorch.make_functional import WAY_ROUND
from vibetensor.torch._not_there import Refused, module_getattr
from vibetensor.torch.func import functionalize, grad, grad_and_value, hessian, jacfwd, jacrev, jvp, vjp, vmap

__all__ = ["functionalize", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "vjp", "vmap"]

make_functional = Refused("functorch.make_functional", WAY_ROUND)
make_functional_with_buffers = Refused("functorch.make_functional_with_buffers", WAY_ROUND)
combine_state_for_ensemble = Refused("functorch.combine_state_for_ensemble", "use torch.func.stack_module_state")

__getattr__ = module_getattr(__name__)
