"""What is done to a module of somebody else's once a program imports it, so that we need not import it ourselves."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any


class AfterImport:
    """Finds module `name` for the import system, once, and calls `run(module)` after it has been executed."""

    def __init__(self, name: str, run: Callable[[Any], None]):
        self.name, self.run = name, run

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.name:
            return None
        sys.meta_path.remove(self)  # type: ignore[arg-type]
        spec = find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            self.run(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def when_imported(name: str, run: Callable[[Any], None]) -> None:
    """Returns None; calls `run(module)` now if module `name` is imported already, else as soon as it is."""
    if sys.modules.get(name) is not None:
        run(sys.modules[name])
    else:
        sys.meta_path.insert(0, AfterImport(name, run))  # type: ignore[arg-type]
