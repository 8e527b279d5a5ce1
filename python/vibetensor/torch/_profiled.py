"""Methods that are ranges of their own in a profile, under the names that PyTorch gives them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from vibetensor import _C


def in_range(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator of a method, whose calls are ranges; `{}` in the name stands for the class of the object."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            number = _C.profiler_begin_range(name.format(type(self).__name__), "")
            try:
                return method(self, *args, **kwargs)
            finally:
                _C.profiler_end_range(number)

        return wrapper

    return decorate
