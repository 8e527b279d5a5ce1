"""Collectives of GPUs over NCCL, one GPU per process: the backend "nccl".

Calls go to the GPU at once, in the order of the program: on the current stream, or with async_op on a stream of the group's own,
which waits for the current one and for which Work.wait() makes the current one wait. Nothing waits on the CPU, so a CUDA graph
that is being captured records them. Sums are NCCL's: alike in all processes, in an order that it chooses.
"""

from __future__ import annotations

import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed.errors import DistBackendError
from vibetensor.torch.distributed.process_group import ProcessGroup, Work
from vibetensor.torch.distributed.reduce_op import ReduceOp

REDUCTIONS = {ReduceOp.SUM: 0, ReduceOp.PRODUCT: 1, ReduceOp.MAX: 2, ReduceOp.MIN: 3, ReduceOp.AVG: 4}
LOOK = 1.0  # seconds between looks at what is under way


def is_available() -> bool:
    """Whether NCCL's library and a GPU are there."""
    return bool(_C.cuda_is_available()) and _C.nccl_reason() == ""


class GpuWork(Work):
    """Work that a GPU does: the streams of this process wait for it, not the CPU."""

    def __init__(self, result: Any, event: Any, stream: Any):
        super().__init__(result)
        self._event, self._stream = event, stream
        self._done.set()

    def wait(self, timeout: timedelta | None = None) -> bool:
        """True; what the current stream is given from here on runs after it."""
        from vibetensor.torch.cuda import current_stream

        current_stream(self._stream.device).wait_event(self._event)
        return True

    def is_completed(self) -> bool:
        """Whether the GPU has done it."""
        done: bool = self._event.query()
        return done

    def is_success(self) -> bool:
        """As is_completed: what goes wrong ends the group."""
        return self.is_completed()

    def get_future(self) -> Any:
        """A Future of the tensors, for the current stream, which waits for the work."""
        self.wait()
        return super().get_future()


