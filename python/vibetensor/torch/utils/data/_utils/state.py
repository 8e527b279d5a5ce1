"""Where a DataLoader is, as plain containers that can be saved, and the way back there.

The keys are those of torchdata's StatefulDataLoader. What has state_dict and load_state_dict, a dataset, its iterator, a
sampler or the iterator of one, says itself where it is; the rest is read again from the beginning and skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

INDEX_SAMPLER_STATE = "_index_sampler_state"
SAMPLER_ITER_STATE = "_sampler_iter_state"
SAMPLER_ITER_YIELDED = "_sampler_iter_yielded"
NUM_YIELDED = "_num_yielded"
ITERABLE_LEN_CALLED = "_IterableDataset_len_called"
SHARED_SEED = "_shared_seed"
ITERATOR_FINISHED = "_iterator_finished"
FETCHER_STATE, FETCHER_ENDED = "fetcher_state", "fetcher_ended"
DATASET_STATE, DATASET_ITER_STATE = "dataset_state", "dataset_iter_state"
WORKER_ID = "worker_id"
BATCHES_READ = "batches_read"  # ours: by one worker, of a dataset without a state
SNAPSHOT, MAIN_SNAPSHOT, WORKER_SNAPSHOTS = "_snapshot", "_main_snapshot", "_worker_snapshots"
SNAPSHOT_STEP, STEPS_SINCE_SNAPSHOT = "_snapshot_step", "_steps_since_snapshot"
LAST_YIELDED_WORKER, BASE_SEED, NUM_WORKERS = "_last_yielded_worker_id", "_base_seed", "_num_workers"


def is_stateful(value: Any) -> bool:
    """Whether it can say where it is and go there."""
    return callable(getattr(value, "state_dict", None)) and callable(getattr(value, "load_state_dict", None))


def state_of(value: Any) -> Any:
    return value.state_dict() if is_stateful(value) else None


def fetcher_state(fetcher: Any) -> dict[str, Any]:
    """Where a Fetcher and its dataset are."""
    iterator, dataset = fetcher.dataset_iter, fetcher.dataset
    of_fetcher = None
    if iterator is not None:
        of_fetcher = {DATASET_ITER_STATE: state_of(iterator), FETCHER_ENDED: fetcher.ended}
    return {
        FETCHER_STATE: of_fetcher,
        DATASET_STATE: None if iterator is dataset else state_of(dataset),
        BATCHES_READ: fetcher.count,
    }


def worker_state(worker: int, fetcher: Any) -> dict[str, Any]:
    return {WORKER_ID: worker, **fetcher_state(fetcher)}


def restore_fetcher(
    fetcher: Any, make_fetcher: Callable[[Any], Any], state: dict[str, Any], batch_size: int | None, read: int
) -> Any:
    """A Fetcher that goes on from `state`: the dataset's own state first, then its iterator's.

    read: batches to read again where neither has one.
    """
    dataset = fetcher.dataset
    if state[DATASET_STATE] is not None and is_stateful(dataset):
        dataset.load_state_dict(state[DATASET_STATE])
        fetcher = make_fetcher(dataset)
    if fetcher.dataset_iter is None or state[FETCHER_STATE] is None:
        fetcher.count = read
        return fetcher
    of_iterator = state[FETCHER_STATE][DATASET_ITER_STATE]
    if is_stateful(dataset) or is_stateful(fetcher.dataset_iter):
        if of_iterator is not None:
            fetcher.dataset_iter.load_state_dict(of_iterator)
        fetcher.ended = state[FETCHER_STATE][FETCHER_ENDED]
        fetcher.count = read
        return fetcher
    for _ in range(read):
        try:
            fetcher.skip([None] * (batch_size or 1))
        except StopIteration:
            break
    return fetcher


class Numbers:
    """The batches of numbers of a sampler, with where it is after each."""

    def __init__(self, sampler: Any, is_endless: bool):
        self.sampler, self.is_endless = sampler, is_endless
        self.iterator: Iterator[Any] = iter(sampler)
        self.yielded = 0

    def __next__(self) -> Any:
        numbers = next(self.iterator)
        self.yielded += 1
        return numbers

    def is_of(self, sampler: Any) -> bool:
        """Whether they are those of `sampler` as it is now."""
        outdated = getattr(self.iterator, "is_outdated", None)
        return self.sampler is sampler and not (outdated is not None and outdated())

    def state(self) -> dict[str, Any]:
        return {
            INDEX_SAMPLER_STATE: state_of(self.sampler),
            SAMPLER_ITER_STATE: state_of(self.iterator),
            SAMPLER_ITER_YIELDED: self.yielded,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Returns None; goes to where it was at `state`."""
        self.yielded = state[SAMPLER_ITER_YIELDED]
        if is_stateful(self.sampler) or is_stateful(self.iterator):
            if state[INDEX_SAMPLER_STATE] is not None:
                self.sampler.load_state_dict(state[INDEX_SAMPLER_STATE])
                self.iterator = iter(self.sampler)
            if state[SAMPLER_ITER_STATE] is not None:
                self.iterator.load_state_dict(state[SAMPLER_ITER_STATE])  # type: ignore[attr-defined]
        elif not self.is_endless:
            self.iterator = islice(iter(self.sampler), self.yielded, None)


class Position:
    """Where a pass with workers is: what the loader keeps of it when the pass and its workers are gone."""

    def __init__(self) -> None:
        self.snapshot: dict[str, Any] = {}
        self.num_yielded = 0
        self.finished = False

    def state_dict(self) -> dict[str, Any]:
        return {
            SNAPSHOT: self.snapshot,
            STEPS_SINCE_SNAPSHOT: self.num_yielded - self.snapshot[SNAPSHOT_STEP],
            ITERATOR_FINISHED: self.finished,
        }
