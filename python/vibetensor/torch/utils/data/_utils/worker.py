"""The processes that read batches for a DataLoader."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vibetensor import _C
from vibetensor.torch._utils import ExceptionWrapper

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


class SeedAtImport:
    """Finds numpy.random for the import system, and seeds it once it has been imported."""

    def __init__(self, seed: Callable[[Any], None]):
        self.seed = seed

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != "numpy.random":
            return None
        import sys
        from importlib.util import find_spec

        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        run = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            run(module)
            self.seed(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def seed_everything(seed: int, base_seed: int, worker_id: int) -> None:
    """Seed this process's generators, NumPy's as soon as it is imported."""
    import random
    import sys

    def seed_numpy(numpy_random: Any) -> None:
        entropy = (worker_id, base_seed & 0xFFFFFFFF, base_seed >> 32, 0)
        numpy_random.seed(numpy_random.SeedSequence(entropy).generate_state(4))

    random.seed(seed)
    _C.default_generator.manual_seed(seed)
    if "numpy.random" in sys.modules:
        seed_numpy(sys.modules["numpy.random"])
    else:
        sys.meta_path.insert(0, SeedAtImport(seed_numpy))


def send_elements_only() -> None:
    """Of a tensor that is a small part of its storage, messages to other processes have the elements alone."""
    from multiprocessing.reduction import ForkingPickler

    from vibetensor.torch._copying import reduce_for_process
    from vibetensor.torch.nn.parameter import Parameter

    for kind in (_C.Tensor, Parameter):
        ForkingPickler.register(kind, reduce_for_process)


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
    send_elements_only()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle; it stops us
    _C.set_num_threads(1)
    seed = base_seed + worker_id
    seed_everything(seed, base_seed, worker_id)
    current = WorkerInfo(worker_id, num_workers, seed, dataset)
    tasks: Queue[Any] = Queue()
    Thread(target=read_tasks, args=(tasks_in, tasks, parent), daemon=True).start()
    where = f"in DataLoader worker process {worker_id}"
    failure: ExceptionWrapper | None = None
    fetcher: Any = None
    try:
        if init_fn is not None:
            init_fn(worker_id)
        fetcher = make_fetcher()
    except Exception:
        failure = ExceptionWrapper(where=where)
    try:
        while True:
            task = tasks.get()
            if task[0] == STOP:
                return
            if task[0] == RESUME:
                try:
                    fetcher, failure = make_fetcher(), None
                except Exception:
                    failure = ExceptionWrapper(where=where)
                continue
            answer = failure_or_batch(fetcher, task[1], failure, where)
            try:
                results_out.send(answer)
            except (BrokenPipeError, ConnectionResetError, EOFError):
                raise
            except Exception:  # a batch that cannot be pickled
                results_out.send((FAILED, ExceptionWrapper(where=where)))
    except (BrokenPipeError, ConnectionResetError, EOFError):
        return


def failure_or_batch(fetcher: Any, numbers: Any, failure: ExceptionWrapper | None, where: str) -> tuple[str, Any]:
    if failure is not None:
        return FAILED, failure
    try:
        return READY, fetcher.fetch(numbers)
    except StopIteration:
        return END, None
    except Exception:
        return FAILED, ExceptionWrapper(where=where)
