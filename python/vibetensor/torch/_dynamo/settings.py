"""Settings of compilers that are not there, under PyTorch's names and with its defaults.

Programs set them beside `torch.compile`. They are kept and can be read; they change nothing here, since what they
choose between are ways to the same results. Names that PyTorch does not have are refused, as PyTorch refuses them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any


@cache
def defaults() -> dict[str, dict[str, Any]]:
    """The settings of each module by dotted name; tools/list_torch_names.py makes the file."""
    settings: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("settings.json").read_text("utf-8"))
    return settings


def refuse_function(what: str, value: Any) -> None:
    """Raises NotImplementedError for a function: unlike a choice between ways, it could change results."""
    if callable(value):
        raise NotImplementedError(
            f"{what} is a function for the compiler to call with a graph, and there is none; leave it out"
        )


class Settings(ModuleType):
    """A module, or a group inside one, whose attributes are settings."""

    _values: dict[str, Any]
    _path: str
    _prefix: str

    def begin(self, path: str, values: dict[str, Any] | None = None, prefix: str = "") -> Settings:
        """self, holding `values` (by default PyTorch's for `path`) under the names that begin with `prefix`."""
        values = dict(defaults()[path]) if values is None else values
        self.__dict__.update(_values=values, _path=path, _prefix=prefix)
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        full = self._prefix + name
        if full in self._values:
            return self._values[full]
        if any(key.startswith(full + ".") for key in self._values):
            return Settings(f"{self._path}.{full}").begin(self._path, self._values, full + ".")
        raise AttributeError(f"{self._path}.{full} does not exist")

    def __setattr__(self, name: str, value: Any) -> None:
        full = self._prefix + name
        if full in self._values:
            refuse_function(f"{self._path}.{full}", value)
            self._values[full] = value
        elif name.startswith("__") or isinstance(value, ModuleType):
            self.__dict__[name] = value  # the import system's
        else:
            raise AttributeError(f"{self._path}.{full} does not exist")

    def __dir__(self) -> list[str]:
        return sorted(
            {name[len(self._prefix) :].partition(".")[0] for name in self._values if name.startswith(self._prefix)}
        )

    def get_config_copy(self) -> dict[str, Any]:
        """The settings by dotted name."""
        return dict(self._values)

    @contextmanager
    def patch(self, setting: str | dict[str, Any] | None = None, value: Any = None, **settings: Any) -> Iterator[None]:
        """Context and decorator in which settings differ: `patch("name", value)`, `patch({...})`, `patch(name=value)`."""
        changed = {setting: value, **settings} if isinstance(setting, str) else {**(setting or {}), **settings}
        for name, new in changed.items():
            if name not in self._values:
                raise AttributeError(f"{self._path}.{name} does not exist")
            refuse_function(f"{self._path}.{name}", new)
        before = {name: self._values[name] for name in changed}
        self._values.update(changed)
        try:
            yield
        finally:
            self._values.update(before)
