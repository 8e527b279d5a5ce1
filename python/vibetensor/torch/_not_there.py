"""AttributeErrors that tell what PyTorch has and we lack from what nobody has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any


@cache
def torch_names() -> dict[str, frozenset[str]]:
    """PyTorch's public names by module ("Tensor" for the methods); tools/list_torch_names.py makes the file."""
    lines = Path(__file__).with_name("_torch_names.txt").read_text(encoding="utf-8").splitlines()
    return {module: frozenset(names.split()) for module, _, names in (line.partition(":") for line in lines)}


def absent(owner: str, name: str) -> AttributeError:
    """The error for `owner.name`, with `owner` in PyTorch's spelling: "torch.nn" or "Tensor"."""
    if name in torch_names().get(owner, ()):
        return AttributeError(f"{owner}.{name} is not there yet: PyTorch has it, VibeTensor does not")
    if owner == "Tensor":
        return AttributeError(f"'Tensor' object has no attribute {name!r}")
    return AttributeError(f"module {owner!r} has no attribute {name!r}, neither here nor in PyTorch")


def module_getattr(module: str, lazy: Iterable[str] = ()) -> Callable[[str], Any]:
    """A module-level `__getattr__`: imports the submodules named in `lazy` on first use, else raises `absent`."""
    submodules = frozenset(lazy)
    public = module.removeprefix("vibetensor.")

    def __getattr__(name: str) -> Any:
        if name in submodules:
            return import_module(f"{module}.{name}")
        if name.startswith("__") and name.endswith("__"):
            # the import system probes for these; reading the table for each would cost start-up time
            raise AttributeError(f"module {public!r} has no attribute {name!r}")
        raise absent(public, name)

    return __getattr__


class AbsentMethod:
    """Stands for a Tensor method that PyTorch has and we lack: reading it raises, so `hasattr` is False."""

    def __init__(self, name: str):
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        raise absent("Tensor", self.name)
