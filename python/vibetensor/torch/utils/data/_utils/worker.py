"""What reads batches for a DataLoader: processes, or threads of this one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from vibetensor import _C
from vibetensor.torch._on_import import when_imported
from vibetensor.torch._utils import ExceptionWrapper
from vibetensor.torch.utils.data._utils.state import BATCHES_READ, restore_fetcher, worker_state

STOP, RESUME, BATCH = "stop", "resume", "batch"
READY, END, FAILED, RESUMED = "ready", "end", "failed", "resumed"
PARENT_CHECK_SECONDS = 5.0


@dataclass(frozen=True)
class _RNG:
    """Generators of a worker thread, which shares the global ones with the others."""

    random_generator: Any
    torch_generator: Any
    numpy_generator: Any = None


@dataclass(frozen=True)
class WorkerInfo:
    """Who a worker is: its number, how many there are, its random seed, and its dataset, a process's own copy.

    worker_method: "multiprocessing" or "thread"; a thread's generators are in `rng`.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: _RNG | None = None
    worker_method: str | None = "multiprocessing"


_worker_info: WorkerInfo | None = None
of_thread = threading.local()


def process_info() -> WorkerInfo | None:
    """The WorkerInfo of this process if it is a worker."""
    return _worker_info


def get_worker_info() -> WorkerInfo | None:
    """The WorkerInfo of the worker that calls this, None in the main process."""
    return getattr(of_thread, "info", _worker_info)


def numpy_seed(base_seed: int, worker_id: int, numpy_random: Any) -> Any:
    """What NumPy is seeded with in a worker, in PyTorch and here."""
    entropy = (worker_id, base_seed & 0xFFFFFFFF, base_seed >> 32, 0)
    return numpy_random.SeedSequence(entropy)


def _generate_state(base_seed: int, worker_id: int) -> Any:
    """The four 32-bit words that NumPy is seeded with in a worker; libraries call it by PyTorch's name."""
    import numpy

    return numpy_seed(base_seed, worker_id, numpy.random).generate_state(4)


def seed_everything(seed: int, base_seed: int, worker_id: int) -> None:
    """Seed this process's generators, NumPy's as soon as it is imported."""
    import random

    def seed_numpy(numpy_random: Any) -> None:
        numpy_random.seed(numpy_seed(base_seed, worker_id, numpy_random).generate_state(4))

    random.seed(seed)
    _C.default_generator.manual_seed(seed)
    when_imported("numpy.random", seed_numpy)


def generators_of_thread(seed: int, base_seed: int, worker_id: int) -> _RNG:
    """Generators for one thread, seeded as a process's would be."""
    import random
    import sys

    generator = _C.Generator()
    generator.manual_seed(seed)
    numpy_random = sys.modules.get("numpy.random")
    numbers = numpy_random and numpy_random.default_rng(numpy_seed(base_seed, worker_id, numpy_random))
    return _RNG(random.Random(seed), generator, numbers)


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


@dataclass(frozen=True)
class WorkerPlan:
    """What a worker is told when it starts."""

    make_fetcher: Callable[[Any], Any]  # of a dataset
    dataset: Any
    id: int
    num_workers: int
    base_seed: int
    init_fn: Callable[[int], None] | None
    state: Any  # where to go on; None: at the beginning
    batch_size: int | None  # of iterable datasets


class Worker:
    """One answer (kind, value, state) for every task, in the order of asking."""

    def __init__(self, plan: WorkerPlan, where: str):
        self.plan, self.where = plan, f"in DataLoader worker {where} {plan.id}"
        self.fetcher: Any = None
        self.failure: ExceptionWrapper | None = None
        try:
            if plan.init_fn is not None:
                plan.init_fn(plan.id)
            self.fetcher = plan.make_fetcher(plan.dataset)
            if plan.state is not None:
                read = plan.state.get(BATCHES_READ, 0)
                self.fetcher = restore_fetcher(self.fetcher, plan.make_fetcher, plan.state, plan.batch_size, read)
        except Exception:
            self.failure = ExceptionWrapper(where=self.where)

    def failed(self) -> tuple[str, Any, Any]:
        return FAILED, ExceptionWrapper(where=self.where), None

    def answer(self, task: tuple[Any, ...]) -> tuple[str, Any, Any]:
        """What is sent for a RESUME or BATCH."""
        if task[0] == RESUME:
            try:
                self.fetcher, self.failure = self.plan.make_fetcher(self.plan.dataset), None
            except Exception:
                self.failure = ExceptionWrapper(where=self.where)
                return RESUMED, None, None
            return RESUMED, None, worker_state(self.plan.id, self.fetcher)
        _, numbers, wants_state = task
        if self.failure is not None:
            return FAILED, self.failure, None
        try:
            try:
                kind, value = READY, self.fetcher.fetch(numbers)
            except StopIteration:
                kind, value = END, None
            return kind, value, worker_state(self.plan.id, self.fetcher) if wants_state or kind == END else None
        except Exception:
            return self.failed()

    def work(self, tasks: Any, send: Callable[[Any], None]) -> None:
        """Returns None after a STOP, or when nobody listens any more."""
        while True:
            task = tasks.get()
            if task[0] == STOP:
                return
            answer = self.answer(task)
            try:
                send(answer)
            except (BrokenPipeError, ConnectionResetError, EOFError):
                return
            except Exception:  # a batch that cannot be pickled
                try:
                    send(self.failed())
                except (BrokenPipeError, ConnectionResetError, EOFError):
                    return
            del task, answer


def run_in_process(tasks_in: Any, results_out: Any, plan: WorkerPlan, parent: int) -> None:
    """Body of a worker process."""
    import signal

    from vibetensor.torch.utils.data._utils.transport import Sender

    global _worker_info
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle; it stops us
    _C.set_num_threads(1)
    seed = plan.base_seed + plan.id
    seed_everything(seed, plan.base_seed, plan.id)
    _worker_info = WorkerInfo(plan.id, plan.num_workers, seed, plan.dataset)
    tasks: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=read_tasks, args=(tasks_in, tasks, parent), daemon=True).start()
    Worker(plan, "process").work(tasks, Sender(results_out).send)


def run_in_thread(tasks: Any, send: Callable[[Any], None], plan: WorkerPlan) -> None:
    """Body of a worker thread."""
    seed = plan.base_seed + plan.id
    rng = generators_of_thread(seed, plan.base_seed, plan.id)
    of_thread.info = WorkerInfo(plan.id, plan.num_workers, seed, plan.dataset, rng, "thread")
    Worker(plan, "thread").work(tasks, send)
