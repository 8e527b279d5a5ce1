"""A set that keeps the order in which its items came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSet
from typing import TypeVar

from vibetensor.torch._not_there import module_getattr

T = TypeVar("T")


class OrderedSet(MutableSet[T]):
    """A set whose items are gone through in the order in which they were added.

    >>> list(OrderedSet([3, 1, 3, 2]) | {7})
    [3, 1, 2, 7]
    """

    def __init__(self, iterable: Iterable[T] | None = None):
        self._items = dict.fromkeys(iterable or ())

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __reversed__(self) -> Iterator[T]:
        return reversed(self._items)

    def add(self, value: T) -> None:
        """Returns None; `value` is among them, at the end if it was not."""
        self._items[value] = None

    def discard(self, value: T) -> None:
        """Returns None; `value` is not among them."""
        self._items.pop(value, None)

    def update(self, *others: Iterable[T]) -> None:
        """Returns None; the items of `others` are among them."""
        for other in others:
            self._items.update(dict.fromkeys(other))

    def union(self, *others: Iterable[T]) -> OrderedSet[T]:
        """A set with the items of `others` too."""
        found = OrderedSet(self)
        found.update(*others)
        return found

    def copy(self) -> OrderedSet[T]:
        """A set of the same items."""
        return OrderedSet(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)})"


__getattr__ = module_getattr(__name__)
