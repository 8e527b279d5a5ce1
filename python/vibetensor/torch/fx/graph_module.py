"""PyTorch's home of GraphModule, and what libraries import beside it."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.fx import GraphModule
from vibetensor.torch.nn.modules.module import Module

__all__ = ["GraphModule"]

_USER_PRESERVED_ATTRIBUTES_KEY = "_user_preserved_attributes"


class _CodeOnlyModule(GraphModule):
    """A GraphModule as it is stored."""


def _copy_attr(from_module: Module, to_module: Module, target: str) -> None:
    """Returns None; puts the attribute at a dotted path into another module, with plain modules on the way there."""
    *path, name = target.split(".")
    for part in path:
        found = getattr(from_module, part)
        if getattr(to_module, part, None) is found:
            return
        if not hasattr(to_module, part):
            setattr(to_module, part, Module())
        from_module, to_module = found, getattr(to_module, part)
    value: Any = getattr(from_module, name)
    if isinstance(value, _C.Tensor) and name in from_module._buffers:
        to_module.register_buffer(name, value)
    else:
        setattr(to_module, name, value)
