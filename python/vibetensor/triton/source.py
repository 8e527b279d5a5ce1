"""What a kernel is made of, as text: its source and that of what it calls, and the values of globals that they name.

Two kernels with the same text compile to the same code. Triton is not needed to tell.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from inspect import getclosurevars, getsource
from types import CodeType, ModuleType
from typing import Any

PLAIN = (int, float, str, bytes, bool, type(None))


def function_of(value: Any) -> Callable[..., Any] | None:
    """The Python function inside what triton.jit or our own jit made; None for anything else."""
    while hasattr(value, "fn") and not isinstance(value, ModuleType):
        value = value.fn
        if isinstance(getattr(value, "__code__", None), CodeType):
            return value  # type: ignore[no-any-return]
    return None


def text_of(function: Callable[..., Any]) -> str:
    """The source from `def` on, without indentation and decorators."""
    source = textwrap.dedent(getsource(function))
    found = re.search(r"^def\s+\w+\s*\(", source, re.MULTILINE)
    return source[found.start() :] if found else source


def names_of(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_of(constant)


def value_text(value: Any) -> str | None:
    """The text of a global's value where it can matter to a kernel."""
    if isinstance(value, PLAIN):
        return repr(value)
    if isinstance(value, tuple) and all(isinstance(part, PLAIN) for part in value):
        return repr(value)
    if type(value).__name__ == "constexpr" and hasattr(value, "value"):
        return f"constexpr({value.value!r})"
    text = repr(value)
    return text if text.startswith("triton.language.") else None


def whole_text(function: Callable[..., Any], seen: set[Any] | None = None) -> str:
    """The source of a kernel and of all functions that it calls, with the globals that they name."""
    seen = set() if seen is None else seen
    seen.add(function)
    around = {**function.__globals__, **getclosurevars(function).nonlocals}
    parts, called = [text_of(function)], []
    names = sorted(set(names_of(function.__code__)))
    for name in names:
        value = around.get(name)
        if isinstance(value, ModuleType):  # what is called through it: other.function(x)
            called += [
                getattr(value, n) for n in names if not value.__name__.startswith("triton.") and hasattr(value, n)
            ]
        else:
            called.append(value)
            text = value_text(value) if name in around else None
            if text is not None:
                parts.append(f"{name} = {text}")
    for value in called:
        inner = function_of(value)
        if inner is not None and inner not in seen:
            parts.append(whole_text(inner, seen))
    return "\n".join(parts)