class GpuCollectives:
    """The collectives of one group on this process's GPU.

    rank, size: in the group. exchange_id: gives all members the id that the first of them makes.
    """

    def __init__(self, device: Any, rank: int, size: int, exchange_id: Callable[[], bytes], group: ProcessGroup):
        from vibetensor.torch.cuda import Stream

        if reason := _C.nccl_reason():
            raise RuntimeError(f"the backend nccl: {reason}")
        self.device, self.rank, self.size, self.group = device, rank, size, group
        self.comm = _C.NcclCommunicator(exchange_id(), rank, size, device.index)
        self.side = Stream(device, priority=-1)
        self.graphs: weakref.WeakSet[Any] = weakref.WeakSet()  # that were captured with work of ours
        self._open: list[tuple[Any, dict[str, Any], float]] = []  # event, record, until when
        self._lock = threading.Lock()
        self._ended = threading.Event()
        threading.Thread(target=self._watch, name="watch over NCCL", daemon=True).start()

    # ---- order and records

    def start(
        self, kind: str, tensors: Sequence[Any], results: Sequence[Any], call: Callable[[], None], async_op: bool
    ) -> Work | None:
        """The Work of `call`, which gives calls to the communicator, on the side stream with async_op; else None."""
        from vibetensor.torch.cuda import current_stream, graphs, stream

        group = self.group
        if group.broken is not None:
            raise DistBackendError(f"group {group.group_name} has failed before: {group.broken}") from group.broken
        group.sequence += 1
        shapes = [list(t.shape) for t in tensors[:8]]
        entry = group.recorder.begin(group.sequence, kind, shapes, str(tensors[0].dtype) if tensors else "none")
        entry["state"] = "on the GPU"
        here = current_stream(self.device)
        graph = graphs.capturing()
        if graph is not None:
            self.graphs.add(graph)
        with no_grad():
            if async_op:
                self.side.wait_stream(here)
                with stream(self.side):
                    call()
                work = GpuWork(list(results), self.side.record_event(), self.side)
                event = work._event
            else:
                call()
                event = here.record_event() if graph is None else None
        if graph is None:
            with self._lock:
                self._open.append((event, entry, time.monotonic() + group.timeout.total_seconds()))
        return work if async_op else None

    def _watch(self) -> None:
        """Ends the group when something does not come to an end: the error is that of the next call, and printed here."""
        from vibetensor.torch.cuda import graphs

        while not self._ended.wait(LOOK):
            with graphs.no_capture() as quiet:  # a capture does not bear questions of other threads
                if not quiet:
                    continue
                with self._lock:
                    looked = list(self._open)
                done = [item for item in looked if item[0].query()]
            for item in done:
                item[1]["state"] = "done"
            with self._lock:
                self._open = [item for item in self._open if item not in done]
            late = next((item for item in looked if item not in done and item[2] < time.monotonic()), None)
            try:
                self.comm.check_error()
            except RuntimeError as error:
                self._fail(DistBackendError(f"[Rank {self.rank}] {error}"), looked[0][1] if looked else None)
                return
            if late is not None:
                self._fail(DistBackendError(f"[Rank {self.rank}] timed out on the GPU"), late[1])
                return

    def _fail(self, error: BaseException, entry: dict[str, Any] | None) -> None:
        kind, sequence = (entry["kind"], entry["sequence"]) if entry else ("a collective", self.group.sequence)
        what = f"{kind} number {sequence} of group {self.group.group_name}: "
        self.group.broken = self.group.explained(error, what, sequence)
        print(f"vibetensor.torch.distributed: {self.group.broken}", file=sys.stderr, flush=True)
        self.comm.abort()

    def end(self) -> None:
        """Returns None; resets the graphs that were captured with this group, then frees what it holds."""
        from vibetensor.torch.cuda import synchronize

        self._ended.set()
        if self.group.broken is not None:
            self.comm.abort()
            return
        synchronize(self.device)
        for graph in list(self.graphs):
            graph.reset()
        self.comm.destroy()

    # ---- collectives

    def all_reduce(self, tensors: Sequence[Any], op: ReduceOp, async_op: bool) -> Work | None:
        """Every tensor becomes the combination of all processes'."""
        number = reduction(op, tensors)

        def call() -> None:
            with together(len(tensors) > 1), written(tensors) as flats:
                for flat in flats:
                    self.comm.all_reduce(combined(flat), combined(flat), number)

        return self.start("all_reduce", tensors, tensors, call, async_op)

    def reduce(self, tensor: Any, root: int, op: ReduceOp, async_op: bool) -> Work | None:
        """all_reduce, at process `root` alone."""
        number = reduction(op, [tensor])

        def call() -> None:
            with written([tensor]) as (flat,):
                self.comm.reduce(combined(flat), combined(flat), number, root)

        return self.start("reduce", [tensor], [tensor], call, async_op)

    def broadcast(self, tensor: Any, root: int, async_op: bool) -> Work | None:
        """`tensor` becomes that of process `root`."""

        def call() -> None:
            with written([tensor]) as (flat,):
                self.comm.broadcast(flat, flat, root)

        return self.start("broadcast", [tensor], [tensor], call, async_op)

    def all_gather(self, outputs: Sequence[Any], tensor: Any, async_op: bool) -> Work | None:
        """The tensors of all processes, of any sizes, into `outputs`."""

        def call() -> None:
            mine = flat_of(tensor)
            with written(outputs) as flats, together():
                for rank, flat in enumerate(flats):
                    self.comm.broadcast(mine if rank == self.rank else flat, flat, rank)

        return self.start("all_gather", [tensor], outputs, call, async_op)

    def all_gather_into_tensor(self, output: Any, tensor: Any, async_op: bool) -> Work | None:
        """The tensors of all processes, joined."""

        def call() -> None:
            with written([output]) as (flat,):
                self.comm.all_gather(flat_of(tensor), flat)

        return self.start("all_gather", [tensor], [output], call, async_op)

    def reduce_scatter(self, output: Any, inputs: Sequence[Any], op: ReduceOp, async_op: bool) -> Work | None:
        """The combination of all processes' tensors for this one."""
        number = reduction(op, inputs)

        def call() -> None:
            with written([output]) as (flat,), together():
                for rank, given in enumerate(map(flat_of, inputs)):
                    into = flat if rank == self.rank else given
                    self.comm.reduce(combined(given), combined(into), number, rank)

        return self.start("reduce_scatter", inputs, [output], call, async_op)

    def reduce_scatter_tensor(self, output: Any, tensor: Any, op: ReduceOp, async_op: bool) -> Work | None:
        """This process's part of the combination of all processes' `tensor`."""
        number = reduction(op, [tensor])

        def call() -> None:
            with written([output]) as (flat,):
                self.comm.reduce_scatter(combined(flat_of(tensor)), combined(flat), number)

        return self.start("reduce_scatter", [tensor], [output], call, async_op)

    def exchange(
        self, kind: str, sends: Sequence[tuple[int, Any]], receives: Sequence[tuple[int, Any]], async_op: bool
    ) -> Work | None:
        """A tensor to each process of `sends` and from each of `receives`; what goes to itself is copied."""

        def call() -> None:
            out = [(peer, flat_of(t)) for peer, t in sends]
            with written([t for _, t in receives]) as flats, together():
                into = list(zip((peer for peer, _ in receives), flats, strict=True))
                for peer, flat in out:
                    if peer != self.rank:
                        self.comm.send(flat, peer)
                for peer, flat in into:
                    if peer != self.rank:
                        self.comm.receive(flat, peer)
                own = [flat for peer, flat in out if peer == self.rank]
                for peer, flat in into:
                    if peer == self.rank:
                        flat.copy_(own.pop(0))

        sent, received = [t for _, t in sends], [t for _, t in receives]
        return self.start(kind, sent or received, received, call, async_op)


