"""Connections between the processes of a group, and the one way in which bytes travel over them.

Every pair has two connections: one for collectives, which all processes begin in the same order, one for send and recv. What
collectives send to a process of the same machine goes through memory that both map. Before each message of a collective goes
a greeting that says what the sender is doing, so that processes that do different things hear of it instead of mixing their
bytes up.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch.distributed.errors import DistBackendError, DistNetworkError

HELLO = struct.Struct("<II")  # who connects, for which purpose
COLLECTIVES, MESSAGES = 0, 1
CHANNEL = 128 + (1 << 20)  # bytes of shared memory in which one process writes to one other
TOKEN = 16  # random bytes at the end of an area, which say that it is the one meant


class Links:
    """The connections of process `rank` of `size`, made through `store` under `name`.

    rank, size: in the group. DistNetworkError if a process does not come within `seconds`.
    """

    def __init__(self, name: str, store: Any, rank: int, size: int, seconds: float):
        self.name, self.rank, self.size = name, rank, size
        self._links = {COLLECTIVES: _C.ProcessLinks(), MESSAGES: _C.ProcessLinks()}
        end = time.monotonic() + seconds
        area = Area.made(rank, size)
        found: dict[tuple[int, int], socket.socket] = {}  # by peer and purpose
        listener = socket.create_server(("", 0), backlog=2 * size + 8)
        try:
            port = listener.getsockname()[1]
            store.set(f"{name}/address/{rank}", f"{own_address(store)} {port} {area.address if area else '-'}")
            for peer in range(rank):  # the higher number connects
                host, their_port, _ = store.get(f"{name}/address/{peer}").decode().split(maxsplit=2)
                for purpose in (COLLECTIVES, MESSAGES):
                    found[peer, purpose] = self._connect(host, int(their_port), purpose, end)
            while len(found) < 2 * (size - 1):
                self._accept(listener, end, found)
            self._share(area, store, found, end)
        except BaseException:
            for connection in found.values():
                connection.close()
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

    def _accept(self, listener: socket.socket, end: float, found: dict[tuple[int, int], socket.socket]) -> None:
        listener.settimeout(max(0.01, end - time.monotonic()))
        try:
            connection, _ = listener.accept()
            connection.settimeout(max(0.01, end - time.monotonic()))
            peer, purpose = HELLO.unpack(exactly(connection, HELLO.size))
        except (OSError, EOFError) as error:
            missing = sorted(set(range(self.rank + 1, self.size)) - {peer for peer, _ in found})
            raise DistNetworkError(
                f"[Rank {self.rank}] ranks {missing} of group {self.name} did not connect: {error}"
            ) from error
        if self.rank < peer < self.size and purpose in (COLLECTIVES, MESSAGES) and (peer, purpose) not in found:
            found[peer, purpose] = connection
        else:
            connection.close()

    def _share(self, area: Area | None, store: Any, found: dict[tuple[int, int], socket.socket], end: float) -> None:
        """Returns None; makes links of the connections, with shared memory in each direction in which it can be had.

        Each process says to each whether it writes to that one's area.
        """
        outboxes: dict[int, Any] = {}
        for peer in range(self.size):
            if peer != self.rank:
                their_address = store.get(f"{self.name}/address/{peer}").decode().split(maxsplit=2)[2]
                their_area = None if area is None else Area.opened(their_address, peer, self.size)
                outboxes[peer] = None if their_area is None else their_area.channel_of(self.rank)
        for peer, outbox in outboxes.items():
            found[peer, COLLECTIVES].sendall(b"m" if outbox is not None else b"s")
        for (peer, purpose), connection in list(found.items()):
            inbox = outbox = None
            if purpose == COLLECTIVES:
                connection.settimeout(max(0.1, end - time.monotonic()))
                try:
                    writes = exactly(connection, 1) == b"m"
                except (OSError, EOFError) as error:
                    raise DistNetworkError(f"[Rank {self.rank}] rank {peer} went while they met: {error}") from error
                outbox = outboxes[peer]
                inbox = area.channel_of(peer) if area is not None and writes else None
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._links[purpose].add(peer, connection.detach(), inbox, outbox)
            del found[peer, purpose]

    def close(self) -> None:
        """Returns None; ends all connections, at which the other sides hear that this process is gone."""
        for links in self._links.values():
            links.end()

    def descriptor(self, peer: int) -> int:
        """The socket on which messages of process `peer` come, to be waited for with others."""
        found: int = self._links[MESSAGES].descriptor(peer)
        return found

    def exchange(self, sends: Sequence[tuple[int, Any]], receives: Sequence[tuple[int, Any]], end: float,
                 purpose: int = COLLECTIVES, greeting: bytes = b"") -> tuple[int, bytes] | None:  # fmt: skip
        """None once all tensors of `sends` have left and those of `receives` are full, whichever can go first going first.

        sends, receives: (process, tensor of the CPU, contiguous), at most one of either for a process. greeting: goes before
        every message, and is expected before every one that comes; if something else comes, that is returned, with the
        process that sent it. end: time.monotonic() at which DistBackendError names the processes that are waited for, as it
        does at once when one is gone.
        """
        wrong = self._links[purpose].exchange(sends, receives, greeting, end - time.monotonic())
        if wrong is None:
            return None
        what, peers, text = wrong
        if what == "differs":
            return peers[0], text
        if what == "gone":
            raise DistBackendError(f"[Rank {self.rank}] rank {peers[0]} is gone: {text.decode(errors='replace')}")
        raise DistBackendError(
            f"[Rank {self.rank}] timed out waiting for rank{'s' * (len(peers) > 1)} {str(peers)[1:-1]}"
        )


class Area:
    """Memory of process `rank` into which the others of a group of `size` write, a channel each.

    Others open it by its address: the machine, the process and the descriptor there, and the token. Where that cannot be
    done, as in another container, bytes go through the socket.
    """

    def __init__(self, memory: Any, rank: int, address: str):
        self.memory, self.rank, self.address = memory, rank, address

    @staticmethod
    def made(rank: int, size: int) -> Area | None:
        """A new area; None where the machine has no such memory."""
        try:
            memory = _C.shared_memory((size - 1) * CHANNEL + TOKEN)
        except (RuntimeError, MemoryError):
            return None
        token = os.urandom(TOKEN)
        memory[-TOKEN:] = _C.frombuffer(bytearray(token), dtype=_C.uint8)
        descriptor = _C.shared_descriptor(memory)
        return Area(memory, rank, f"{machine()} {os.getpid()} {descriptor} {token.hex()}")

    @staticmethod
    def opened(address: str, rank: int, size: int) -> Area | None:
        """The area of process `rank`, if it lies on this machine and can be opened."""
        where, *rest = address.split()
        if where != machine() or len(rest) != 3:
            return None
        process, descriptor, token = rest
        try:
            file = os.open(f"/proc/{process}/fd/{descriptor}", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            memory = _C.map_shared_memory(file, (size - 1) * CHANNEL + TOKEN)
        except RuntimeError:  # another file: the number is of another process's
            return None
        finally:
            os.close(file)
        same = bytes(memory[(size - 1) * CHANNEL :].tolist()).hex() == token
        return Area(memory, rank, address) if same else None

    def channel_of(self, writer: int) -> Any:
        """The part into which process `writer` writes."""
        at = (writer - (writer > self.rank)) * CHANNEL
        return self.memory[at : at + CHANNEL]


def machine() -> str:
    """A name of this machine since its start; the kernel's."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return f"unknown-{os.urandom(8).hex()}"


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
