"""Switches of gradient recording, each usable as a context manager and as a decorator."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from vibetensor import _C

GENERATOR_FLAG = 0x20  # inspect.CO_GENERATOR, without the import of inspect


def is_generator_function(fn: Callable[..., Any]) -> bool:
    code = getattr(fn, "__code__", None)
    return code is not None and bool(code.co_flags & GENERATOR_FLAG)


class ContextDecorator:
    """Base of context managers that also decorate functions and generator functions.

    A decorated function enters a fresh context on each call; a generator function only holds its
    context while it runs, never while it is suspended.
    """

    def clone(self) -> ContextDecorator:
        return type(self)()

    def __enter__(self) -> Any:
        raise NotImplementedError

    def __exit__(self, *exc: object) -> None:
        raise NotImplementedError

    def __call__(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        if isinstance(fn, type):
            raise TypeError(f"{type(self).__name__} decorates functions and methods, got the class {fn.__name__}")
        if is_generator_function(fn):
            return self._wrap_generator(fn)

        @wraps(fn)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with self.clone():
                return fn(*args, **kwargs)

        return wrapper

    def _wrap_generator(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(fn)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            generator = fn(*args, **kwargs)
            resume, value = generator.send, None
            try:
                while True:
                    try:
                        with self.clone():
                            produced = resume(value)
                    except StopIteration as stop:
                        return stop.value
                    try:
                        value = yield produced
                        resume = generator.send
                    except GeneratorExit:
                        raise
                    except BaseException as error:
                        resume, value = generator.throw, error
            finally:
                with self.clone():
                    generator.close()

        return wrapper


class _GradMode(ContextDecorator):
    mode: bool

    def __init__(self) -> None:
        self.previous: list[bool] = []

    def __enter__(self) -> None:
        self.previous.append(_C.is_grad_enabled())
        _C.set_grad_enabled(self.mode)

    def __exit__(self, *exc: object) -> None:
        _C.set_grad_enabled(self.previous.pop())


class no_grad(_GradMode):
    """Context in which operations record nothing for backward; also a decorator, with or without `()`.

    >>> import vibetensor.torch as torch
    >>> x = torch.ones(1, requires_grad=True)
    >>> with torch.no_grad():
    ...     (x * 2).requires_grad
    False
    """

    mode = False

    def __new__(cls, fn: Callable[..., Any] | None = None) -> Any:
        return super().__new__(cls) if fn is None else cls()(fn)

    def __init__(self, fn: None = None):
        super().__init__()


class enable_grad(_GradMode):
    """Context in which operations record for backward again; also a decorator, with or without `()`."""

    mode = True

    def __new__(cls, fn: Callable[..., Any] | None = None) -> Any:
        return super().__new__(cls) if fn is None else cls()(fn)

    def __init__(self, fn: None = None):
        super().__init__()


class set_grad_enabled(_GradMode):
    """Switches recording on or off at once; as a context manager it restores what was before."""

    def __init__(self, mode: bool):
        super().__init__()
        self.mode = bool(mode)
        self.before = _C.is_grad_enabled()
        _C.set_grad_enabled(self.mode)

    def clone(self) -> set_grad_enabled:
        return type(self)(self.mode)

    def __call__(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        # as a decorator it must not leave its mark on the code that only defines the function
        _C.set_grad_enabled(self.before)
        return super().__call__(fn)

    def __enter__(self) -> None:
        _C.set_grad_enabled(self.mode)

    def __exit__(self, *exc: object) -> None:
        _C.set_grad_enabled(self.before)


class inference_mode(ContextDecorator):
    """Context in which new tensors never take part in autograd and keep no version counter."""

    def __new__(cls, mode: Any = True) -> Any:
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool = True):
        self.mode = mode
        self.previous: list[tuple[bool, bool]] = []

    def clone(self) -> inference_mode:
        return type(self)(self.mode)

    def __enter__(self) -> None:
        self.previous.append((_C.is_inference_mode_enabled(), _C.is_grad_enabled()))
        _C.set_inference_mode(self.mode)
        _C.set_grad_enabled(not self.mode)

    def __exit__(self, *exc: object) -> None:
        inference, grad = self.previous.pop()
        _C.set_inference_mode(inference)
        _C.set_grad_enabled(grad)
