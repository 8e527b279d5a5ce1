"""What is done to a module of somebody else's once a program imports it, so that we need not import it ourselves."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from threading import get_ident
from typing import Any


class AfterImport:
    """Finds module `name` for the import system and calls `run(module)` after it has been executed, once.

    Being asked where the module is, without importing it, changes nothing.
    """

    def __init__(self, name: str, run: Callable[[Any], None]):
        self.name, self.run = name, run
        self.asking: int | None = None  # the thread that asks the other finders

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.name or self.asking == get_ident():
            return None
        self.asking = get_ident()
        try:
            spec = find_spec(name)
        finally:
            self.asking = None
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            if self in sys.meta_path:
                sys.meta_path.remove(self)  # type: ignore[arg-type]
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
