"""torch.while_loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor.torch._higher_order_ops.cond import truth

__all__ = ["while_loop"]


def while_loop(
    cond_fn: Callable[..., Any], body_fn: Callable[..., Any], carried_inputs: tuple[Any, ...] | list[Any]
) -> tuple[Any, ...]:
    """What body_fn makes of the inputs, again and again, while cond_fn of them is true: the last of it.

    cond_fn(*values) is a bool or a tensor of one bool, body_fn(*values) a tuple of as many values.
    """
    if not callable(cond_fn) or not callable(body_fn):
        raise RuntimeError("while_loop: cond_fn and body_fn must be functions")
    if not isinstance(carried_inputs, tuple | list):
        raise RuntimeError(f"while_loop: carried_inputs must be a tuple or a list, got {type(carried_inputs)}")
    values = tuple(carried_inputs)
    while truth(cond_fn(*values), "while_loop: what cond_fn returns"):
        found = body_fn(*values)
        if not isinstance(found, tuple | list) or len(found) != len(values):
            raise RuntimeError(f"while_loop: body_fn must return a tuple of {len(values)} values, got {found!r}")
        values = tuple(found)
    return values
