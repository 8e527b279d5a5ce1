"""Links over MPI, through mpi4py: the backend "mpi", for machines whose network speaks it best.

The algorithms are those of rings.py, so sums have the same bits as over other links.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from vibetensor.torch.distributed.errors import DistBackendError
from vibetensor.torch.distributed.links import COLLECTIVES, MESSAGES, machine
from vibetensor.torch.distributed.process_group import Work
from vibetensor.torch.distributed.tcp_store import TCPStore
from vibetensor.torch.storage import window

HEAD, PAYLOAD = 0, 1  # tags of what collectives send
PATIENCE = 2e-3  # seconds in which a wait looks again and again, before it sleeps between looks
SLEEP = 1e-4


def is_available() -> bool:
    """Whether mpi4py is installed."""
    return find_spec("mpi4py") is not None


def module() -> Any:
    """mpi4py's MPI; RuntimeError where it is missing, or does not take calls of several threads."""
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise RuntimeError(
            f"the backend mpi needs mpi4py and an MPI library: pip install mpi4py, and Open MPI or MPICH ({error})"
        ) from error
    if MPI.Query_thread() < MPI.THREAD_MULTIPLE:
        raise RuntimeError("the backend mpi needs MPI_THREAD_MULTIPLE, which this MPI was not started with")
    return MPI


def place(timeout: timedelta) -> tuple[int, int, Any]:
    """The number of this process, how many there are, and a store that process 0 serves."""
    world = module().COMM_WORLD
    rank, size = world.Get_rank(), world.Get_size()
    together = len(set(world.allgather(machine()))) == 1
    host = "127.0.0.1" if together else socket.gethostbyname(socket.gethostname())
    store = TCPStore(host, 0, size, True, timeout, wait_for_workers=False) if rank == 0 else None
    address = world.bcast(None if store is None else (host, store.port))
    host, port = address
    return rank, size, store or TCPStore(host, port, size, False, timeout, wait_for_workers=False)


class Waiting:
    """Waits for requests of MPI by looking at them, at last with sleeps between."""

    def __init__(self, end: float):
        self.end, self.since = end, time.monotonic()

    def look(self) -> bool:
        """Whether there is time for another look, after a pause where that is due."""
        now = time.monotonic()
        time.sleep(0 if now - self.since < PATIENCE else SLEEP)
        return now < self.end


class MpiLinks:
    """The links of process `rank` of a group, whose members are `ranks` of all processes; all members make it at a time.

    number: another one for every group with some of the same members.
    """

    def __init__(self, ranks: Sequence[int], rank: int, number: int):
        self.MPI = module()
        self.rank, self.size, self.ended = rank, len(ranks), False
        world = self.MPI.COMM_WORLD
        collectives = world.Create_group(world.Get_group().Incl(list(ranks)), number)
        self.comms = {COLLECTIVES: collectives, MESSAGES: collectives.Dup()}
        self._farewells: list[Any] = []

    def close(self) -> None:
        """Returns None; tells the other processes that this one is gone."""
        if not self.ended:
            self.ended = True
            nothing = bytes(self.head_size)
            others = [p for p in range(self.size) if p != self.rank]
            self._farewells = [(self.comms[COLLECTIVES].Isend(nothing, p, HEAD), nothing) for p in others]

    head_size = 32  # bytes of a greeting and the size after it

    def exchange(self, sends: Sequence[tuple[int, Any]], receives: Sequence[tuple[int, Any]], end: float,
                 purpose: int = COLLECTIVES, greeting: bytes = b"") -> tuple[int, bytes] | None:  # fmt: skip
        """As Links.exchange."""
        if self.ended:
            raise DistBackendError(f"[Rank {self.rank}] the group has ended")
        comm, byte = self.comms[purpose], self.MPI.BYTE
        out: dict[int, list[Any]] = {}
        kept = []  # buffers of requests
        for peer, flat in sends:
            data = window(flat)
            kept.append(head := greeting + len(data).to_bytes(8, "little"))
            out[peer] = [comm.Isend([head, byte], peer, HEAD)]
            if len(data):
                out[peer].append(comm.Isend([data, byte], peer, PAYLOAD))
        heads = {peer: bytearray(self.head_size) for peer, _ in receives}
        came = {peer: comm.Irecv([heads[peer], byte], peer, HEAD) for peer in heads}
        into: dict[int, Any] = {}
        waiting = Waiting(end)
        while out or came or into:
            for peer, flat in receives:
                if peer in came and came[peer].Test():
                    del came[peer]
                    data = window(flat)
                    if heads[peer] != greeting + len(data).to_bytes(8, "little"):
                        return self._other(peer, bytes(heads[peer]))
                    if len(data):
                        into[peer] = comm.Irecv([data, byte], peer, PAYLOAD)
                if peer in into and into[peer].Test():
                    del into[peer]
            out = {p: left for p, requests in out.items() if (left := [r for r in requests if not r.Test()])}
            if (out or came or into) and not waiting.look():
                late = sorted({*came, *into} or out)
                raise DistBackendError(
                    f"[Rank {self.rank}] timed out waiting for rank{'s' * (len(late) > 1)} {str(late)[1:-1]}"
                )
        return None

    def _other(self, peer: int, head: bytes) -> tuple[int, bytes]:
        if not any(head):
            raise DistBackendError(f"[Rank {self.rank}] rank {peer} is gone: it ended the group")
        return peer, head


