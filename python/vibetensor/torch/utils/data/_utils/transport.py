"""Batches on their way from a worker to the program that asked for them.

From a process a batch comes as a pickle over a socket, and beside it the descriptors of the shared memory that its tensors
are in: nothing large is copied, and the worker may end as soon as it has sent them. Small storages are in the pickle.
From a thread it comes as it is.
"""

from __future__ import annotations

import io
import os
import pickle
import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any

from vibetensor import _C
from vibetensor.torch._copying import reduce_for_process
from vibetensor.torch._sharing import shared_bytes
from vibetensor.torch.storage import UntypedStorage
from vibetensor.torch.utils.data._utils.collate import SMALL

Tensor: Any = _C.Tensor
DESCRIPTORS_AT_ONCE = 250  # the kernel takes 253 in a message
HEAD = struct.Struct("!I")  # the number of descriptors, before the pickle


class Arriving:
    """The descriptors that came with the message being read, for the storages in it."""

    def __init__(self, descriptors: list[int]):
        self.descriptors = descriptors

    def storage(self, index: int, size: int) -> UntypedStorage:
        return UntypedStorage.of(_C.map_shared_memory(self.descriptors[index], size))


def storage_of_message(index: int, size: int) -> UntypedStorage:
    raise pickle.UnpicklingError("a storage of a DataLoader's message outside of one")


class BatchPickler(ForkingPickler):
    """Pickles a message, with its large storages as numbers of `descriptors`."""

    def __init__(self, file: Any):
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.descriptors: list[int] = []
        self.kept: list[Any] = []  # what the descriptors belong to

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, UntypedStorage):
            return self.reduce_storage(value)
        if isinstance(value, Tensor):
            return reduce_for_process(value)
        return NotImplemented

    def reduce_storage(self, storage: UntypedStorage) -> Any:
        if storage.bytes.device.type != "cpu" or (
            storage.bytes.numel() < SMALL and _C.shared_descriptor(storage.bytes) < 0
        ):
            return storage.__reduce_ex__(pickle.HIGHEST_PROTOCOL)
        shared = shared_bytes(storage)
        self.kept.append(shared)
        self.descriptors.append(_C.shared_descriptor(shared))
        return storage_of_message, (len(self.descriptors) - 1, shared.numel())


class BatchUnpickler(pickle.Unpickler):
    """Reads what BatchPickler wrote."""

    def __init__(self, file: Any, arriving: Arriving):
        super().__init__(file)
        self.arriving = arriving

    def find_class(self, module: str, name: str) -> Any:
        if name == "storage_of_message" and module == __name__:
            return self.arriving.storage
        return super().find_class(module, name)


class Sender:
    """The worker's end of its socket."""

    def __init__(self, connection: Connection):
        self.connection = connection

    def send(self, message: Any) -> None:
        """Returns None; OSError if nobody listens any more, other errors if the message cannot be pickled."""
        file = io.BytesIO()
        pickler = BatchPickler(file)
        file.write(HEAD.pack(0))
        pickler.dump(message)
        view = file.getbuffer()
        HEAD.pack_into(view, 0, len(pickler.descriptors))
        self.connection.send_bytes(view)
        if pickler.descriptors:
            with socket.socket(fileno=os.dup(self.connection.fileno())) as line:
                for first in range(0, len(pickler.descriptors), DESCRIPTORS_AT_ONCE):
                    socket.send_fds(line, [b"d"], pickler.descriptors[first : first + DESCRIPTORS_AT_ONCE])


class Receiver:
    """The program's end."""

    def __init__(self, connection: Connection):
        self.connection = connection

    def fileno(self) -> int:
        return self.connection.fileno()

    def receive(self) -> Any:
        """The next message, once it is there; EOFError or OSError when the worker is gone."""
        data = self.connection.recv_bytes()
        (count,) = HEAD.unpack_from(data)
        descriptors: list[int] = []
        try:
            if count:
                with socket.socket(fileno=os.dup(self.connection.fileno())) as line:
                    while len(descriptors) < count:
                        byte, fds, flags, _ = socket.recv_fds(line, 1, DESCRIPTORS_AT_ONCE)
                        descriptors += fds
                        if flags & socket.MSG_CTRUNC:
                            raise RuntimeError(
                                "DataLoader: too many open files for the tensors of a batch. Raise the limit "
                                "(`ulimit -n`), or let the collate_fn join them to fewer tensors"
                            )
                        if not byte:
                            raise EOFError
            file = io.BytesIO(data)
            file.seek(HEAD.size)
            return BatchUnpickler(file, Arriving(descriptors)).load()
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def has_message(self) -> bool:
        """Whether something can be read, which may be the end of the line."""
        return self.connection.poll(0)

    def hang_up(self) -> None:
        """Returns None; a worker that waits to send sees that nobody reads."""
        self.connection.close()

    close = hang_up


class Inbox:
    """Messages that a thread puts in and another takes out; ready to read, for `wait`, while there is one."""

    def __init__(self) -> None:
        self.messages: deque[Callable[[], Any]] = deque()
        self.readable, self.writable = os.pipe()

    def fileno(self) -> int:
        return self.readable

    def put(self, message: Any) -> None:
        self.put_call(lambda: message)

    def put_call(self, take: Callable[[], Any]) -> None:
        """Returns None; the receiver gets what `take` returns or raises."""
        self.messages.append(take)
        with suppress(OSError):
            os.write(self.writable, b"m")

    def receive(self) -> Any:
        os.read(self.readable, 1)
        return self.messages.popleft()()

    def has_message(self) -> bool:
        return bool(self.messages)

    def close(self) -> None:
        for end in (self.readable, self.writable):
            with suppress(OSError):
                os.close(end)
        self.readable = self.writable = -1
