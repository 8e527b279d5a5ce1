"""Switches of libraries that PyTorch would use and that nothing here calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any


def switches(
    module: dict[str, Any],
) -> tuple[Callable[[bool], tuple[bool]], Callable[..., AbstractContextManager[None]]]:
    """set_flags and flags of a module, whose `enabled` they keep; there is nothing that it could change."""

    def set_flags(_enabled: bool) -> tuple[bool]:
        """The switch as it was; it is kept."""
        before, module["enabled"] = module["enabled"], bool(_enabled)
        return (before,)

    @contextmanager
    def flags(enabled: bool = False) -> Iterator[None]:
        """Context in which the switch is set."""
        (before,) = set_flags(enabled)
        try:
            yield
        finally:
            set_flags(before)

    return set_flags, flags
