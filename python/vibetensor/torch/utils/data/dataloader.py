"""DataLoader: batches of a dataset, read here or by worker processes."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn

from vibetensor import _C
from vibetensor.torch.utils.data._utils import worker as workers
from vibetensor.torch.utils.data._utils.collate import Fetcher, default_collate, default_convert, pinned
from vibetensor.torch.utils.data.dataset import IterableDataset
from vibetensor.torch.utils.data.sampler import BatchSampler, RandomSampler, SequentialSampler, fresh_seed


class Endless:
    """The sampler of iterable datasets: as many Nones as anybody asks for."""

    def __iter__(self) -> Iterator[None]:
        while True:
            yield None


# what the order of reading was made from
FIXED = frozenset(("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"))


class DataLoader:
    """Iterates over `dataset` in batches of `batch_size`; with `batch_size` None, over its samples.

    shuffle: random order, PyTorch's for the same seed. num_workers: read by that many processes, each
    keeping `prefetch_factor` batches ahead. collate_fn: joins a list of samples. pin_memory: copy into
    page-locked memory. generator: of the order and of the workers' seeds. persistent_workers: keep the
    processes for the next pass. timeout: seconds to wait for a worker, 0 for ever.

    >>> import vibetensor.torch as torch
    >>> data = torch.utils.data.TensorDataset(torch.arange(5), torch.arange(5) ** 2)
    >>> [y.tolist() for x, y in torch.utils.data.DataLoader(data, batch_size=2)]
    [[0, 1], [4, 9], [16]]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Any = None,
        batch_sampler: Any = None,
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
    ):
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
        if multiprocessing_context is not None and num_workers == 0:
            raise ValueError("multiprocessing_context can only be used with multi-process loading (num_workers > 0)")
        if pin_memory_device:
            raise NotImplementedError("DataLoader: pin_memory_device is not there yet; memory is pinned for CUDA")
        if not in_order:
            raise NotImplementedError("DataLoader: in_order=False is not there yet")
        self.dataset, self.num_workers, self.pin_memory, self.timeout = dataset, num_workers, pin_memory, timeout
        self.worker_init_fn, self.generator = worker_init_fn, generator
        self.multiprocessing_context = multiprocessing_context
        self.prefetch_factor = 2 if prefetch_factor is None and num_workers else prefetch_factor
        self.persistent_workers = persistent_workers
        self._iterable = isinstance(dataset, IterableDataset)
        self._choose_order(batch_size, shuffle, sampler, batch_sampler, drop_last)
        self.collate_fn = collate_fn or (default_collate if self._auto_collation else default_convert)
        self._kept: _WorkerIterator | None = None
        if pin_memory and not _C.cuda_is_available():
            import warnings

            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, "
                "then device pinned memory won't be used.",
                stacklevel=2,
            )

    def __setattr__(self, name: str, value: Any) -> None:
        if name in FIXED and hasattr(self, "_kept"):
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    def _choose_order(
        self, batch_size: int | None, shuffle: bool | None, sampler: Any, batch_sampler: Any, drop_last: bool
    ) -> None:
        if self._iterable:
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
            if self._iterable:
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
    def _auto_collation(self) -> bool:
        return self.batch_sampler is not None

    @property
    def _index_sampler(self) -> Any:
        return self.batch_sampler if self._auto_collation else self.sampler

    def _make_fetcher(self) -> Callable[[], Fetcher]:
        return partial(Fetcher, self.dataset, self._iterable, self._auto_collation, self.collate_fn, self.drop_last)

    def _finish(self, batch: Any) -> Any:
        return pinned(batch) if self.pin_memory and _C.cuda_is_available() else batch

    def __iter__(self) -> Iterator[Any]:
        if self.num_workers == 0:
            return _LocalIterator(self)
        if not self.persistent_workers:
            return _WorkerIterator(self)
        if self._kept is None:
            self._kept = _WorkerIterator(self)
        else:
            self._kept.restart(self)
        return self._kept

    def __len__(self) -> int:
        if not self._iterable:
            return len(self._index_sampler)
        count = len(self.dataset)
        if self.batch_size is None:
            return count
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)


class _LocalIterator:
    """Reads each batch when it is asked for."""

    def __init__(self, loader: DataLoader):
        self.loader = loader
        # a seed is drawn for workers even without any, so that the streams go on alike
        fresh_seed(loader.generator)
        self.numbers = iter(loader._index_sampler)
        self.fetcher = loader._make_fetcher()()

    def __iter__(self) -> _LocalIterator:
        return self

    def __next__(self) -> Any:
        return self.loader._finish(self.fetcher.fetch(next(self.numbers)))

    def __len__(self) -> int:
        return len(self.loader)


def describe_exit(code: int | None) -> str:
    """How a process ended, as the end of a sentence that names it."""
    if code is None:
        return "closed its connection"
    if code >= 0:
        return f"exited unexpectedly with exit code {code}"
    import signal

    known = code in [-s for s in signal.Signals]
    name = f"{signal.strsignal(-code)} ({signal.Signals(-code).name})" if known else str(-code)
    hint = {
        int(signal.SIGKILL): " The system does that when memory runs out.",
        int(signal.SIGBUS): " That may be for want of shared memory (/dev/shm).",
        int(signal.SIGSEGV): " Some library that the dataset uses crashed.",
    }.get(-code, "")
    return f"exited unexpectedly with exit code {code}: it was killed by signal: {name}.{hint}"


