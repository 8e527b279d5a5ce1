"""What finds modules and the distribution of the name `torch`, and of `torchvision` where that is not installed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from types import ModuleType
from typing import Any

HOMES = {"torch": "vibetensor.torch", "torchvision": "vibetensor.vision"}


def our_name(name: str) -> str:
    """torch.nn is vibetensor.torch.nn, torchvision.transforms is vibetensor.vision.transforms."""
    package, dot, rest = name.partition(".")
    return HOMES[package] + dot + rest


@cache
def has_torchvision() -> bool:
    """Whether torchvision itself is installed."""
    return PathFinder.find_spec("torchvision") is not None


def not_ours(name: str) -> str:
    return (
        f"{name} is not there: vibetensor.vision has datasets, io, models, ops, transforms and utils, all the rest is "
        "torchvision's"
    )


class TorchLoader(Loader):
    """Gives the module of ours, the very same object; for `python -m` and inspect also its code and source."""

    def __init__(self, ours: ModuleSpec):
        self.ours = ours

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(self.ours.name)
        if spec.name == "torch":
            from vibetensor.torch._not_there import install

            install("torch")  # imports of what is missing say whether PyTorch has it
            module.__name__ = "torch"  # libraries that patch PyTorch's functions by name compare with it
        if spec.name == "torchvision":
            from vibetensor.torch._not_there import install

            install("torchvision", not_ours)
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.ours  # the import system has just put the alias there

    def get_code(self, name: str) -> Any:
        return self.ours.loader.get_code(self.ours.name)  # type: ignore[union-attr]

    def get_source(self, name: str) -> str | None:
        return self.ours.loader.get_source(self.ours.name)  # type: ignore[union-attr]

    def get_filename(self, name: str) -> str | None:
        return self.ours.origin

    def is_package(self, name: str) -> bool:
        return self.ours.submodule_search_locations is not None


class TorchFinder(MetaPathFinder):
    """The first of sys.meta_path: `torch` and its submodules are ours, and so is the distribution `torch`.

    So are torchvision and its submodules, unless it is installed.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package = fullname.partition(".")[0]
        if package not in HOMES or (package == "torchvision" and has_torchvision()):
            return None
        ours = find_spec(our_name(fullname))
        if ours is None:
            return None  # nothing else finds it either: the path of the package `torch` is ours
        spec = ModuleSpec(fullname, TorchLoader(ours), origin=ours.origin)
        if ours.submodule_search_locations is not None:
            spec.submodule_search_locations = list(ours.submodule_search_locations)
        spec.has_location = ours.has_location
        return spec

    def invalidate_caches(self) -> None:
        """Returns None; there are no caches."""

    def find_distributions(self, context: Any = None) -> Iterable[Any]:
        """The distribution `torch`, if it or all are asked for."""
        wanted = getattr(context, "name", None)
        if wanted is not None and wanted.lower() != "torch":
            return ()
        from vibetensor.as_torch.distribution import TorchDistribution

        return (TorchDistribution(),)
