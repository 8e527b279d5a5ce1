"""A pass over a DataLoader whose batches are read by workers."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from vibetensor.torch.utils.data._utils import state as states
from vibetensor.torch.utils.data._utils import worker as workers
from vibetensor.torch.utils.data._utils.pin_memory import Stage
from vibetensor.torch.utils.data._utils.transport import Inbox, Receiver
from vibetensor.torch.utils.data.dataloader import DataLoader, _BaseDataLoaderIter


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


class StagedReceiver:
    """Takes what a process sends, stages the batches in a thread of its own, and hands them on."""

    def __init__(self, receiver: Receiver, stage: Stage):
        self.receiver, self.stage = receiver, stage
        self.inbox = Inbox()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        while True:
            try:
                kind, value, state = self.receiver.receive()
                message = (kind, self.stage(value) if kind == workers.READY else value, state)
            except (EOFError, OSError):
                self.inbox.put_call(end_of_line)
                return
            except Exception:
                message = (workers.FAILED, workers.ExceptionWrapper(where="in the thread that stages batches"), None)
            self.inbox.put(message)
            del message

    def fileno(self) -> int:
        return self.inbox.fileno()

    def receive(self) -> Any:
        return self.inbox.receive()

    def has_message(self) -> bool:
        return self.inbox.has_message()

    def hang_up(self) -> None:
        """Returns None; the thread goes on reading until the process ends."""

    def close(self) -> None:
        self.thread.join(5)
        if not self.thread.is_alive():
            self.receiver.close()
            self.inbox.close()


def end_of_line() -> NoReturn:
    raise EOFError


class ProcessWorker:
    """A process that reads, and the lines to it."""

    def __init__(self, context: Any, plan: workers.WorkerPlan, stage: Stage):
        task_reader, self.tasks = context.Pipe(duplex=False)
        ours, theirs = context.Pipe(duplex=True)  # a socket, which descriptors can be sent over
        self.process = context.Process(
            target=workers.run_in_process, args=(task_reader, theirs, plan, os.getpid()), daemon=True
        )
        self.process.start()
        task_reader.close()
        theirs.close()
        receiver = Receiver(ours)
        self.answers: Any = receiver if stage.idle else StagedReceiver(receiver, stage)

    def waited_for(self) -> list[Any]:
        """What becomes ready with an answer, or when the worker is gone."""
        return [self.answers, self.process.sentinel]

    def send(self, task: tuple[Any, ...]) -> None:
        self.tasks.send(task)

    def ask_to_stop(self) -> None:
        with suppress(OSError):
            self.tasks.send((workers.STOP,))
        self.tasks.close()
        self.answers.hang_up()

    def stop(self) -> None:
        """Returns None; the process has ended, by force if it does not at once."""
        self.process.join(0.5)
        for end in (self.process.terminate, self.process.kill):  # one that is stopped does not hear the first
            if self.process.is_alive():
                end()
                self.process.join(5)
        self.answers.close()

    def describe_death(self) -> str:
        self.process.join(5.0)
        return f"(pid {self.process.pid}) {describe_exit(self.process.exitcode)}"


class ThreadWorker:
    """A thread that reads."""

    process = None

    def __init__(self, plan: workers.WorkerPlan, stage: Stage):
        from queue import SimpleQueue

        self.queue: Any = SimpleQueue()
        self.answers = inbox = Inbox()

        def send(answer: tuple[str, Any, Any]) -> None:
            kind, value, state = answer
            inbox.put((kind, stage(value) if kind == workers.READY else value, state))

        self.thread = threading.Thread(target=workers.run_in_thread, args=(self.queue, send, plan), daemon=True)
        self.thread.start()

    def waited_for(self) -> list[Any]:
        return [self.answers]

    def send(self, task: tuple[Any, ...]) -> None:
        self.queue.put(task)

    def ask_to_stop(self) -> None:
        self.queue.put((workers.STOP,))

    def stop(self) -> None:
        """Returns None; the thread ends after the sample that it reads."""
        if self.thread is not threading.current_thread():
            self.thread.join(0.5)
        if not self.thread.is_alive():
            self.answers.close()

    def describe_death(self) -> str:
        return "ended"


@dataclass
class Task:
    """A batch that a worker owes. main_state: where the sampler was when it had been asked for, if that is needed."""

    worker: int
    main_state: dict[str, Any] | None
    answer: tuple[str, Any, Any] | None = None


class _MultiProcessingDataLoaderIter(_BaseDataLoaderIter):
    """Deals batches out to workers in turn and takes them back in the same order, or as they come."""

    def __init__(self, loader: DataLoader[Any], state: dict[str, Any] | None = None):
        super().__init__(loader)
        self.workers: list[ProcessWorker | ThreadWorker] = []
        self.owner = os.getpid()
        snapshot = None if state is None else self.snapshot_of(state)
        if snapshot is not None:
            self._base_seed = snapshot[states.MAIN_SNAPSHOT][states.BASE_SEED]
        self.worker_states: list[Any] = [
            None if snapshot is None else snapshot[states.WORKER_SNAPSHOTS][f"worker_{i}"]
            for i in range(loader.num_workers)
        ]
        self.start_workers(loader)
        super().restart(loader)
        self.begin(loader, snapshot)
        if state is not None:
            for _ in range(state[states.STEPS_SINCE_SNAPSHOT]):
                next(self)
            self.position.finished = state[states.ITERATOR_FINISHED]

    def snapshot_of(self, state: dict[str, Any]) -> dict[str, Any]:
        snapshot = state.get(states.SNAPSHOT)
        if snapshot is None:
            raise ValueError("load_state_dict: the state is of a loader without workers, and this one has some")
        found = len(snapshot[states.WORKER_SNAPSHOTS])
        if found != self.loader.num_workers:
            raise ValueError(
                f"load_state_dict: the state is of a loader with num_workers={found}, expected {self.loader.num_workers}"
            )
        return snapshot

    def start_workers(self, loader: DataLoader[Any]) -> None:
        for index in range(loader.num_workers):
            plan = workers.WorkerPlan(
                make_fetcher=loader._vt_make_fetcher(),
                dataset=loader.dataset,
                id=index,
                num_workers=loader.num_workers,
                base_seed=self._base_seed,
                init_fn=loader.worker_init_fn,
                state=self.worker_states[index],
                batch_size=loader.batch_size,
            )
            if loader.worker_method == "thread":
                self.workers.append(ThreadWorker(plan, self.stage))
            else:
                self.workers.append(ProcessWorker(self.context(), plan, self.stage))

    def context(self) -> Any:
        """What starts processes."""
        import atexit
        import multiprocessing
        import multiprocessing.util  # ends its children at exit: after we have noted that, as it comes first here

        atexit.unregister(note_exit)
        atexit.register(note_exit)
        if self.loader.multiprocessing_context is not None:
            return self.loader.multiprocessing_context
        return multiprocessing.get_context(multiprocessing.get_start_method(allow_none=True) or "fork")

    @property
    def processes(self) -> list[Any]:
        """The worker processes that run."""
        return [worker.process for worker in self.workers if worker.process is not None]

    def restart(self, loader: DataLoader[Any]) -> None:
        """Begin another pass with the same workers, after what is left of the last one."""
        while self.pending:
            task = self.pending.popleft()
            if task.answer is None:
                self.receive(task.worker)
        super().restart(loader)
        for index in range(len(self.workers)):
            self.send(index, (workers.RESUME,))
        for index in range(len(self.workers)):
            kind, _, state = self.receive(index)
            assert kind == workers.RESUMED
            self.worker_states[index] = state
        self.begin(loader, None)

    def begin(self, loader: DataLoader[Any], snapshot: dict[str, Any] | None) -> None:
        """Returns None; the sampler is where `snapshot` says, or at its beginning, and the workers have work."""
        count = len(self.workers)
        self.loader = loader
        self.pending: deque[Task] = deque()  # what the workers owe, in order
        self.active = [True] * count
        self.owed = [0] * count
        self.dealt = 0
        self.last_worker = count - 1
        if snapshot is not None:
            main = snapshot[states.MAIN_SNAPSHOT]
            self.numbers.restore(main)
            loader._length_told = main[states.ITERABLE_LEN_CALLED]
            self.position.num_yielded = self.dealt = snapshot[states.SNAPSHOT_STEP]
            self.last_worker = snapshot[states.LAST_YIELDED_WORKER]
        self.turn = (self.last_worker + 1) % count
        self.take_snapshot(self._num_yielded, self.numbers.state())
        for _ in range((loader.prefetch_factor or 0) * count):
            self.deal()

    def take_snapshot(self, step: int, main_state: dict[str, Any]) -> None:
        """Returns None; notes where everybody was when `step` batches had been given out."""
        self.position.snapshot = {
            states.SNAPSHOT_STEP: step,
            states.LAST_YIELDED_WORKER: self.last_worker,
            states.MAIN_SNAPSHOT: {
                **main_state,
                states.NUM_WORKERS: len(self.active),
                states.ITERABLE_LEN_CALLED: self.loader._length_told,
                states.SHARED_SEED: None,
                states.BASE_SEED: self._base_seed,
            },
            states.WORKER_SNAPSHOTS: {f"worker_{i}": state for i, state in enumerate(self.worker_states)},
        }

    def send(self, index: int, task: tuple[Any, ...]) -> None:
        try:
            self.workers[index].send(task)
        except OSError:
            self.raise_death(index)

    def raise_death(self, index: int) -> NoReturn:
        """End what is left of the workers, and say which one died and how."""
        told = self.workers[index].describe_death()
        if exiting and threading.current_thread() is not threading.main_thread():
            while True:  # the program ends its children and then this thread
                time.sleep(3600)
        self.shutdown()
        if self.loader._iterator is self:
            self.loader._iterator = None  # the next pass begins with new ones
        raise RuntimeError(
            f"DataLoader worker {index} {told}\n"
            "With num_workers=0 the dataset is read in this process, where a debugger sees it."
        )

    def next_worker(self) -> int | None:
        """Whose turn it is: of those that have samples, and, out of order, less than their share of work."""
        count = len(self.active)
        share = (self.loader.prefetch_factor or 1) * count // max(1, sum(self.active))
        for step in range(count):
            index = (self.turn + step) % count
            if self.active[index] and (self.loader.in_order or self.owed[index] < share):
                self.turn = (index + 1) % count
                return index
        return None

    def deal(self) -> None:
        """Ask the next worker in turn for a batch, if there are numbers left and workers with samples."""
        if not any(self.active):
            return
        try:
            numbers = next(self.numbers)
        except StopIteration:
            return
        index = self.next_worker()
        if index is None:
            return
        every = self.loader.snapshot_every_n_steps
        # before a snapshot, the last batch of each worker comes with a state
        wants_state = self.dealt % every >= every - len(self.active)
        self.dealt += 1
        self.send(index, (workers.BATCH, numbers, wants_state))
        self.pending.append(Task(index, self.numbers.state() if self.dealt % every == 0 else None))
        self.owed[index] += 1

    def receive(self, index: int) -> tuple[str, Any, Any]:
        """The next answer of a worker."""
        from multiprocessing.connection import wait

        worker = self.workers[index]
        ready = wait(worker.waited_for(), self.loader.timeout or None)
        if not ready:
            raise RuntimeError(f"DataLoader timed out after {self.loader.timeout} seconds")
        try:
            if worker.answers in ready or worker.answers.has_message():
                return worker.answers.receive()
        except (EOFError, OSError):  # it died before or in the middle of its answer
            pass
        self.raise_death(index)

    def receive_first(self) -> Task:
        """The task among those pending whose answer comes first, with it."""
        from multiprocessing.connection import wait

        owing = sorted({task.worker for task in self.pending})
        ready = wait([thing for i in owing for thing in self.workers[i].waited_for()], self.loader.timeout or None)
        if not ready:
            raise RuntimeError(f"DataLoader timed out after {self.loader.timeout} seconds")
        answering = {i for thing in ready for i in owing if thing in self.workers[i].waited_for()}
        first = next(task for task in self.pending if task.worker in answering)
        first.answer = self.receive(first.worker)
        self.pending.remove(first)
        return first

    def next_task(self) -> Task:
        """The next task in order with its answer, or the first to be answered."""
        if not self.loader.in_order:
            return self.receive_first()
        task = self.pending.popleft()
        task.answer = self.receive(task.worker)
        return task

    def next_batch(self) -> Any:
        while self.workers:
            if not self.pending:
                self.deal()  # with prefetch_factor 0 nothing was asked for ahead
            if not self.pending:
                break
            task = self.next_task()
            assert task.answer is not None
            kind, value, state = task.answer
            self.owed[task.worker] -= 1
            if state is not None:
                self.worker_states[task.worker] = state
            if kind == workers.END:
                self.active[task.worker] = False
                self.deal()
                continue
            self.deal()
            if kind == workers.FAILED:
                value.reraise()
            self.last_worker = task.worker
            if task.main_state is not None:
                self.take_snapshot(self._num_yielded + 1, task.main_state)
            return value
        if not self.loader.persistent_workers:
            self.shutdown()
        raise StopIteration

    def shutdown(self) -> None:
        """Returns None; ends the workers, by force where they do not end at once."""
        ended, self.workers = self.workers, []
        for worker in ended:
            worker.ask_to_stop()
        for worker in ended:
            worker.stop()

    def __del__(self) -> None:
        # a forked child has this object too, and workers that are not its own
        if getattr(self, "workers", None) and self.owner == os.getpid():
            self.shutdown()
