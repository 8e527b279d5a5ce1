"""DataLoader: batches of a dataset, read here or by workers."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Generic, TypeVar

from vibetensor import _C
from vibetensor.torch._profiled import in_range
from vibetensor.torch.utils.data._utils import state as states
from vibetensor.torch.utils.data._utils.collate import default_collate, default_convert
from vibetensor.torch.utils.data._utils.fetch import Fetcher
from vibetensor.torch.utils.data._utils.pin_memory import Arrival, Stage
from vibetensor.torch.utils.data._utils.worker import get_worker_info
from vibetensor.torch.utils.data.dataset import Dataset, IterableDataset
from vibetensor.torch.utils.data.sampler import (
    BatchSampler,
    Endless,
    RandomSampler,
    Sampler,
    SequentialSampler,
    fresh_seed,
)

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]

T = TypeVar("T")
_collate_fn_t = Callable[[list[T]], Any]

# what the order of reading was made from
FIXED = frozenset(("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"))
METHODS = ("multiprocessing", "thread")
_InfiniteConstantSampler = Endless


class _DatasetKind:
    """The two kinds of datasets, as numbers."""

    Map = 0
    Iterable = 1

    @staticmethod
    def create_fetcher(
        kind: int, dataset: Any, auto_collation: bool, collate_fn: Callable[[Any], Any], drop_last: bool
    ) -> Fetcher:
        """What reads batches of `dataset`."""
        return Fetcher(dataset, kind == _DatasetKind.Iterable, auto_collation, collate_fn, drop_last)


def has_accelerator() -> bool:
    return _C.cuda_is_available()


class DataLoader(Generic[T]):
    """Iterates over `dataset` in batches of `batch_size`; with `batch_size` None, over its samples.

    shuffle: random order, PyTorch's for the same seed. num_workers: read by that many processes, each keeping
    `prefetch_factor` batches ahead; with `worker_method="thread"` by threads of this process. collate_fn: joins a list of
    samples. pin_memory: copy into page-locked memory. device: send there, ahead of use. generator: of the order and of
    the workers' seeds. persistent_workers: keep them for the next pass. timeout: seconds to wait for a worker, 0 for
    ever. in_order: batches come in the sampler's order; otherwise as they are ready.

    state_dict() says where the last iterator is, and load_state_dict() lets the next one go on there, in another process
    too; workers report where their datasets are every `snapshot_every_n_steps` batches.

    >>> import vibetensor.torch as torch
    >>> data = torch.utils.data.TensorDataset(torch.arange(5), torch.arange(5) ** 2)
    >>> [y.tolist() for x, y in torch.utils.data.DataLoader(data, batch_size=2)]
    [[0, 1], [4, 9], [16]]
    """

    dataset: Dataset[T]
    batch_size: int | None
    num_workers: int
    pin_memory: bool
    drop_last: bool
    timeout: float
    sampler: Any
    batch_sampler: Any
    prefetch_factor: int | None

    def __init__(
        self,
        dataset: Dataset[T],
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Sampler[Any] | Iterable[Any] | None = None,
        batch_sampler: Sampler[list[Any]] | Iterable[list[Any]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Any = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
        snapshot_every_n_steps: int = 1,
        worker_method: str = "multiprocessing",
        device: Any = None,
    ) -> None:
        if num_workers < 0:
            raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
        if timeout < 0:
            raise ValueError("timeout option should be non-negative")
        if num_workers == 0 and prefetch_factor is not None:
            raise ValueError(
                "prefetch_factor option could only be specified in multiprocessing. "
                "let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None."
            )
        if prefetch_factor is not None and prefetch_factor < 0:
            raise ValueError("prefetch_factor option should be non-negative")
        if persistent_workers and num_workers == 0:
            raise ValueError("persistent_workers option needs num_workers > 0")
        if worker_method not in METHODS:
            raise ValueError(f"worker_method: expected one of {METHODS}, got {worker_method!r}")
        if snapshot_every_n_steps < 1:
            raise ValueError(f"snapshot_every_n_steps: expected a positive number, got {snapshot_every_n_steps}")
        self.dataset, self.num_workers, self.pin_memory, self.timeout = dataset, num_workers, pin_memory, timeout
        self.worker_init_fn, self.generator = worker_init_fn, generator
        self.multiprocessing_context = multiprocessing_context
        self.prefetch_factor = 2 if prefetch_factor is None and num_workers else prefetch_factor
        self.persistent_workers, self.in_order = persistent_workers, in_order
        self.pin_memory_device, self.device = pin_memory_device, device
        self.worker_method, self.snapshot_every_n_steps = worker_method, snapshot_every_n_steps
        self._dataset_kind = _DatasetKind.Iterable if isinstance(dataset, IterableDataset) else _DatasetKind.Map
        self._vt_choose_order(batch_size, shuffle, sampler, batch_sampler, drop_last)
        self.collate_fn = collate_fn or (default_collate if self._auto_collation else default_convert)
        self._length_told: int | None = None
        self._state_to_load: dict[str, Any] | None = None
        self._tracker: Any = None  # of the last pass
        self._made_for_state = False
        self._drawn_for_state: tuple[Any, Any] = (
            None,
            None,
        )  # the global generator's state before and after it was made
        self._iterator: _BaseDataLoaderIter | None = None  # with persistent workers, or made for its state
        self.check_worker_number_rationality()

    def __setattr__(self, name: str, value: Any) -> None:
        if name in FIXED and hasattr(self, "_iterator"):
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    def _vt_choose_order(
        self, batch_size: int | None, shuffle: bool | None, sampler: Any, batch_sampler: Any, drop_last: bool
    ) -> None:
        if self._vt_is_iterable:
            if shuffle not in (False, None):
                raise ValueError(
                    f"DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle={shuffle}"
                )
            for name, value in (("sampler", sampler), ("batch_sampler", batch_sampler)):
                if value is not None:
                    raise ValueError(
                        f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}"
                    )
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
            batch_size, drop_last = None, False
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")
        if sampler is None:
            if self._vt_is_iterable:
                sampler = Endless()
            elif shuffle:
                sampler = RandomSampler(self.dataset, generator=self.generator)
            else:
                sampler = SequentialSampler(self.dataset)
        if batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size, self.drop_last, self.sampler, self.batch_sampler = (
            batch_size,
            drop_last,
            sampler,
            batch_sampler,
        )

    @property
    def multiprocessing_context(self) -> Any:
        """What starts the worker processes; None: Python's default, with "fork" where the program has not chosen."""
        return self._context

    @multiprocessing_context.setter
    def multiprocessing_context(self, value: Any) -> None:
        if value is not None:
            import multiprocessing
            from multiprocessing.context import BaseContext

            if self.num_workers == 0:
                raise ValueError(
                    "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
                    f"num_workers={self.num_workers}"
                )
            if isinstance(value, str):
                known = multiprocessing.get_all_start_methods()
                if value not in known:
                    raise ValueError(
                        f"multiprocessing_context option should specify a valid start method in {known!r}, but got "
                        f"multiprocessing_context={value!r}"
                    )
                value = multiprocessing.get_context(value)
            if not isinstance(value, BaseContext):
                raise TypeError(
                    "multiprocessing_context option should be a valid context object or a string specifying the start "
                    f"method, but got multiprocessing_context={value}"
                )
        self._context = value

    @property
    def _vt_is_iterable(self) -> bool:
        return self._dataset_kind == _DatasetKind.Iterable

    @property
    def _auto_collation(self) -> bool:
        return self.batch_sampler is not None

    @property
    def _index_sampler(self) -> Any:
        return self.batch_sampler if self._auto_collation else self.sampler

    def _vt_make_fetcher(self) -> Callable[[Any], Fetcher]:
        """What makes the Fetcher of a dataset, here or in a worker."""
        return partial(
            _DatasetKind.create_fetcher,
            self._dataset_kind,
            auto_collation=self._auto_collation,
            collate_fn=self.collate_fn,
            drop_last=self.drop_last,
        )

    def _get_iterator(self) -> _BaseDataLoaderIter:
        state, self._state_to_load = self._state_to_load, None
        if self.num_workers == 0:
            return _SingleProcessDataLoaderIter(self, state)
        self.check_worker_number_rationality()
        from vibetensor.torch.utils.data._utils.workers_iterator import _MultiProcessingDataLoaderIter

        return _MultiProcessingDataLoaderIter(self, state)

    def __iter__(self) -> Iterator[Any]:
        kept = self._iterator
        if self._made_for_state and kept is not None and not kept.numbers.is_of(self._index_sampler):
            self._vt_forget_made_for_state(kept)
            kept = None
        if self._made_for_state and kept is not None:
            self._made_for_state = False
            if not self.persistent_workers:
                self._iterator = None
            if not kept.finished:
                return kept
        if self.persistent_workers and kept is not None:
            kept.restart(self)
            return kept
        iterator = self._get_iterator()
        if iterator.finished:  # a state from the end of a pass: the next one begins
            if self.persistent_workers:
                iterator.restart(self)
            else:
                iterator.shutdown()
                iterator = self._get_iterator()
        if self.persistent_workers:
            self._iterator = iterator
        self._tracker = iterator.tracker()
        return iterator

    def __len__(self) -> int:
        if not self._vt_is_iterable:
            return len(self._index_sampler)
        count = self._length_told = len(self.dataset)  # type: ignore[arg-type]
        if self.batch_size is None:
            return count
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def state_dict(self) -> dict[str, Any]:
        """Where the last iterator is, as containers that can be saved; what it has not given out is not counted.

        Before the first iterator there is one made for this, which the next pass goes on with. The global generators
        are no part of it: a shuffled order after this pass needs torch.get_rng_state(), or a `generator` of the loader.
        """
        if self._tracker is None:
            before = _C.default_generator.get_state()
            self._iterator, self._made_for_state = self._get_iterator(), True
            self._tracker = self._iterator.tracker()
            self._tracker.state_dict()  # draws what the order of the samples is made from
            self._drawn_for_state = before, _C.default_generator.get_state()
        if self.num_workers and not self.in_order:
            warnings.warn(
                "a DataLoader with in_order=False may not go on exactly where its state was taken", stacklevel=2
            )
        return self._tracker.state_dict()

    def _vt_forget_made_for_state(self, kept: _BaseDataLoaderIter) -> None:
        """The sampler was replaced since: begin anew, also with random numbers if nobody else has drawn any."""
        kept.shutdown()
        self._iterator, self._made_for_state = None, False
        before, after = self._drawn_for_state
        if _C.ops.equal(_C.default_generator.get_state(), after):
            _C.default_generator.set_state(before)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Returns None; the next pass goes on where `state_dict` was taken, by a loader made as this one is."""
        if self._iterator is not None:
            self._iterator.shutdown()
        self._iterator = self._tracker = None
        self._made_for_state = False
        self._state_to_load = state_dict or None

    def check_worker_number_rationality(self) -> None:
        """Returns None; warns of more workers than this process may use CPUs."""
        available = len(os.sched_getaffinity(0))
        if self.num_workers > available:
            warnings.warn(
                f"This DataLoader will create {self.num_workers} workers, and this process may use {available} CPUs: more "
                "than that makes loading slow, or even hangs it.",
                stacklevel=3,
            )


class _BaseDataLoaderIter:
    """One pass over a DataLoader's batches."""

    def __init__(self, loader: DataLoader[Any]):
        if loader.pin_memory and loader.pin_memory_device:
            warnings.warn(
                "pin_memory_device is deprecated: memory is pinned for the current accelerator, and "
                f"pin_memory_device='{loader.pin_memory_device}' is ignored.",
                stacklevel=4,
            )
        if loader.pin_memory and not has_accelerator():
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, "
                "then device pinned memory won't be used.",
                stacklevel=4,
            )
        self.loader = loader
        self.stage = Stage(loader.pin_memory and has_accelerator(), loader.device)
        self.numbers = states.Numbers(loader._index_sampler, loader._vt_is_iterable)
        # drawn without workers too, so that the streams go on alike
        self._base_seed = fresh_seed(loader.generator)
        self.position = states.Position()

    @property
    def _num_yielded(self) -> int:
        return self.position.num_yielded

    @property
    def finished(self) -> bool:
        """Whether the pass has come to its end."""
        return self.position.finished

    def restart(self, loader: DataLoader[Any]) -> None:
        """Returns None; begins another pass."""
        self.numbers = states.Numbers(loader._index_sampler, loader._vt_is_iterable)
        self.position.num_yielded, self.position.finished = 0, False

    def __iter__(self) -> _BaseDataLoaderIter:
        return self

    @in_range("enumerate(DataLoader)#{}.__next__")
    def __next__(self) -> Any:
        try:
            batch = self.next_batch()
        except StopIteration:
            self.position.finished = True
            raise
        self.position.num_yielded += 1
        told = self.loader._length_told
        if told is not None and self.loader._vt_is_iterable and self._num_yielded > told:
            hint = " Each worker reads its own copy of the dataset: get_worker_info() tells them apart."
            warnings.warn(
                f"Length of IterableDataset {self.loader.dataset} was reported to be {told} (when accessing "
                f"len(dataloader)), but {self._num_yielded} samples have been fetched."
                + (hint if self.loader.num_workers else ""),
                stacklevel=2,
            )
        return batch.take() if isinstance(batch, Arrival) else batch

    def next_batch(self) -> Any:
        raise NotImplementedError

    def tracker(self) -> Any:
        """What says where this pass is, also when it is gone: an object with a state_dict."""
        return self.position

    def shutdown(self) -> None:
        """Returns None; ends what reads ahead."""

    def __len__(self) -> int:
        return len(self.loader._index_sampler)

    def __getstate__(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} cannot be pickled; the loader's state_dict() can")


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """Reads each batch when it is asked for."""

    def __init__(self, loader: DataLoader[Any], state: dict[str, Any] | None = None):
        super().__init__(loader)
        make_fetcher = loader._vt_make_fetcher()
        self.fetcher = make_fetcher(loader.dataset)
        if state is None:
            return
        if states.NUM_YIELDED not in state:
            raise ValueError("load_state_dict: the state is of a loader with workers, and this one has none")
        self.numbers.restore(state)
        self.position.num_yielded = state[states.NUM_YIELDED]
        loader._length_told = state[states.ITERABLE_LEN_CALLED]
        self.fetcher = states.restore_fetcher(self.fetcher, make_fetcher, state, loader.batch_size, self._num_yielded)
        self.position.finished = state[states.ITERATOR_FINISHED]

    def next_batch(self) -> Any:
        return self.stage(self.fetcher.fetch(next(self.numbers)))

    def tracker(self) -> Any:
        return self

    def state_dict(self) -> dict[str, Any]:
        return {
            **self.numbers.state(),
            states.NUM_YIELDED: self._num_yielded,
            states.ITERABLE_LEN_CALLED: self.loader._length_told,
            states.SHARED_SEED: None,
            **states.fetcher_state(self.fetcher),
            states.ITERATOR_FINISHED: self.finished,
        }


def __getattr__(name: str) -> Any:
    if name == "_MultiProcessingDataLoaderIter":
        from vibetensor.torch.utils.data._utils.workers_iterator import _MultiProcessingDataLoaderIter

        return _MultiProcessingDataLoaderIter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
