"""Context managers that also decorate functions, under the names that libraries derive theirs from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from vibetensor.torch.autograd.grad_mode import ContextDecorator as _DecoratorContextManager

__all__ = ["_DecoratorContextManager", "_NoParamDecoratorContextManager", "context_decorator"]


class _NoParamDecoratorContextManager(_DecoratorContextManager):
    """A context manager without arguments: as a decorator it needs no call."""

    def __new__(cls, orig_func: Callable[..., Any] | None = None) -> Any:
        made = super().__new__(cls)
        return made if orig_func is None else made(orig_func)


def context_decorator(ctx: Any, func: Callable[..., Any]) -> Callable[..., Any]:
    """`func`, each call of which is inside a context: `ctx`, or what ctx() makes anew for each."""
    make = (lambda: ctx) if isinstance(ctx, AbstractContextManager) or not callable(ctx) else ctx

    class Within(_DecoratorContextManager):
        def __enter__(self) -> Any:
            self.inner = make()
            return self.inner.__enter__()

        def __exit__(self, *exc: object) -> None:
            return self.inner.__exit__(*exc)

    return Within()(func)
