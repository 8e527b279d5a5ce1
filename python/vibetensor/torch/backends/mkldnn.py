"""oneDNN, which is not used: products and convolutions are our own. There is nothing that its switches could change."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["flags", "is_available", "set_flags"]

enabled = False


def is_available() -> bool:
    """False."""
    return False


def set_flags(_enabled: bool) -> tuple[bool]:
    """The switch as it was; it is kept."""
    global enabled
    before, enabled = enabled, bool(_enabled)
    return (before,)


@contextmanager
def flags(enabled: bool = False) -> Iterator[None]:
    """Context in which the switch is set."""
    (before,) = set_flags(enabled)
    try:
        yield
    finally:
        set_flags(before)
