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


class Refused:
    """A function of PyTorch's that programs import or pass around, and that raises NotImplementedError when called.

    why: one sentence that says what is missing and, where there is one, the way round.
    """

    def __init__(self, name: str, why: str):
        self.__name__ = self.__qualname__ = name.rpartition(".")[2]
        self.__doc__ = self.refusal = f"{name} is not there yet: {why}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(self.refusal)

    def __repr__(self) -> str:
        return f"<{self.refusal}>"


class RefusedType:
    """Base of classes of PyTorch's that programs name in isinstance, and that raise when an object is made."""

    refusal: str

    def __init__(self, *args: Any, **kwargs: Any):
        raise NotImplementedError(self.refusal)


def refusal(thing: Any) -> str | None:
    """What calling `thing` says if it is a name that only raises, else None."""
    if isinstance(thing, Refused) or (isinstance(thing, type) and issubclass(thing, RefusedType)):
        return getattr(thing, "refusal", None)
    return None


class AbsentMethod:
    """Stands for a Tensor method that PyTorch has and we lack: reading it raises, so `hasattr` is False."""

    def __init__(self, name: str):
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        raise absent("Tensor", self.name)
