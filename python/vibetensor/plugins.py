"""Plugins: shared libraries that bring ops of their own, compiled with nothing but vibetensor/plugin.h.

>>> import vibetensor
>>> vibetensor.plugins.loaded()
[]

A package offers a plugin by an entry point in the group "vibetensor.plugins", named as the namespace of its ops and
pointing at the library's path or at a function that returns it; `torch.ops.<namespace>` then loads it when first used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vibetensor import _C

__all__ = ["Plugin", "include_path", "load_plugin", "load_plugins", "loaded"]

GROUP = "vibetensor.plugins"


@dataclass(frozen=True)
class Plugin:
    """A plugin that is loaded: the namespace of its ops, its own version, its file, and the full names of its ops."""

    name: str
    version: str
    path: str
    ops: tuple[str, ...]


def _of(found: dict[str, Any]) -> Plugin:
    return Plugin(found["name"], found["version"], found["path"], tuple(found["ops"]))


def load_plugin(path: str | os.PathLike[str]) -> Plugin:
    """Returns the plugin in a shared library, whose ops are at torch.ops.<namespace> from then on.

    It is loaded whole or not at all, once: a file that is loaded already is returned as it is. OSError for what is no
    library of this machine; RuntimeError for one that is no plugin, was made for another version of the plugin ABI or
    brings an op that is there already; what the plugin's own start reports.
    """
    return _of(_C.load_plugin(os.fspath(path)))


def loaded() -> list[Plugin]:
    """The plugins that are loaded, in that order."""
    return [_of(found) for found in _C.plugins()]


def include_path() -> str:
    """The folder to give a compiler for `#include <vibetensor/plugin.h>`."""
    package = Path(__file__).resolve().parent
    for folder in (package / "include", package.parents[1] / "include"):
        if (folder / "vibetensor" / "plugin.h").is_file():
            return str(folder)
    raise FileNotFoundError("vibetensor/plugin.h is not part of this installation")


def _offered(name: str | None = None) -> Iterator[Any]:
    from importlib.metadata import entry_points

    yield from entry_points(group=GROUP) if name is None else entry_points(group=GROUP, name=name)


def _load_entry(entry: Any) -> Plugin:
    target = entry.load()
    plugin = load_plugin(target() if callable(target) else target)
    if plugin.name != entry.name:
        raise RuntimeError(f"the entry point {entry.name!r} leads to the plugin {plugin.name!r}: give both one name")
    return plugin


def load_plugins() -> list[Plugin]:
    """The plugins that installed packages offer, loaded. An error of one of them is raised as it is."""
    return [_load_entry(entry) for entry in _offered()]


_asked: set[str] = set()


def load_named(namespace: str) -> bool:
    """Whether an installed package offers a plugin of that name; it is loaded then. Packages are asked once."""
    if namespace in _asked or namespace == "aten":
        return False
    found = [_load_entry(entry) for entry in _offered(namespace)]
    _asked.add(namespace)
    return bool(found)