class MpiMessenger:
    """send and recv by MPI's own; one thread looks at all that are under way."""

    def __init__(self, links: MpiLinks, explain: Callable[[BaseException], BaseException]):
        self.links, self.explain = links, explain
        self._comm = links.comms[MESSAGES]
        self._open: list[tuple[Any, Any, float, Callable[[Any, BaseException | None], None]]] = []
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="messages", daemon=True).start()

    def send(self, flat: Any, peer: int, tag: int, seconds: float, work: Work) -> None:
        """Returns None; `work` ends once `flat` has left for process `peer`."""
        request = self._comm.Isend([window(flat), self.links.MPI.BYTE], peer, tag)
        self._add(request, flat, time.monotonic() + seconds, lambda status, error: work._finish(error))

    def receive(self, receive: Any) -> None:
        """Returns None; the message goes into its tensor once it comes."""
        MPI, data = self.links.MPI, window(receive.flat)
        source = MPI.ANY_SOURCE if receive.peer is None else receive.peer

        def finish(status: Any, error: BaseException | None) -> None:
            if error is None and (count := status.Get_count(MPI.BYTE)) != len(data):
                error = DistBackendError(
                    f"rank {status.source} sent {count} bytes, the tensor that receives has {len(data)}"
                )
            receive.finish(-1 if status is None else status.source, error)

        self._add(self._comm.Irecv([data, MPI.BYTE], source, receive.tag), receive.flat, receive.end, finish)

    def _add(self, request: Any, flat: Any, end: float, finish: Callable[[Any, BaseException | None], None]) -> None:
        with self._changed:
            self._open.append((request, flat, end, finish))
            self._changed.notify()

    def _run(self) -> None:
        status = self.links.MPI.Status()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._open)
                looked = list(self._open)
            for entry in looked:
                request, _, end, finish = entry
                error: BaseException | None = None
                try:
                    if not request.Test(status):
                        if time.monotonic() < end:
                            continue
                        request.Cancel()
                        error = self.explain(DistBackendError(f"[Rank {self.links.rank}] timed out in a message"))
                except self.links.MPI.Exception as failure:
                    error = DistBackendError(f"[Rank {self.links.rank}] MPI: {failure}")
                with self._changed:
                    self._open.remove(entry)
                finish(None if error else status, error)
            time.sleep(SLEEP if len(looked) == len(self._open) else 0)
