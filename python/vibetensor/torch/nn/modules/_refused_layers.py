"""Layers that are not there yet, by name: programs name them in isinstance, as bases and as defaults of arguments.

Making one raises NotImplementedError. A layer that comes leaves its row here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor.torch._not_there import RefusedType, absent
from vibetensor.torch.nn.modules.module import Module


class RefusedLayer(RefusedType, Module):
    """A layer that is not there yet."""


# module of torch.nn.modules: {base: its layers}
LAYERS = {
    "pooling": {"": "FractionalMaxPool2d FractionalMaxPool3d"},
    "loss": {"": "CTCLoss"},
}

WAY_ROUND = "leave it out, or replace it with layers that are there"
_made: dict[tuple[str, str], type] = {}


def layer(module: str, name: str) -> type:
    """The class `name` of torch.nn.modules.`module`; KeyError if no row has it."""
    if (module, name) not in _made:
        groups = LAYERS[module]
        base = next((base for base, names in groups.items() if name in names.split()), None)
        if base is None and name not in groups:
            raise KeyError(name)
        parent = layer(module, base) if base else RefusedLayer
        public = name if name.startswith("_") else f"torch.nn.{name}"
        own: dict[str, Any] = {
            "__module__": f"vibetensor.torch.nn.modules.{module}",
            "__doc__": f"{public}, which is not there yet.",
            "refusal": f"{public} is not there yet: {WAY_ROUND}",
        }
        _made[module, name] = type(name, (parent,), own)
    return _made[module, name]


def layers_of(module: str) -> Callable[[str], Any]:
    """A module-level `__getattr__` for torch.nn.modules.`module`: its rows of the table."""

    def __getattr__(name: str) -> Any:
        try:
            return layer(module, name)
        except KeyError:
            raise absent(f"torch.nn.modules.{module}", name) from None

    return __getattr__


def homes() -> dict[str, str]:
    """The module of each public layer by its name."""
    return {
        name: module
        for module, groups in LAYERS.items()
        for base, names in groups.items()
        for name in [*names.split(), *([base] if base else [])]
    }
