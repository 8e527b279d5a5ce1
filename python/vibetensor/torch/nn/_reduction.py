"""How a loss is reduced: the words for it, their numbers in the ops, and two old arguments."""

from __future__ import annotations

ENUM = {"none": 0, "mean": 1, "sum": 2}


def get_string(reduction: str, size_average: bool | None, reduce: bool | None) -> str:
    """The reduction that the arguments ask for together; ValueError if it has no meaning."""
    if size_average is not None or reduce is not None:
        if reduce is False:
            return "none"
        return "sum" if size_average is False else "mean"
    if reduction not in ENUM:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def get_enum(reduction: str, size_average: bool | None = None, reduce: bool | None = None) -> int:
    """The number of that reduction."""
    return ENUM[get_string(reduction, size_average, reduce)]
