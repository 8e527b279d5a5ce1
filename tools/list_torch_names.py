"""Write the public names of the installed PyTorch to python/vibetensor/torch/_torch_names.txt.

The package reads that file to tell a name that PyTorch has and we lack from a name that is
misspelt. One line a module: its name, a colon, its public names. Needs PyTorch; run it again when
the version that we follow changes.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import torch

MODULES = (
    "torch torch.accelerator torch.amp torch.autograd torch.backends torch.backends.cuda "
    "torch.backends.cudnn torch.cuda torch.cuda.amp torch.distributed torch.fft torch.linalg torch.nn "
    "torch.nn.functional torch.nn.init torch.nn.utils torch.optim torch.optim.lr_scheduler torch.random "
    "torch.special torch.testing torch.utils torch.utils.data"
)

TARGET = Path(__file__).parent.parent / "python" / "vibetensor" / "torch" / "_torch_names.txt"


def public_names(thing: object) -> list[str]:
    # PyTorch re-exports the standard library by accident; those names are not its API
    stray = {"annotations", "math", "os", "sys", "warnings", "importlib", "inspect", "platform", "textwrap", "builtins"}
    stray |= {"ctypes", "functools", "glob", "threading", "Any", "Callable", "Optional", "Union", "TYPE_CHECKING"}
    stray |= {"cast", "overload", "NamedTuple", "TypeVar"}
    return sorted(n for n in dir(thing) if not n.startswith("_") and n not in stray)


def main() -> None:
    lines = [f"Tensor: {' '.join(public_names(torch.Tensor))}"]
    lines += [f"{module}: {' '.join(public_names(importlib.import_module(module)))}" for module in MODULES.split()]
    TARGET.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
