"""Finding what goes wrong inside a step."""

from __future__ import annotations

import linecache
import os
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import Any

from vibetensor import _C
from vibetensor.torch.nn.modules import _module_hooks
from vibetensor.torch.nn.modules._module_path import describe, path_in
from vibetensor.torch.optim.optimizer import register_optimizer_step_pre_hook

PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def users_frame(frames: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The innermost frame, frames being innermost first, that is no part of this package."""
    return next((frame for frame in frames if not os.path.abspath(frame["filename"]).startswith(PACKAGE)), None)


class nans:
    """A block, or with `@nans()` a function, in which the first op that makes a NaN is named.

    forward, backward: whether the results of ops and the gradients of their derivatives are looked at. inf: whether
    infinities count too. Every result is looked at where it lies, and the device keeps one flag; it is read when an
    optimizer is about to step, by check(), and at the end of the block, and a NaN is a FloatingPointError then that names
    the op, the module and the line. It is of one thread; what a CUDA graph replays is not seen.

    >>> import vibetensor.torch as torch
    >>> from vibetensor import debug
    >>> x = torch.tensor([-1.0, 4.0])
    >>> with debug.nans() as watch:  # doctest: +ELLIPSIS
    ...     y = x.sqrt().sum() * 2
    ...     try:
    ...         watch.check()
    ...     except FloatingPointError as error:
    ...         print(error)
    the first NaN is in the result of sqrt...
    """

    def __init__(self, forward: bool = True, backward: bool = True, inf: bool = False):
        if not (forward or backward):
            raise ValueError("nans: nothing to look at: forward and backward are both False")
        self.options = forward, backward, inf
        self.running: list[Any] = []  # modules that are being called, outermost first
        self.modules: list[tuple[Any, Any]] = []  # (outermost, module) by the number that the watch knows
        self.numbers: dict[tuple[int, int], int] = {}
        self.handles: list[Any] = []

    def __enter__(self) -> nans:
        if self.handles:
            raise RuntimeError("nans: this block has begun already")
        _C.set_whole_stacks(True)
        _C.start_nan_watch(*self.options)
        self.handles = [
            _module_hooks.register_module_forward_pre_hook(self._enter_module),
            _module_hooks.register_module_forward_hook(self._leave_module, always_call=True),
            register_optimizer_step_pre_hook(lambda *_: self.check()),
        ]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.check()
        finally:
            for handle in self.handles:
                handle.remove()
            self.handles = []
            _C.stop_nan_watch()
            _C.set_nan_watch_module(-1)
            _C.set_whole_stacks(False)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            with nans(*self.options):
                return function(*args, **kwargs)

        return watched

    def _enter_module(self, module: Any, args: Any) -> None:
        self.running.append(module)
        self._tell()

    def _leave_module(self, module: Any, args: Any, result: Any) -> None:
        while self.running and self.running.pop() is not module:
            pass
        self._tell()

    def _tell(self) -> None:
        if not self.running:
            _C.set_nan_watch_module(-1)
            return
        pair = self.running[0], self.running[-1]
        key = id(pair[0]), id(pair[1])
        if key not in self.numbers:
            self.numbers[key] = len(self.modules)
            self.modules.append(pair)
        _C.set_nan_watch_module(self.numbers[key])

    def check(self) -> None:
        """Returns None; FloatingPointError if there was a NaN since the block began or was last checked.

        It waits for the device.
        """
        found = _C.take_nan_source()
        if found is not None:
            raise FloatingPointError(self._message(found))

    def _message(self, found: dict[str, Any]) -> str:
        what = "infinity or NaN" if self.options[2] else "NaN"
        text = f"the first {what} is in " + ("the gradients of " if found["in_backward"] else "the result of ")
        text += found["name"]
        if found["module"] >= 0:
            root, module = self.modules[found["module"]]
            text += f", in the module {describe(path_in(root, module) or '', module)}"
        frame = users_frame(found["frames"])
        if frame is not None:
            called = "called forward in" if found["in_backward"] else "in"
            text += f", {called} {frame['name']} at {frame['filename']}:{frame['line']}"
            source = linecache.getline(frame["filename"], frame["line"]).strip()
            text += f": {source}" if source else ""
        return text
