"""Samples read from a dataset and joined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Fetcher:
    """Reads one batch: by numbers from a dataset, or the next samples of an iterable one.

    `auto_collation` off: one sample at a time, converted. `count`: batches read so far, for datasets without a state.
    """

    def __init__(
        self, dataset: Any, iterable: bool, auto_collation: bool, collate: Callable[[Any], Any], drop_last: bool
    ):
        self.dataset, self.collate = dataset, collate
        self.auto_collation, self.drop_last = auto_collation, drop_last
        self.dataset_iter = iter(dataset) if iterable else None
        self.ended = False
        self.count = 0

    def fetch(self, numbers: Any) -> Any:
        """The batch for `numbers`; StopIteration at the end of an iterable dataset."""
        if self.dataset_iter is not None:
            batch = self.next_samples(numbers)
        elif not self.auto_collation:
            batch = self.dataset[numbers]
        else:
            whole = getattr(self.dataset, "__getitems__", None)
            batch = whole(numbers) if callable(whole) else [self.dataset[n] for n in numbers]
        self.count += 1
        return self.collate(batch)

    def skip(self, numbers: Any) -> None:
        """Returns None; reads the next samples of an iterable dataset and forgets them."""
        self.next_samples(numbers)
        self.count += 1

    def next_samples(self, numbers: Any) -> Any:
        assert self.dataset_iter is not None
        if self.ended:
            raise StopIteration
        if not self.auto_collation:
            return next(self.dataset_iter)
        batch = []
        for _ in numbers:
            try:
                batch.append(next(self.dataset_iter))
            except StopIteration:
                self.ended = True
                break
        if not batch or (self.drop_last and len(batch) < len(numbers)):
            raise StopIteration
        return batch
