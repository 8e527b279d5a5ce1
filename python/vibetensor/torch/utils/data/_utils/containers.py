"""Containers of samples, rebuilt with other contents."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any


def is_namedtuple(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def mapping_like(like: Mapping[Any, Any], parts: dict[Any, Any]) -> Any:
    """A mapping of the type of `like`, with what else that carries; a dict where its type cannot be made so."""
    try:
        if isinstance(like, MutableMapping):
            made = copy.copy(like)
            made.update(parts)
            return made
        return type(like)(parts)  # type: ignore[call-arg]
    except TypeError:
        return parts


def sequence_like(like: Sequence[Any], parts: list[Any]) -> Any:
    """A sequence of the type of `like`, with what else that carries; a list where its type cannot be made so."""
    try:
        if isinstance(like, MutableSequence):
            made = copy.copy(like)
            for i, part in enumerate(parts):
                made[i] = part
            return made
        return type(like)(parts)  # type: ignore[call-arg]
    except TypeError:
        return parts


def mapped(data: Any, change: Callable[[Any], Any], keep_tuples: bool) -> Any:
    """`data`, if it is a container, with `change` of each of its parts, else `data` itself.

    keep_tuples: plain tuples stay tuples; otherwise they become lists.
    """
    if isinstance(data, str | bytes):
        return data
    if isinstance(data, Mapping):
        return mapping_like(data, {key: change(data[key]) for key in data})
    if is_namedtuple(data):
        return type(data)(*(change(part) for part in data))
    if isinstance(data, tuple):
        parts = [change(part) for part in data]
        return type(data)(parts) if keep_tuples else parts
    if isinstance(data, Sequence):
        return sequence_like(data, [change(part) for part in data])
    return data
