"""Processes that multiprocessing starts answer `import torch` as the one that starts them.

A forked process inherits the answer. A spawned one unpickles a dict of preparations before it imports the main
module; the first thing in that dict is an `Enabler`, whose unpickling enables it. A fork server may load modules
before that: `vibetensor.as_torch.start` is the first of them, and it leaves the main module to its children.
"""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import forkserver, spawn
from pathlib import Path
from typing import Any

HOME = str(Path(__file__).parent.parent.parent)
PRELOAD = "vibetensor.as_torch.start"

# The new process finds the package where the old one does; its own sys.path is not yet that of the old one.
ENABLE = """
import sys
sys.path[:] = [*paths, home]
try:
    import vibetensor.as_torch.start
finally:
    sys.path.remove(home)
"""


class Enabler:
    """Enables torch where it is unpickled."""

    def __init__(self, paths: list[str]):
        self.paths = paths

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return exec, (ENABLE, {"paths": self.paths, "home": HOME})


def carry_over() -> None:
    """Returns None; processes of multiprocessing's spawn and forkserver methods are enabled from now on."""
    prepare, preload = spawn.get_preparation_data, forkserver.set_forkserver_preload

    def get_preparation_data(name: str) -> dict[str, Any]:
        data = prepare(name)
        return {"vibetensor": Enabler(data["sys_path"]), **data}

    def set_forkserver_preload(modules_names: list[str]) -> None:
        preload([PRELOAD, *(name for name in modules_names if name != "__main__")])

    spawn.get_preparation_data = get_preparation_data
    forkserver.set_forkserver_preload = set_forkserver_preload
    set_forkserver_preload([])