def reduction(op: ReduceOp, tensors: Sequence[Any]) -> int:
    if op not in REDUCTIONS:
        raise RuntimeError(f"Cannot use ReduceOp.{op.name} with NCCL")
    if any(t.dtype == _C.bool for t in tensors) and op is ReduceOp.AVG:
        raise TypeError("Cannot use ReduceOp.AVG with Boolean inputs")
    if any(t.dtype == _C.bool for t in tensors) and op is ReduceOp.SUM:
        return REDUCTIONS[ReduceOp.MAX]  # whether there is any
    return REDUCTIONS[op]


def combined(flat: Any) -> Any:
    """`flat` as numbers that NCCL combines."""
    if flat.is_complex():
        return _C.ops.view_as_real(flat).reshape(-1)
    return flat.view(_C.uint8) if flat.dtype == _C.bool else flat


def flat_of(tensor: Any) -> Any:
    """The values of `tensor` in one piece."""
    value = tensor.detach()
    if value.is_conj() or value.is_neg():
        value = value.resolve_conj().resolve_neg()
    return value.contiguous().reshape(-1)


@contextmanager
def written(tensors: Sequence[Any]) -> Iterator[list[Any]]:
    """Flat tensors whose values those of `tensors` become: their own memory where it is in one piece."""
    flats = [flat_of(t) for t in tensors]
    yield flats
    _C.bump_versions(flats)  # which NCCL wrote behind autograd's back
    for flat, tensor in zip(flats, tensors, strict=True):
        if flat.data_ptr() != tensor.data_ptr():
            tensor.detach().copy_(flat.reshape(tensor.shape))


@contextmanager
def together(several: bool = True) -> Iterator[None]:
    """Calls within go to the GPU at once."""
    if not several:
        yield
        return
    _C.nccl_group_start()
    try:
        yield
    finally:
        _C.nccl_group_end()
