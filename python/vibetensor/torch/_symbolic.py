"""Sizes that are not known yet, which do not occur here: all sizes are numbers, and so are sums and choices of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vibetensor.torch._not_there import RefusedType

NUMBERS = "sizes are plain numbers"


class SymInt(RefusedType):
    """An integer that is not known yet: there are none, so isinstance says False."""

    refusal = f"torch.SymInt is not there yet: {NUMBERS}"


class SymFloat(RefusedType):
    """A float that is not known yet: there are none, so isinstance says False."""

    refusal = f"torch.SymFloat is not there yet: {NUMBERS}"


class SymBool(RefusedType):
    """A bool that is not known yet: there are none, so isinstance says False."""

    refusal = f"torch.SymBool is not there yet: {NUMBERS}"


def sym_int(a: Any) -> int:
    """`a` as an int, cut towards zero."""
    return int(a)


def sym_float(a: Any) -> float:
    """`a` as a float."""
    return float(a)


def sym_max(a: Any, b: Any) -> Any:
    """The larger of two numbers; a float if one of them is."""
    return float(max(a, b)) if isinstance(a, float) or isinstance(b, float) else max(a, b)


def sym_min(a: Any, b: Any) -> Any:
    """The smaller of two numbers; a float if one of them is."""
    return float(min(a, b)) if isinstance(a, float) or isinstance(b, float) else min(a, b)


def sym_not(a: Any) -> bool:
    """Not `a`."""
    return not a


def sym_ite(b: Any, t: Any, f: Any) -> Any:
    """`t` if `b` is true, else `f`."""
    return t if b else f


def sym_sum(args: Iterable[Any]) -> Any:
    """The sum of numbers."""
    return sum(args)
