"""Named ranges and marks in the timeline of a profiler such as Nsight Systems; without one they cost next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vibetensor import _C

__all__ = ["mark", "range", "range_end", "range_pop", "range_push", "range_start"]


def range_push(msg: str) -> int:
    """The depth, from 0, of the range opened on this thread; a negative number where no profiler listens."""
    return _C.nvtx_push_range(msg)


def range_pop() -> int:
    """The depth of the innermost range of this thread, which is closed; a negative number where no profiler listens."""
    return _C.nvtx_pop_range()


def range_start(msg: str) -> int:
    """A number for range_end(), which any thread may call, of a range that begins now."""
    return _C.nvtx_start_range(msg)


def range_end(range_id: int) -> None:
    """Returns None; ends a range of range_start()."""
    _C.nvtx_end_range(range_id)


def mark(msg: str) -> None:
    """Returns None; marks this moment."""
    _C.nvtx_mark(msg)


@contextmanager
def range(msg: str, *args: Any, **kwargs: Any) -> Iterator[None]:
    """A context, or a decorator, that is a range named `msg.format(*args, **kwargs)`."""
    range_push(msg.format(*args, **kwargs))
    try:
        yield
    finally:
        range_pop()
