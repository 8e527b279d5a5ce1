"""The name under which code finds a function: "torch.nn.functional.relu", "operator.add", "mine.function"."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

from vibetensor import _C

OURS = "vibetensor."


@cache
def places() -> list[tuple[str, Any]]:
    """The namespaces of torch that functions are looked for in, by their public names."""
    from vibetensor import torch

    names = ("", "nn.functional", "linalg", "special", "fft", "nn.init", "nn.utils.rnn", "signal.windows")
    found = []
    for name in names:
        owner: Any = torch
        for part in name.split(".") if name else ():
            owner = getattr(owner, part)
        found.append((f"torch.{name}".rstrip("."), owner))
    return found


def names_of(thing: Any) -> list[str]:
    """The names that `thing` may have in a namespace: its own, and an op's without the prefix of its family."""
    own = thing.__name__
    if isinstance(thing, type(_C.ops.add)):
        return [own, own.partition("_")[2]]
    return [own]


def qualified_name(thing: Any) -> str:
    """The dotted name of a function or class; RuntimeError if there is none of a module that is imported."""
    own = getattr(thing, "__name__", None)
    if own is None:
        raise RuntimeError(f"no code can be written that calls {thing!r}: it has no name")
    if getattr(_C.Tensor, own, None) is thing:
        return f"torch.Tensor.{own}"
    home = getattr(thing, "__module__", None) or ""
    if home.startswith(OURS):
        for place, owner in places():
            for name in names_of(thing):
                if name and vars(owner).get(name, None) is thing:
                    return f"{place}.{name}"
    if own == "<lambda>":
        return "<lambda>"
    if home in ("builtins", ""):
        return own
    if getattr(sys.modules.get(home), own, None) is not thing and not home.startswith(OURS):
        return f"{home}.{getattr(thing, '__qualname__', own)}"
    return f"{home.removeprefix(OURS)}.{own}"
