"""Containers of values taken apart into a list, and put together again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TreeSpec:
    """The shape of a container: its type, its keys, and the specs of what it holds. A leaf has no type."""

    kind: type | None = None
    keys: tuple[Any, ...] = ()
    children: tuple[TreeSpec, ...] = ()


LEAF = TreeSpec()


def tree_flatten(value: Any) -> tuple[list[Any], TreeSpec]:
    """The leaves of nested tuples, lists and dicts in order, and how they were nested. Other values are leaves."""
    leaves: list[Any] = []
    return leaves, _take_apart(value, leaves)


def _take_apart(value: Any, leaves: list[Any]) -> TreeSpec:
    kind = type(value)
    if kind in (dict, OrderedDict):
        return TreeSpec(kind, tuple(value), tuple(_take_apart(v, leaves) for v in value.values()))
    if kind in (tuple, list) or (isinstance(value, tuple) and hasattr(value, "_fields")):
        return TreeSpec(kind, (), tuple(_take_apart(v, leaves) for v in value))
    leaves.append(value)
    return LEAF


def tree_unflatten(leaves: Iterable[Any], spec: TreeSpec) -> Any:
    """What tree_flatten took apart, with other leaves in the same places."""
    return _put_together(spec, iter(leaves))


def _put_together(spec: TreeSpec, leaves: Iterator[Any]) -> Any:
    kind = spec.kind
    if kind is None:
        return next(leaves)
    values = [_put_together(child, leaves) for child in spec.children]
    if kind in (dict, OrderedDict):
        return kind(zip(spec.keys, values, strict=True))
    if kind in (tuple, list):
        return kind(values)
    return kind(*values)  # a named tuple
