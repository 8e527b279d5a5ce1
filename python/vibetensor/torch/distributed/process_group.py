"""A group of processes: its connections, and the thread on which its collectives run one after another."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed import rings
from vibetensor.torch.distributed.errors import DistBackendError, DistStoreError
from vibetensor.torch.distributed.flight import Recorder
from vibetensor.torch.distributed.links import Links


def number_of(dtype: Any) -> int:
    """The same number for a dtype in every process."""
    return sum(ord(letter) * 31**i for i, letter in enumerate(str(dtype))) & 0xFFFF


class Work:
    """A collective that was started."""

    def __init__(self, result: Any = None):
        self._result, self._error = result, None  # type: tuple[Any, BaseException | None]
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._then: list[Callable[[Work], None]] = []
        self.source = -1  # of a message: who sent it

    def _finish(self, error: BaseException | None = None) -> None:
        with self._lock:
            self._error = error
            self._done.set()
            then, self._then = self._then, []
        for call in then:
            call(self)

    def wait(self, timeout: timedelta | None = None) -> bool:
        """True once it is done; raises what went wrong, or RuntimeError after `timeout`."""
        if not self._done.wait(None if timeout is None else timeout.total_seconds()):
            raise RuntimeError("Wait timeout")
        if self._error is not None:
            raise self._error
        return True

    def is_completed(self) -> bool:
        """Whether it has ended, well or not."""
        return self._done.is_set()

    def is_success(self) -> bool:
        """Whether it has ended well."""
        return self._done.is_set() and self._error is None

    def exception(self) -> BaseException | None:
        """What went wrong, if it ended so."""
        return self._error

    def result(self) -> Any:
        """The tensors that were written."""
        return self._result

    def get_future(self) -> Any:
        """A Future of the tensors that are written."""
        from vibetensor.torch.futures import Future

        future = Future()

        def finish(work: Work) -> None:
            if work._error is None:
                future.set_result(work._result)
            else:
                future._finish(None, work._error)

        with self._lock:
            if not self._done.is_set():
                self._then.append(finish)
                return future
        finish(self)
        return future


class ProcessGroup:
    """Processes that call collectives together.

    ranks: the members' numbers in the default group. number: of the groups of this process, alike in all members. `links` is
    None for one process, whose collectives run at once.
    """

    def __init__(
        self, name: str, backend: str, ranks: Sequence[int] = (0,), rank: int = 0, store: Any = None,
        timeout: timedelta = timedelta(minutes=30), number: int = 0,
    ):  # fmt: skip
        self.group_name, self.backend, self.ranks, self.timeout = name, backend, list(ranks), timeout
        self._rank, self.store = rank, store
        self.links: Any = None
        self.messenger: Any = None  # of send and recv, once the first is called
        self.sequence = 0
        self._gpus: dict[int, Any] = {}  # by index of a device: its GpuCollectives, once the first is called
        self.broken: BaseException | None = None
        self.recorder = Recorder(name, store, rank, len(self.ranks))
        if len(self.ranks) > 1:
            if backend == "mpi":
                from vibetensor.torch.distributed.mpi import MpiLinks

                self.links = MpiLinks(self.ranks, rank, number)
            else:
                self.links = Links(name, store, rank, len(self.ranks), timeout.total_seconds())
            self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
            self._lock = threading.Lock()  # of the two below, and of the order of calls
            self._unfinished = 0  # calls that were started
            self._turn = threading.Lock()  # whoever runs a call
            threading.Thread(target=self._run, name=f"collectives of {name}", daemon=True).start()

    def rank(self) -> int:
        """The number of this process in the group."""
        return self._rank

    def size(self) -> int:
        """How many processes the group has."""
        return len(self.ranks)

    def name(self) -> str:
        """The name of its backend."""
        return self.backend

    def backend_of(self, device_type: str) -> str:
        """The name of what is used for tensors of a kind of device: "cpu" or "cuda"."""
        pairs = dict(part.split(":") for part in self.backend.split(",")) if ":" in self.backend else {}
        return pairs.get(device_type, "none") if pairs else self.backend

    def on_gpus(self, tensors: Sequence[Any]) -> Any:
        """The GpuCollectives for `tensors`, if they are on a GPU for which the group has NCCL; else None.

        They are made at the first call, together with all other members: DistBackendError for those that do not come.
        """
        if self.links is None or not tensors or tensors[0].device.type != "cuda" or self.backend_of("cuda") != "nccl":
            return None
        device = tensors[0].device
        if any(t.device != device for t in tensors):
            raise ValueError(
                f"NCCL: expected all tensors of a process on one GPU, got {[str(t.device) for t in tensors]}"
            )
        if device.index not in self._gpus:
            from vibetensor.torch.cuda import graphs
            from vibetensor.torch.distributed.nccl import GpuCollectives

            if graphs.capturing() is not None:
                raise RuntimeError("NCCL: call a collective of the group once before a graph is captured with it")
            self._gpus[device.index] = GpuCollectives(device, self._rank, self.size(), self._exchange_id, self)
        return self._gpus[device.index]

    def _exchange_id(self) -> bytes:
        """The id of a new group of GPUs, which its first process makes; all come here before any goes on."""
        key = f"{self.group_name}/nccl/{len(self._gpus)}"
        if self._rank == 0:
            self.store.set(f"{key}/id", _C.nccl_unique_id())
        self.store.set(f"{key}/{self._rank}", "here")
        try:
            self.store.wait([f"{key}/{r}" for r in range(self.size())], self.timeout)
        except DistStoreError as error:
            raise self.explained(DistBackendError(f"[Rank {self._rank}] NCCL: {error}")) from error
        found: bytes = self.store.get(f"{key}/id")
        return found

    def start(
        self,
        kind: rings.Kind,
        tensors: Sequence[Any],
        results: Sequence[Any],
        compute: Callable[[rings.Call], None],
        *,
        async_op: bool,
        detail: int = 0,
        equal: bool = True,
        timeout: timedelta | None = None,
    ) -> Work | None:
        """The Work of `compute`, which runs after what was started before it: on the group's thread with async_op.

        Without, it is done on return, which gives None; it runs on the calling thread if nothing is before it. tensors: what
        this process brings, of which all bring as many bytes if `equal`. results: what is written.
        """
        seconds = (timeout or self.timeout).total_seconds()
        size = sum(t.numel() * t.element_size() for t in tensors) if equal else 0
        detail = detail << 16 | (number_of(tensors[0].dtype) if tensors else 0)
        work = Work(list(results))
        if self.links is None:
            self.sequence += 1
            with no_grad():
                compute(rings.Call(Alone(), kind, self.sequence, detail, size, seconds))
            work._finish()
            return work if async_op else None
        if self.broken is not None:
            raise DistBackendError(f"group {self.group_name} has failed before: {self.broken}") from self.broken
        shapes, dtype = [list(t.shape) for t in tensors[:8]], str(tensors[0].dtype) if tensors else "none"
        with self._lock:
            self.sequence += 1
            sequence = self.sequence
            entry = self.recorder.begin(sequence, kind.name, shapes, dtype)

            def run() -> None:
                self._run_call(
                    work, entry, lambda links: compute(rings.Call(links, kind, sequence, detail, size, seconds))
                )

            here = not async_op and self._unfinished == 0
            self._unfinished += 1
            if here:
                self._turn.acquire()
            else:
                self._calls.put(run)
        if here:
            try:
                run()
            finally:
                self._ran()
        if async_op:
            return work
        work.wait()
        return None

    def _run_call(self, work: Work, entry: dict[str, Any], compute: Callable[[Any], None]) -> None:
        """Returns None; runs one collective, whose Work gets what goes wrong."""
        if self.broken is not None or self.links is None:
            work._finish(self.broken)
            return
        try:
            entry["state"] = "running"
            with no_grad():
                compute(self.links)
            entry["state"] = "done"
            work._finish()
        except BaseException as error:  # it belongs to whoever waits
            entry["state"] = "failed"
            work._finish(self._break(error, entry["kind"], entry["sequence"]))

    def _ran(self) -> None:
        """Returns None; gives the turn, which the calling thread has, to the next call."""
        self._turn.release()
        with self._lock:
            self._unfinished -= 1

    def _break(self, error: BaseException, kind: str, sequence: int) -> BaseException:
        """The error that all further calls give; connections end, so that the other processes hear of it."""
        self.broken = error = self.explained(error, f"{kind} number {sequence} of group {self.group_name}: ", sequence)
        if self.links is not None:
            self.links.close()
        return error

    def explained(self, error: BaseException, what: str = "", sequence: int = 0) -> BaseException:
        """`error` with what the records of all processes say, of the collective `sequence` or of all."""
        if not isinstance(error, DistBackendError):
            return error
        try:
            where = self.recorder.missing(sequence)
        except Exception as failure:  # the store is gone too
            where = f"the store, which rank 0 or its launcher serves, gives no records: {failure}"
        return DistBackendError(f"{what}{error}" + (f" ({where})" if where else ""))

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            self._turn.acquire()
            try:
                call()
            finally:
                self._ran()

    def end(self) -> None:
        """Returns None; ends the thread and the connections, once what was started is done."""
        if self.links is None:
            return
        for gpu in self._gpus.values():
            gpu.end()
        self._gpus.clear()
        ended, links = threading.Event(), self.links

        def close() -> None:
            links.close()
            ended.set()

        with self._lock:
            self._unfinished += 1
            self._calls.put(close)
            self._calls.put(None)
        ended.wait(10)
        self.recorder.ended.set()
        self.broken = self.broken or DistBackendError("it was destroyed")


class Alone:
    """The links of a group of one, over which nothing goes."""

    rank, size = 0, 1

    def exchange(self, sends: Sequence[Any], receives: Sequence[Any], end: float, *more: Any) -> None:
        """Returns None: there is nobody to send to."""
        if sends or receives:
            raise DistBackendError("a group of one process has nobody to send to")


def staged(tensor: Any) -> Any:
    """`tensor` as a flat contiguous tensor of the CPU: itself where it is one, else a copy."""
    flat = tensor.detach()
    if flat.is_conj() or flat.is_neg():
        flat = flat.resolve_conj().resolve_neg()
    return flat.to(_C.device("cpu")).contiguous().reshape(-1)


def bring_back(flat: Any, tensor: Any) -> None:
    """Returns None; `tensor` gets the values of `flat`, unless that is its own memory, which others have written then."""
    if flat.data_ptr() != tensor.data_ptr() or tensor.device.type != "cpu":
        tensor.detach().copy_(flat.reshape(tensor.shape))
    else:
        _C.bump_versions([flat])
