"""Modules whose parameters are left as memory has them."""

from __future__ import annotations

import inspect
from typing import Any

from vibetensor.torch.nn.modules.module import Module


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """A module of class `module_cls` made with these arguments, its parameters and buffers not initialised.

    The class must take a `device`; it is made on meta and given memory on the one asked for, by default the CPU.
    """
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    device = kwargs.pop("device", "cpu")
    return module_cls(*args, device="meta", **kwargs).to_empty(device=device)
