"""Whether a dotted name of torch is there, answered by the package itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import vibetensor.torch
from vibetensor.torch._not_there import refusal


@dataclass(frozen=True)
class Absence:
    """The shortest part of a name that is not there, and what using it says."""

    name: str
    reason: str


def submodule(owner: ModuleType, name: str) -> Any:
    """The module `name` of a package, imported, or None."""
    if not hasattr(owner, "__path__"):
        return None
    full = f"{owner.__name__}.{name}"
    try:
        return import_module(full)
    except ModuleNotFoundError as error:
        if error.name == full:
            return None
        raise


@cache
def absence(name: str) -> Absence | None:
    """What of `name`, such as "torch.nn.Conv2d" or "Tensor.abs", is not there; None if all of it is.

    Modules and classes are looked into. What an object of another kind has is not known from a program's text.
    """
    first, *parts = name.split(".")
    at: Any = vibetensor.torch if first == "torch" else vibetensor.torch.Tensor
    if first == "torchvision":
        at = import_module("vibetensor.vision")
    reached = first
    for part in parts:
        if not isinstance(at, ModuleType | type):
            return None
        reached += "." + part
        try:
            found = getattr(at, part)
        except AttributeError as error:
            found = submodule(at, part) if isinstance(at, ModuleType) else None
            if found is None:
                return Absence(reached, str(error) if "is not there yet" in str(error) else f"{reached} is not there")
        except ImportError as error:
            return Absence(reached, f"{reached}: {error}")
        text = refusal(found)
        if text is not None:
            return Absence(reached, text)
        at = found
    return None
