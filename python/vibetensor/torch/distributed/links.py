"""Connections between the processes of a group, and the one way in which bytes travel over them.

Every pair has two connections: one for collectives, which all processes begin in the same order, one for send and recv. A
message is a header and its payload; the header says what the sender is doing, so that processes that do different things
hear of it instead of mixing their bytes up.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from vibetensor.torch.distributed.errors import DistBackendError, DistNetworkError

HEADER = struct.Struct("<QIIQ")  # sequence number, kind, detail, bytes of the payload
HELLO = struct.Struct("<II")  # who connects, for which purpose
COLLECTIVES, MESSAGES = 0, 1


class Header(NamedTuple):
    sequence: int
    kind: int
    detail: int
    bytes: int


class Transfer:
    """Bytes on their way to or from one process."""

    def __init__(self, peer: int, connection: socket.socket, parts: Sequence[Any]):
        self.peer, self.connection = peer, connection
        self.parts = [memoryview(part).cast("B") for part in parts if len(part)]

    def went(self, count: int) -> None:
        while count:
            step = min(count, len(self.parts[0]))
            self.parts[0] = self.parts[0][step:]
            count -= step
            if not len(self.parts[0]):
                del self.parts[0]


class Links:
    """The connections of process `rank` of `size`, made through `store` under `name`.

    rank, size: in the group. DistNetworkError if a process does not come within `seconds`.
    """

    def __init__(self, name: str, store: Any, rank: int, size: int, seconds: float):
        self.name, self.rank, self.size = name, rank, size
        self.connections: dict[tuple[int, int], socket.socket] = {}  # by peer and purpose
        end = time.monotonic() + seconds
        listener = socket.create_server(("", 0), backlog=2 * size + 8)
        try:
            port = listener.getsockname()[1]
            store.set(f"{name}/address/{rank}", f"{own_address(store)} {port}")
            for peer in range(rank):  # the higher number connects
                host, their_port = store.get(f"{name}/address/{peer}").decode().split()
                for purpose in (COLLECTIVES, MESSAGES):
                    self._keep(peer, purpose, self._connect(host, int(their_port), purpose, end))
            while len(self.connections) < 2 * (size - 1):
                self._accept(listener, end)
        except BaseException:
            self.close()
            raise
        finally:
            listener.close()

    def _connect(self, host: str, port: int, purpose: int, end: float) -> socket.socket:
        try:
            connection = socket.create_connection((host, port), timeout=max(0.1, end - time.monotonic()))
            connection.sendall(HELLO.pack(self.rank, purpose))
            return connection
        except OSError as error:
            raise DistNetworkError(f"[Rank {self.rank}] cannot reach a process at {host}:{port}: {error}") from error

    def _accept(self, listener: socket.socket, end: float) -> None:
        listener.settimeout(max(0.01, end - time.monotonic()))
        try:
            connection, _ = listener.accept()
            connection.settimeout(max(0.01, end - time.monotonic()))
            peer, purpose = HELLO.unpack(exactly(connection, HELLO.size))
        except (OSError, EOFError) as error:
            missing = sorted(set(range(self.rank + 1, self.size)) - {peer for peer, _ in self.connections})
            raise DistNetworkError(
                f"[Rank {self.rank}] ranks {missing} of group {self.name} did not connect: {error}"
            ) from error
        if self.rank < peer < self.size and purpose in (COLLECTIVES, MESSAGES):
            self._keep(peer, purpose, connection)
        else:
            connection.close()

    def _keep(self, peer: int, purpose: int, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setblocking(False)
        self.connections[peer, purpose] = connection

    def close(self) -> None:
        """Returns None; ends all connections, at which the other sides hear that this process is gone."""
        for connection in self.connections.values():
            connection.close()
        self.connections.clear()

    def exchange(self, sends: Sequence[tuple[int, Sequence[Any]]], receives: Sequence[tuple[int, Sequence[Any]]],
                 end: float, purpose: int = COLLECTIVES) -> None:  # fmt: skip
        """Returns None once all buffers of `sends` have left and all of `receives` are full, whichever can go first going first.

        sends, receives: (process, buffers), at most one of either for a process. end: time.monotonic() at which
        DistBackendError names the processes that are waited for, as it does at once when one is gone.
        """
        out = {t.connection.fileno(): t for t in self._transfers(sends, purpose)}
        into = {t.connection.fileno(): t for t in self._transfers(receives, purpose)}
        poll = select.poll()
        for number in {*out, *into}:
            poll.register(number, self._events(number, out, into))
        while out or into:
            left = end - time.monotonic()
            ready = poll.poll(max(0.0, left) * 1000) if left > 0 else []
            if not ready:
                late = sorted({t.peer for t in into.values()} or {t.peer for t in out.values()})
                raise DistBackendError(
                    f"[Rank {self.rank}] timed out waiting for rank{'s' * (len(late) > 1)} {str(late)[1:-1]}"
                )
            for number, event in ready:
                if event & ~(select.POLLOUT) and number in into:
                    self._receive(into[number])
                    if not into[number].parts:
                        del into[number]
                if event & select.POLLOUT and number in out:
                    self._send(out[number])
                    if not out[number].parts:
                        del out[number]
                elif event & (select.POLLHUP | select.POLLERR) and number in out and number not in into:
                    self._gone(out[number].peer, "the connection broke")
                if number in out or number in into:
                    poll.modify(number, self._events(number, out, into))
                else:
                    poll.unregister(number)

    def _transfers(self, given: Sequence[tuple[int, Sequence[Any]]], purpose: int) -> list[Transfer]:
        for peer, _ in given:
            if (peer, purpose) not in self.connections:
                raise DistBackendError(f"[Rank {self.rank}] there is no connection to rank {peer}: the group has ended")
        made = [Transfer(peer, self.connections[peer, purpose], parts) for peer, parts in given]
        return [transfer for transfer in made if transfer.parts]

    @staticmethod
    def _events(number: int, out: dict[int, Transfer], into: dict[int, Transfer]) -> int:
        return (select.POLLOUT if number in out else 0) | (select.POLLIN if number in into else 0)

    def _send(self, transfer: Transfer) -> None:
        try:
            transfer.went(transfer.connection.sendmsg(transfer.parts[:16]))
        except BlockingIOError:
            pass
        except OSError as error:
            self._gone(transfer.peer, error.strerror or "broken")

    def _receive(self, transfer: Transfer) -> None:
        try:
            count = transfer.connection.recv_into(transfer.parts[0])
        except BlockingIOError:
            return
        except OSError as error:
            self._gone(transfer.peer, error.strerror or "broken")
        if count == 0:
            self._gone(transfer.peer, "it closed the connection")
        transfer.went(count)

    def _gone(self, peer: int, why: str) -> None:
        raise DistBackendError(f"[Rank {self.rank}] rank {peer} is gone: {why}")


def exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise EOFError("closed")
        data += part
    return data


def own_address(store: Any) -> str:
    """The address at which others reach this process: the one from which it reaches the store, if that is served over TCP."""
    below = store
    while hasattr(below, "underlying_store"):
        below = below.underlying_store
    wire = getattr(below, "_wire", None)
    if wire is None:
        return "127.0.0.1"
    address: str = wire.connection.getsockname()[0]
    return address.removeprefix("::ffff:")
