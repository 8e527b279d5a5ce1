"""A module's parameters and buffers put in each other's place by name, without what assignment to an attribute does."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.nn.modules.module import Module

MISSING: Any = object()


def set_tensor(module: Module, name: str, tensor: Any) -> None:
    """Returns None; `tensor` is the parameter or buffer of that name, or the attribute where there is neither."""
    swap_tensor(module, name, tensor, allow_missing=True)


def swap_tensor(module: Module, name: str, tensor: Any, allow_missing: bool = False) -> Any:
    """The parameter, buffer or attribute before; `tensor` is in its place."""
    if not isinstance(module, Module):
        raise TypeError(f"{module} is not an instance of torch.nn.Module")
    if tensor is not MISSING and not isinstance(tensor, _C.Tensor) and tensor is not None:
        raise TypeError(f"{tensor} is not an instance of torch.Tensor")
    if "." in name:
        raise KeyError('tensor name can\'t contain "."')
    if name == "":
        raise KeyError('tensor name can\'t be empty string ""')
    for table in (module._parameters, module._buffers):
        if name in table:
            before = table[name]
            if tensor is MISSING:
                del table[name]
            else:
                table[name] = tensor
            return before
    before = getattr(module, name, MISSING)
    if before is MISSING and not allow_missing:
        raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
    if before is not MISSING and before is not None and not isinstance(before, _C.Tensor):
        raise TypeError(f"attribute `{name}`: {before} is not an instance of torch.Tensor")
    if tensor is not MISSING:
        setattr(module, name, tensor)
    elif before is not MISSING:
        delattr(module, name)
    return before
