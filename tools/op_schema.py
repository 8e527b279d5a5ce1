"""The ops of the registry as the generators of stubs and documents see them: what `_C.registry()` says, typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Argument:
    """One argument: `type` is the schema's name of it, of a list its elements'; `accepts_number`: a Tensor for which a
    number may stand; `default` is a Python value if `has_default`."""

    name: str
    type: str
    is_list: bool
    list_size: int
    optional: bool
    optional_elements: bool
    keyword_only: bool
    accepts_number: bool
    has_default: bool
    default: Any
    written: bool = False
    aliased: bool = False


@dataclass(frozen=True)
class Schema:
    """One op: its name without the overload, arguments in order, and the types of its results ("Tensor[]")."""

    name: str
    arguments: tuple[Argument, ...]
    returns: tuple[str, ...]

    @staticmethod
    def of(row: dict[str, Any]) -> Schema:
        """From a row of `_C.registry()`."""
        name = row["name"].partition(".")[0]
        return Schema(name, tuple(Argument(**a) for a in row["arguments"]), tuple(row["returns"]))
