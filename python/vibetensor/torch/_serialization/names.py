"""What classes and functions are called in files: what PyTorch calls them, so that both sides find their own.

PyTorch's modules are at times packages here (`torch.optim.lr_scheduler.decay`): then the package has the name. Reading goes
the same way up where a module of PyTorch's is not there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import MODULES, not_yet, torch_names

ROOT = "vibetensor.torch"
OPS = "vibetensor._C.ops"
OWNERS_OF_OPS = ("torch", "torch.nn.functional", "torch.linalg", "torch.special", "torch.fft", "torch.Tensor")
# where files name things that are elsewhere here: parts of PyTorch's binary
ALIASES = {
    "torch._C._nn": "torch.nn.functional",
    "torch._C._special": "torch.special",
    "torch._C._linalg": "torch.linalg",
    "torch._C._fft": "torch.fft",
}
# what holds PyTorch's functions: pickle asks it for one of them by name
HOLDERS = {("torch._C", "_VariableFunctionsClass"): "torch", ("torch._C", "_VariableFunctions"): "torch"}
RENAMED = {("torch._C", "TensorBase"): ("torch", "Tensor"), ("torch._C", "_TensorBase"): ("torch", "Tensor")}


def upwards(module: str) -> Iterator[str]:
    """ "a.b.c", "a.b", "a"."""
    while module:
        yield module
        module = module.rpartition(".")[0]


def attribute(holder: Any, path: str) -> Any:
    for name in path.split("."):
        if name == "<locals>":
            raise AttributeError(name)
        holder = getattr(holder, name)
    return holder


def has(module: str, path: str, value: Any) -> bool:
    """Whether the module of ours that PyTorch calls `module` has `value` at that path."""
    found = sys.modules.get("vibetensor." + module)
    try:
        return attribute(found, path) is value
    except (AttributeError, NotImplementedError, ImportError):
        return False


def torch_name(value: Any, path: str | None = None) -> tuple[str, str] | None:
    """(module, path) under which PyTorch has its counterpart of `value`, a class, function or dtype of ours.

    A name of ours where PyTorch has none; None of what is not ours, or cannot be found by a name.
    """
    if isinstance(value, _C.dtype | _C.memory_format) or type(value).__module__ == f"{ROOT}._absent_dtypes":
        return "torch", repr(value).removeprefix("torch.")
    module = getattr(value, "__module__", None)
    if not isinstance(module, str) or (module != OPS and module.partition("torch")[0] != "vibetensor."):
        return None
    path = path or getattr(value, "__qualname__", None) or value.__name__
    if module == OPS:
        owner = next((owner for owner in OWNERS_OF_OPS if path in torch_names(owner) and has(owner, path, value)), None)
        return None if owner is None else (owner, path)
    name = module.removeprefix("vibetensor.")
    for place in upwards(name):
        if place in torch_names(MODULES) and has(place, path, value):
            return place, path
    return (name, path) if has(name, path, value) else None


def ours(module: str, path: str) -> Any:
    """The class or function of ours that a file calls `module.path`; NotImplementedError if there is none."""
    if (module, path) in HOLDERS:
        return import_module("vibetensor." + HOLDERS[module, path])
    place, path = RENAMED.get((module, path), (ALIASES.get(module, module), path))
    for name in upwards(place):
        try:
            return attribute(import_module("vibetensor." + name), path)
        except (ImportError, AttributeError):
            continue
    full = f"{module}.{path}"
    raise NotImplementedError(f"load: the file names {full}: {not_yet(full) or 'it is neither here nor in PyTorch'}")


def is_torchs(module: str) -> bool:
    return module == "torch" or module.startswith("torch.")
