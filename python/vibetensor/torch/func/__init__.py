"""Functions of functions: derivatives, batches, and modules as functions of their parameters."""

from __future__ import annotations

from typing import Any

from vibetensor.torch._functorch.batch_norm_replacement import replace_all_batch_norm_modules_
from vibetensor.torch._functorch.eager_transforms import (
    debug_unwrap,
    grad,
    grad_and_value,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    linearize,
    vjp,
)
from vibetensor.torch._functorch.functional_call import functional_call, stack_module_state
from vibetensor.torch._functorch.vmap import vmap
from vibetensor.torch._not_there import Refused, module_getattr

__all__ = [
    "debug_unwrap",
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "replace_all_batch_norm_modules_",
    "stack_module_state",
    "vjp",
    "vmap",
]

absent = module_getattr(__name__)


def __getattr__(name: str) -> Any:
    if name == "functionalize":
        why = "there is no tracer that would see which ops write in place"
        return Refused("torch.func.functionalize", why)
    return absent(name)