exiting = False


def note_exit() -> None:
    global exiting
    exiting = True


class _WorkerIterator:
    """Deals batches out to processes in turn and takes them back in the same order."""

    def __init__(self, loader: DataLoader):
        import atexit
        import multiprocessing
        import multiprocessing.util  # ends its children at exit: after we have noted that, as it comes first here

        atexit.unregister(note_exit)
        atexit.register(note_exit)
        self.owner = os.getpid()
        context = loader.multiprocessing_context
        if context is None or isinstance(context, str):
            context = multiprocessing.get_context(context or "fork")
        base_seed = fresh_seed(loader.generator)
        self.processes: list[Any] = []
        self.to_workers: list[Any] = []
        self.from_workers: list[Any] = []
        for worker in range(loader.num_workers):
            task_reader, task_writer = context.Pipe(duplex=False)
            result_reader, result_writer = context.Pipe(duplex=False)
            process = context.Process(
                target=workers.worker_loop,
                args=(
                    task_reader,
                    result_writer,
                    loader._make_fetcher(),
                    loader.dataset,
                    worker,
                    loader.num_workers,
                    base_seed,
                    loader.worker_init_fn,
                    os.getpid(),
                ),
                daemon=True,
            )
            process.start()
            task_reader.close()
            result_writer.close()
            self.processes.append(process)
            self.to_workers.append(task_writer)
            self.from_workers.append(result_reader)
        self._begin(loader)

    def restart(self, loader: DataLoader) -> None:
        """Begin another pass with the same processes, after what is left of the last one."""
        while self.pending:
            self._receive(self.pending.popleft())
        for worker in range(len(self.processes)):
            self._send(worker, (workers.RESUME,))
        self._begin(loader)

    def _send(self, worker: int, task: tuple[Any, ...]) -> None:
        try:
            self.to_workers[worker].send(task)
        except OSError:
            self._raise_death(worker)

    def _raise_death(self, worker: int) -> NoReturn:
        """End what is left of the workers, and say which one died and how."""
        process = self.processes[worker]
        process.join(5.0)
        if exiting and threading.current_thread() is not threading.main_thread():
            while True:  # the program ends its children and then this thread
                time.sleep(3600)
        code = process.exitcode
        self.shutdown()
        if self.loader._kept is self:
            self.loader._kept = None  # the next pass begins with new ones
        raise RuntimeError(
            f"DataLoader worker {worker} (pid {process.pid}) {describe_exit(code)}\n"
            "With num_workers=0 the dataset is read in this process, where a debugger sees it."
        )

    def _begin(self, loader: DataLoader) -> None:
        self.loader = loader
        self.numbers = iter(loader._index_sampler)
        self.pending: deque[int] = deque()  # the workers that owe a batch, in order
        self.active = [True] * len(self.processes)
        self.turn = 0
        for _ in range((loader.prefetch_factor or 0) * len(self.processes)):
            self._deal()

    def _deal(self) -> None:
        """Ask the next worker in turn for a batch, if there are numbers left and workers with samples."""
        if not any(self.active):
            return
        try:
            numbers = next(self.numbers)
        except StopIteration:
            return
        while not self.active[self.turn]:
            self.turn = (self.turn + 1) % len(self.active)
        worker, self.turn = self.turn, (self.turn + 1) % len(self.active)
        self._send(worker, (workers.BATCH, numbers))
        self.pending.append(worker)

    def _receive(self, worker: int) -> tuple[str, Any]:
        from multiprocessing.connection import wait

        connection, process = self.from_workers[worker], self.processes[worker]
        ready = wait([connection, process.sentinel], self.loader.timeout or None)
        if not ready:
            raise RuntimeError(f"DataLoader timed out after {self.loader.timeout} seconds")
        try:
            if connection in ready or connection.poll(0):
                return connection.recv()
        except (EOFError, OSError):  # it died before or in the middle of its answer
            pass
        self._raise_death(worker)

    def __iter__(self) -> _WorkerIterator:
        return self

    def __next__(self) -> Any:
        if not self.processes:
            raise StopIteration
        while True:
            if not self.pending:
                self._deal()  # with prefetch_factor 0 nothing was asked for ahead
            if not self.pending:
                break
            worker = self.pending.popleft()
            kind, value = self._receive(worker)
            if kind == workers.END:
                self.active[worker] = False
                self._deal()
                continue
            self._deal()
            if kind == workers.FAILED:
                value.reraise()
            return self.loader._finish(value)
        if not self.loader.persistent_workers:
            self.shutdown()
        raise StopIteration

    def __len__(self) -> int:
        return len(self.loader)

    def shutdown(self) -> None:
        """Returns None; ends the processes, by force where they do not end at once."""
        processes, self.processes = self.processes, []
        for connection in self.to_workers:
            with suppress(OSError):
                connection.send((workers.STOP,))
            connection.close()
        for connection in self.from_workers:
            connection.close()
        for process in processes:
            process.join(0.5)
            for end in (process.terminate, process.kill):  # one that is stopped does not hear the first
                if process.is_alive():
                    end()
                    process.join(5)

    def __del__(self) -> None:
        # a forked child has this object too, and workers that are not its own
        if getattr(self, "processes", None) and self.owner == os.getpid():
            self.shutdown()
