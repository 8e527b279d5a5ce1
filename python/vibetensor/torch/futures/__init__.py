"""Results that may come later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Condition, Lock
from types import GenericAlias
from typing import Any

__all__ = ["Future", "collect_all", "wait_all"]


class Future:
    """A result that one part of a program sets and others wait for.

    >>> import vibetensor.torch as torch
    >>> future = torch.futures.Future()
    >>> doubled = future.then(lambda f: f.value() * 2)
    >>> future.set_result(3)
    >>> doubled.wait()
    6
    """

    __class_getitem__: Any = classmethod(GenericAlias)  # for annotations: Future[Tensor]

    def __init__(self, *, devices: Sequence[Any] | None = None):
        if devices:
            raise NotImplementedError(
                "Future: devices is not there yet: waiting does not order streams; synchronize before set_result"
            )
        self._condition = Condition()
        self._done = False
        self._value: Any = None
        self._error: BaseException | None = None
        self._callbacks: list[Callable[[Future], Any]] = []

    def done(self) -> bool:
        """Whether there is a result or an error."""
        return self._done

    def wait(self) -> Any:
        """The result, once it is there; the error is raised if that came instead."""
        with self._condition:
            self._condition.wait_for(lambda: self._done)
        return self.value()

    def value(self) -> Any:
        """The result; RuntimeError if there is none yet."""
        if not self._done:
            raise RuntimeError("Future: value() needs a completed future; wait() waits for it")
        if self._error is not None:
            raise self._error
        return self._value

    def _finish(self, value: Any, error: BaseException | None) -> None:
        with self._condition:
            if self._done:
                raise RuntimeError("Future can only be marked completed once")
            self._value, self._error, self._done = value, error, True
            callbacks, self._callbacks = self._callbacks, []
            self._condition.notify_all()
        for callback in callbacks:
            callback(self)

    def set_result(self, result: Any) -> None:
        """Returns None; gives the result to all who wait. RuntimeError if there is one."""
        self._finish(result, None)

    def set_exception(self, result: BaseException) -> None:
        """Returns None; makes wait() and value() raise `result`."""
        if not isinstance(result, Exception):
            raise AssertionError(f"{result} is of type {type(result)}, not an Exception.")
        self._finish(None, result)

    def add_done_callback(self, callback: Callable[[Future], Any]) -> None:
        """Returns None; calls `callback(self)` once there is a result, at once if there is."""
        with self._condition:
            if not self._done:
                self._callbacks.append(callback)
                return
        callback(self)

    def then(self, callback: Callable[[Future], Any]) -> Future:
        """A Future of what `callback(self)` gives once there is a result."""
        following = Future()

        def run(done: Future) -> None:
            try:
                following.set_result(callback(done))
            except Exception as error:
                following.set_exception(error)

        self.add_done_callback(run)
        return following


def collect_all(futures: list[Future]) -> Future:
    """A Future of the list `futures`, done when all of them are; with the first error in the list, if there is one."""
    result = Future()
    if not futures:
        result.set_result(futures)
    left, lock = len(futures), Lock()

    def count(_: Future) -> None:
        nonlocal left
        with lock:
            left -= 1
            if left:
                return
        error = next((future._error for future in futures if future._error is not None), None)
        if error is None:
            result.set_result(futures)
        else:
            result._finish(None, error)

    for future in futures:
        future.add_done_callback(count)
    return result


def wait_all(futures: list[Future]) -> list[Any]:
    """The results of all, in order."""
    return [future.wait() for future in collect_all(futures).wait()]
