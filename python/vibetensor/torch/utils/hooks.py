"""Handles by which registered hooks are removed."""

from __future__ import annotations

from typing import Any
from weakref import ref


class RemovableHandle:
    """Removes one hook from the dict that it was registered in; also a context manager that removes it at the end."""

    next_id = 0

    def __init__(self, hooks: dict[int, Any], *, extra: tuple[dict[int, Any], ...] = ()):
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        self._holders = [ref(d) for d in (hooks, *extra)]

    def remove(self) -> None:
        """Returns None; the hook is not called from now on. Removing twice is fine."""
        for holder in self._holders:
            hooks = holder()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()
