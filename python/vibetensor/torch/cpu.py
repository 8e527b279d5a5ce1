"""The CPU with the functions that accelerators have, so that programs can treat it as one."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from vibetensor.torch._not_there import module_getattr

__all__ = [
    "Stream",
    "current_device",
    "current_stream",
    "device_count",
    "is_available",
    "is_initialized",
    "set_device",
    "stream",
    "synchronize",
]


class Stream:
    """The one stream of the CPU: what is called is done when the call returns."""

    def __init__(self, priority: int = -1):
        self.priority = priority

    def wait_stream(self, stream: Any) -> None:
        """Returns None: nothing is under way."""


_stream = Stream()


def is_available() -> bool:
    """True."""
    return True


def is_initialized() -> bool:
    """True."""
    return True


def device_count() -> int:
    """1."""
    return 1


def current_device() -> str:
    """ "cpu"."""
    return "cpu"


def set_device(device: Any) -> None:
    """Returns None: there is one CPU."""


def synchronize(device: Any = None) -> None:
    """Returns None: what was called is done."""


def current_stream(device: Any = None) -> Stream:
    """The one stream."""
    return _stream


def stream(stream: Stream | None) -> AbstractContextManager[Any]:
    """Context in which work goes to the one stream."""
    return nullcontext(stream)


__getattr__ = module_getattr(__name__)
