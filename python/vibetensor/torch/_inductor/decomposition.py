"""How PyTorch's compiler takes ops apart. Programs add rules; here they are kept and nobody reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vibetensor.torch._not_there import module_getattr

decompositions: dict[Any, Callable[..., Any]] = {}


def register_decomposition(ops: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: the function is the rule for these ops, one or several."""

    def keep(function: Callable[..., Any]) -> Callable[..., Any]:
        for op in ops if isinstance(ops, Sequence) else [ops]:
            decompositions[op] = function
        return function

    return keep


__getattr__ = module_getattr(__name__)
