"""Two tensor objects that become each other."""

from __future__ import annotations

import weakref
from copyreg import _slotnames  # type: ignore[attr-defined]
from typing import Any

from vibetensor import _C

NOTHING: Any = object()


def swap_tensors(t1: Any, t2: Any) -> None:
    """Returns None; each of two tensor objects becomes what the other was: type, attributes, memory and history.

    Whoever holds one of them holds the other's content afterwards. RuntimeError where weak references to one exist, or
    their classes have other slots.
    """
    if weakref.getweakrefs(t1):
        raise RuntimeError("Cannot swap t1 because it has weakref associated with it")
    if weakref.getweakrefs(t2):
        raise RuntimeError("Cannot swap t2 because it has weakref associated with it")
    slots = set(_slotnames(type(t1)))
    if slots != set(_slotnames(type(t2))):
        raise RuntimeError("Cannot swap t1 and t2 if they have different slots")
    _C.swap_tensor_impls(t1, t2)
    t1.__class__, t2.__class__ = t2.__class__, t1.__class__
    t1.__dict__, t2.__dict__ = t2.__dict__, t1.__dict__
    for name in slots:
        first, second = getattr(t1, name, NOTHING), getattr(t2, name, NOTHING)
        for tensor, value in ((t1, second), (t2, first)):
            if value is not NOTHING:
                setattr(tensor, name, value)
            elif hasattr(tensor, name):
                delattr(tensor, name)
