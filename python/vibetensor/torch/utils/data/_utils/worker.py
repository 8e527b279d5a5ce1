"""The processes that read batches for a DataLoader."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vibetensor import _C

STOP, RESUME, BATCH = "stop", "resume", "batch"
READY, END, FAILED = "ready", "end", "failed"
PARENT_CHECK_SECONDS = 5.0


@dataclass(frozen=True)
class WorkerInfo:
    """Who a worker is: its number, how many there are, its random seed, and its copy of the dataset."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


current: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """The WorkerInfo of this process, None in the main process."""
    return current


class WorkerError:
    """An exception on its way from a worker to the main process."""

    def __init__(self, error: BaseException, where: str):
        import traceback

        self.kind = type(error)
        self.message = f"Caught {self.kind.__name__} {where}.\nOriginal " + "".join(traceback.format_exception(error))

    def reraise(self) -> None:
        """Raise an exception of the same type with the worker's traceback as text."""
        try:
            error = self.kind(self.message)
        except TypeError:
            error = RuntimeError(self.message)  # its constructor wants more than a message
        raise error


def seed_everything(seed: int, base_seed: int, worker_id: int) -> None:
    import random
    import sys

    random.seed(seed)
    _C.default_generator.manual_seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        entropy = (worker_id, base_seed & 0xFFFFFFFF, base_seed >> 32, 0)
        numpy.random.seed(numpy.random.SeedSequence(entropy).generate_state(4))


def read_tasks(connection: Any, tasks: Any, parent: int) -> None:
    """Move what the main process sends into a queue, so that it never waits for a busy worker."""
    try:
        while True:
            if connection.poll(PARENT_CHECK_SECONDS):
                task = connection.recv()
                tasks.put(task)
                if task[0] == STOP:
                    return
            elif os.getppid() != parent:
                break
    except (EOFError, OSError):
        pass
    tasks.put((STOP,))


def worker_loop(
    tasks_in: Any,
    results_out: Any,
    make_fetcher: Callable[[], Any],
    dataset: Any,
    worker_id: int,
    num_workers: int,
    base_seed: int,
    init_fn: Callable[[int], None] | None,
    parent: int,
) -> None:
    """Body of a worker: one answer for every batch asked for, in the order of asking."""
    import signal
    from queue import Queue
    from threading import Thread

    global current
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle; it stops us
    _C.set_num_threads(1)
    seed = base_seed + worker_id
    seed_everything(seed, base_seed, worker_id)
    current = WorkerInfo(worker_id, num_workers, seed, dataset)
    tasks: Queue[Any] = Queue()
    Thread(target=read_tasks, args=(tasks_in, tasks, parent), daemon=True).start()
    where = f"in DataLoader worker process {worker_id}"
    failure: WorkerError | None = None
    fetcher: Any = None
    try:
        if init_fn is not None:
            init_fn(worker_id)
        fetcher = make_fetcher()
    except Exception as error:
        failure = WorkerError(error, where)
    try:
        while True:
            task = tasks.get()
            if task[0] == STOP:
                return
            if task[0] == RESUME:
                try:
                    fetcher, failure = make_fetcher(), None
                except Exception as error:
                    failure = WorkerError(error, where)
                continue
            answer = failure_or_batch(fetcher, task[1], failure, where)
            try:
                results_out.send(answer)
            except (BrokenPipeError, EOFError):
                raise
            except Exception as error:  # a batch that cannot be pickled
                results_out.send((FAILED, WorkerError(error, where)))
    except (BrokenPipeError, EOFError):
        return


def failure_or_batch(fetcher: Any, numbers: Any, failure: WorkerError | None, where: str) -> tuple[str, Any]:
    if failure is not None:
        return FAILED, failure
    try:
        return READY, fetcher.fetch(numbers)
    except StopIteration:
        return END, None
    except Exception as error:
        return FAILED, WorkerError(error, where)
