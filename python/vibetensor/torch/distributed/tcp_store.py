"""A store that one process serves to the others over TCP, in the protocol of PyTorch's TCPStore.

A query is a byte and its arguments; texts and values stand after their length, 8 bytes; numbers are little-endian. So
processes of PyTorch can use the server here, and a client here the server of torchrun's agent.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import IntEnum
from typing import Any

from vibetensor.torch.distributed.errors import DistNetworkError, DistStoreError
from vibetensor.torch.distributed.store import HashStore, Store, Value, as_bytes

MAGIC = 0x3C85F7CE
READY, NOT_READY = b"\0", b"\1"
STOP_WAITING, WAIT_CANCELED = b"\0", b"\1"
ARRIVED = "init/"  # the key that counts the processes that have come
LONGEST = 1 << 30  # bytes of a key or value


class Query(IntEnum):
    VALIDATE = 0
    SET = 1
    COMPARE_SET = 2
    GET = 3
    ADD = 4
    CHECK = 5
    WAIT = 6
    NUM_KEYS = 7
    DELETE = 8
    APPEND = 9
    MULTI_GET = 10
    MULTI_SET = 11
    CANCEL_WAIT = 12
    PING = 13


def text(value: Value) -> bytes:
    data = as_bytes(value)
    return struct.pack("<Q", len(data)) + data


def texts(values: Sequence[Value]) -> bytes:
    return struct.pack("<Q", len(values)) + b"".join(map(text, values))


class Wire:
    """Reads numbers and texts from a socket, and ends with EOFError where that ends."""

    def __init__(self, connection: socket.socket):
        self.connection = connection

    def exactly(self, count: int) -> bytes:
        parts = []
        while count:
            part = self.connection.recv(min(count, 1 << 20))
            if not part:
                raise EOFError("the other side closed the connection")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def number(self, kind: str = "<Q") -> int:
        value: int = struct.unpack(kind, self.exactly(struct.calcsize(kind)))[0]
        return value

    def text(self) -> bytes:
        length = self.number()
        if length > LONGEST:
            raise EOFError("a text of more than a GiB")
        return self.exactly(length)

    def texts(self) -> list[bytes]:
        count = self.number()
        if count > LONGEST:
            raise EOFError("more than 2^30 texts")
        return [self.text() for _ in range(count)]


class Server:
    """Answers the queries of all processes, a thread for each, from one HashStore."""

    def __init__(self, port: int, listener: socket.socket | None = None):
        self.values = HashStore()
        if listener is None:
            listener = socket.socket(socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET)
            if listener.family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("", port))
            except OSError as error:
                listener.close()
                raise DistNetworkError(
                    f"TCPStore: the server cannot listen on port {port}: {error.strerror}"
                ) from error
        self.listener = listener
        self.listener.listen(1024)
        self.port: int = self.listener.getsockname()[1]
        self.connections: set[socket.socket] = set()
        threading.Thread(target=self.accept, name="TCPStore", daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:  # closed
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections.add(connection)
            threading.Thread(target=self.serve, args=(connection,), name="TCPStore", daemon=True).start()

    def close(self) -> None:
        for open_socket in [self.listener, *self.connections]:
            with contextlib.suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
            open_socket.close()

    def serve(self, connection: socket.socket) -> None:
        wire = Wire(connection)
        try:
            if wire.number("<B") != Query.VALIDATE or wire.number("<I") != MAGIC:
                return
            while True:
                self.answer(wire, Query(wire.number("<B")))
        except (EOFError, OSError, ValueError, UnicodeDecodeError):  # gone, or no client of a store
            pass
        finally:
            self.connections.discard(connection)
            connection.close()

    def answer(self, wire: Wire, query: Query) -> None:
        values, reply = self.values, wire.connection.sendall
        if query is Query.SET:
            values.set(wire.text().decode(), wire.text())
        elif query is Query.COMPARE_SET:
            reply(text(values.compare_set(wire.text().decode(), wire.text(), wire.text())))
        elif query is Query.GET:
            key = wire.text().decode()
            reply(text(values._apply(lambda all_values: all_values.get(key, b""))))
        elif query is Query.ADD:
            reply(struct.pack("<q", values.add(wire.text().decode(), wire.number("<q"))))
        elif query is Query.CHECK:
            reply(READY if values.check([key.decode() for key in wire.texts()]) else NOT_READY)
        elif query is Query.WAIT:
            self.wait(wire, [key.decode() for key in wire.texts()])
        elif query is Query.NUM_KEYS:
            reply(struct.pack("<q", values.num_keys()))
        elif query is Query.DELETE:
            reply(struct.pack("<q", values.delete_key(wire.text().decode())))
        elif query is Query.APPEND:
            values.append(wire.text().decode(), wire.text())
        elif query is Query.MULTI_GET:
            keys = [key.decode() for key in wire.texts()]
            reply(b"".join(values._apply(lambda all_values: [text(all_values.get(key, b"")) for key in keys])))
        elif query is Query.MULTI_SET:
            pairs = [(wire.text().decode(), wire.text()) for _ in range(wire.number())]
            values._apply(lambda all_values: all_values.update(pairs))
        elif query is Query.PING:
            reply(wire.exactly(4))
        elif query is Query.CANCEL_WAIT:  # of a wait that was just answered
            reply(WAIT_CANCELED)
        else:
            raise ValueError(f"query {query} in the middle of a connection")

    def wait(self, wire: Wire, keys: list[str]) -> None:
        """Answers once `keys` are there, or when the client cancels, which it says on the same connection."""
        connection = wire.connection
        connection.setblocking(False)
        try:
            while not self.values._until(lambda values: all(key in values for key in keys), 0.02):
                try:
                    if not connection.recv(1, socket.MSG_PEEK):
                        raise EOFError("the client is gone")
                except BlockingIOError:
                    continue
                break  # it cancels: the query is read next
            else:
                connection.setblocking(True)
                connection.sendall(STOP_WAITING)
        finally:
            connection.setblocking(True)


class TCPStore(Store):
    """A store served by the process with `is_master`, used by all over TCP; PyTorch's own speak with it.

    host_name, port: where the server is; port 0 with `is_master` takes a free one, `port` says which. world_size: how many
    processes come, whom the server awaits at once with `wait_for_workers`. timeout: how long the connection, `get` and `wait`
    wait. DistNetworkError if there is no server or its port is taken.

    >>> import vibetensor.torch as torch
    >>> store = torch.distributed.TCPStore("localhost", 0, is_master=True)
    >>> store.set("key", "value"), store.get("key"), store.add("count", 2)
    (None, b'value', 2)
    """

    def __init__(
        self,
        host_name: str,
        port: int,
        world_size: int | None = None,
        is_master: bool = False,
        timeout: timedelta = timedelta(seconds=300),
        wait_for_workers: bool = True,
        multi_tenant: bool = False,
        master_listen_fd: int | None = None,
        use_libuv: bool = True,
    ):
        super().__init__()
        self.timeout, self.host, self.world_size = timeout, host_name, world_size
        listener = None if master_listen_fd is None else socket.socket(fileno=master_listen_fd)
        self._server = shared_server(port, multi_tenant, listener) if is_master else None
        self.port = self._server.port if self._server else port
        self._lock = threading.Lock()  # of the connection
        self._wire = self._connect()
        if wait_for_workers and world_size is not None and world_size > 0:
            self._await_workers(world_size)

    def _connect(self) -> Wire:
        end = time.monotonic() + self.timeout.total_seconds()
        pause = 0.01
        while True:
            try:
                connection = socket.create_connection((self.host, self.port), timeout=max(0.1, end - time.monotonic()))
                break
            except OSError as error:
                if time.monotonic() + pause > end:
                    raise DistNetworkError(
                        f"The client socket has timed out after {round(self.timeout.total_seconds() * 1000)}ms while trying "
                        f"to connect to ({self.host}, {self.port}): {error}"
                    ) from error
                time.sleep(pause)
                pause = min(2 * pause, 1.0)
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(struct.pack("<BIBI", Query.VALIDATE, MAGIC, Query.PING, os.getpid() & 0xFFFFFFFF))
        wire = Wire(connection)
        connection.settimeout(self.timeout.total_seconds())
        try:
            if wire.number("<I") != os.getpid() & 0xFFFFFFFF:
                raise DistNetworkError(f"TCPStore: what listens on {self.host}:{self.port} is no store")
        except (EOFError, OSError) as error:
            raise DistNetworkError(f"TCPStore: what listens on {self.host}:{self.port} is no store") from error
        connection.settimeout(None)
        return wire

    def _await_workers(self, world_size: int) -> None:
        arrived = self._ask(Query.ADD, text(ARRIVED) + struct.pack("<q", 1), lambda wire: wire.number("<q"))
        end = time.monotonic() + self.timeout.total_seconds()
        while self._server is not None and arrived < world_size:  # so that it serves until all have come
            if time.monotonic() > end:
                raise DistStoreError(
                    f"Timed out after {round(self.timeout.total_seconds())} seconds waiting for clients. "
                    f"{arrived}/{world_size} clients joined."
                )
            time.sleep(0.01)
            arrived = int(self._ask(Query.GET, text(ARRIVED), Wire.text))

    def clone(self, timeout: timedelta | None = None) -> TCPStore:
        """A client with a connection of its own, for another thread; timeout: its own, else this store's."""
        return TCPStore(self.host, self.port, self.world_size, timeout=timeout or self.timeout, wait_for_workers=False)

    @property
    def serves(self) -> bool:
        """Whether the server is in this process."""
        return self._server is not None

    def _ask(self, query: Query, arguments: bytes, answer: Callable[[Wire], Any] | None = None) -> Any:
        with self._lock:
            try:
                self._wire.connection.sendall(bytes([query]) + arguments)
                return answer(self._wire) if answer else None
            except (OSError, EOFError) as error:
                raise DistNetworkError(f"TCPStore: the server at {self.host}:{self.port} is gone: {error}") from error

    def set(self, key: str, value: Value) -> None:
        """Returns None; stores `value`."""
        self._ask(Query.SET, text("/" + key) + text(value))

    def get(self, key: str) -> bytes:
        """The value of `key`, once somebody has set it; DistStoreError if nobody does within the timeout."""
        self.wait([key])
        found: bytes = self._ask(Query.GET, text("/" + key), Wire.text)
        return found

    def add(self, key: str, amount: int) -> int:
        """The number stored at `key`, after adding `amount` to it."""
        number: int = self._ask(Query.ADD, text("/" + key) + struct.pack("<q", amount), lambda wire: wire.number("<q"))
        return number

    def append(self, key: str, value: Value) -> None:
        """Returns None; adds `value` to the end of what `key` has."""
        self._ask(Query.APPEND, text("/" + key) + text(value))

    def compare_set(self, key: str, expected_value: Value, desired_value: Value) -> bytes:
        """The value of `key`, after replacing `expected_value`, or an absent one if that is empty, by `desired_value`."""
        found: bytes = self._ask(
            Query.COMPARE_SET, text("/" + key) + text(expected_value) + text(desired_value), Wire.text
        )
        return found

    def check(self, keys: list[str]) -> bool:
        """Whether all of `keys` are there."""
        return bool(self._ask(Query.CHECK, texts(["/" + key for key in keys]), lambda wire: wire.exactly(1)) == READY)

    def wait(self, keys: list[str], timeout: timedelta | None = None) -> None:
        """Returns None once all of `keys` are there; DistStoreError after `timeout`, else after the store's."""
        seconds = (timeout or self.timeout).total_seconds()

        def answer(wire: Wire) -> bool:
            wire.connection.settimeout(seconds)
            try:
                return wire.exactly(1) == STOP_WAITING
            except TimeoutError:
                wire.connection.settimeout(None)
                wire.connection.sendall(bytes([Query.CANCEL_WAIT]))
                came = wire.exactly(1) == STOP_WAITING  # it came in the meantime; the cancellation is answered too
                if came:
                    wire.exactly(1)
                return came
            finally:
                wire.connection.settimeout(None)

        if not self._ask(Query.WAIT, texts(["/" + key for key in keys]), answer):
            raise DistStoreError(
                f"wait timeout after {round(seconds * 1000)}ms, keys: {', '.join('/' + k for k in keys)}"
            )

    def delete_key(self, key: str) -> bool:
        """Whether there was a value at `key`, which is gone now."""
        return bool(self._ask(Query.DELETE, text("/" + key), lambda wire: wire.number("<q")))

    def num_keys(self) -> int:
        """How many values the server has."""
        count: int = self._ask(Query.NUM_KEYS, b"", lambda wire: wire.number("<q"))
        return count

    def multi_get(self, keys: list[str]) -> list[bytes]:
        """The values of `keys`, once all are there."""
        self.wait(keys)
        found: list[bytes] = self._ask(
            Query.MULTI_GET, texts(["/" + key for key in keys]), lambda wire: [wire.text() for _ in keys]
        )
        return found

    def multi_set(self, keys: list[str], values: Sequence[Value]) -> None:
        """Returns None; stores a value for each of `keys`."""
        if len(keys) != len(values):
            raise ValueError(f"multi_set: {len(keys)} keys and {len(values)} values")
        pairs = b"".join(text("/" + key) + text(value) for key, value in zip(keys, values, strict=True))
        self._ask(Query.MULTI_SET, struct.pack("<Q", len(keys)) + pairs)

    def __del__(self) -> None:
        wire, server = getattr(self, "_wire", None), getattr(self, "_server", None)
        if wire is not None:
            wire.connection.close()
        if server is not None and server not in tenants.values():
            server.close()


tenants: dict[int, Server] = {}  # servers of this process that several stores use, by port


def shared_server(port: int, multi_tenant: bool, listener: socket.socket | None) -> Server:
    """A server at `port`: with `multi_tenant` the one that this process has there."""
    if not multi_tenant:
        return Server(port, listener)
    server = tenants.get(port) or Server(port, listener)
    tenants[server.port] = server
    return server
