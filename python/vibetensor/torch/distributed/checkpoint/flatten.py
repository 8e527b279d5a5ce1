"""State dicts as one dict from names to tensors and other values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vibetensor import _C

Path = tuple[str | int, ...]


def is_whole(value: Any) -> bool:
    """Whether a value is kept as one: it is no dict, and no list in which there is a tensor or a dict."""
    if isinstance(value, Mapping):
        return False
    if not isinstance(value, list):
        return True
    return not any(isinstance(v, _C.Tensor) or (isinstance(v, (Mapping, list)) and not is_whole(v)) for v in value)


def flatten(state: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Path]]:
    """(values by name, paths by name): names are paths with dots between. ValueError for a name that comes twice."""
    values: dict[str, Any] = {}
    paths: dict[str, Path] = {}

    def visit(path: Path, value: Any) -> None:
        if not is_whole(value):
            items = value.items() if isinstance(value, Mapping) else enumerate(value)
            for key, each in items:
                visit((*path, str(key) if isinstance(value, Mapping) else key), each)
            return
        name = ".".join(map(str, path))
        if name in values:
            raise ValueError(f"duplicated flatten key {name}")
        values[name], paths[name] = value, path

    for key, value in state.items():
        visit((str(key),), value)
    return values, paths


def put(state: Any, path: Path, value: Any) -> None:
    """Returns None; the element of nested dicts and lists at `path` becomes `value`."""
    for step in path[:-1]:
        state = state[key_in(state, step)]
    state[key_in(state, path[-1])] = value


def key_in(state: Any, step: str | int) -> Any:
    """The key of a dict that reads as `step`, or the number of a list's element."""
    if isinstance(state, Mapping) and step not in state:
        return next((key for key in state if str(key) == step), step)
    return step
