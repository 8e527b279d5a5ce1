"""send and recv: messages from one process to another, beside the collectives of their group."""

from __future__ import annotations

import os
import queue
import select
import threading
import time
from collections.abc import Callable
from typing import Any

from vibetensor.torch.distributed.errors import DistBackendError
from vibetensor.torch.distributed.links import HEADER, MESSAGES, Header, Links
from vibetensor.torch.distributed.process_group import Work
from vibetensor.torch.distributed.rings import Kind, bytes_of


class Receive:
    """One recv that waits for its message."""

    def __init__(
        self, flat: Any, peer: int | None, tag: int, end: float, finish: Callable[[int, BaseException | None], None]
    ):
        self.flat, self.peer, self.tag, self.end, self.finish = flat, peer, tag, end, finish

    def takes(self, peer: int, tag: int) -> bool:
        return self.tag == tag and self.peer in (None, peer)


class Messenger:
    """The messages of one process in a group: a thread for each process that it sends to, one that receives from all.

    What comes before a recv asks for it is kept, so that a process may send before the other receives.
    """

    def __init__(self, links: Links):
        self.links = links
        self._sends: dict[int, queue.SimpleQueue[Callable[[], None]]] = {}
        self._asked: queue.SimpleQueue[Receive] = queue.SimpleQueue()
        self._wake, self._woken = os.pipe()[::-1]
        self._lock = threading.Lock()
        self._receiving = False

    def send(self, flat: Any, peer: int, tag: int, seconds: float, work: Work) -> None:
        """Returns None; `work` ends once `flat` has left for process `peer`."""

        def call() -> None:
            data = bytes_of(flat)
            header = HEADER.pack(0, Kind.send, tag, len(data))
            try:
                self.links.exchange([(peer, [header, data])], [], time.monotonic() + seconds, MESSAGES)
                work._finish()
            except BaseException as error:  # it belongs to whoever waits
                work._finish(error)

        with self._lock:
            if peer not in self._sends:
                self._sends[peer] = queue.SimpleQueue()
                threading.Thread(
                    target=run_all, args=(self._sends[peer],), name=f"messages to {peer}", daemon=True
                ).start()
        self._sends[peer].put(call)

    def receive(self, receive: Receive) -> None:
        """Returns None; the message goes into its tensor once it comes."""
        self._asked.put(receive)
        with self._lock:
            if not self._receiving:
                self._receiving = True
                threading.Thread(target=self._receive_all, name="messages", daemon=True).start()
        os.write(self._wake, b"!")

    def _receive_all(self) -> None:
        waiting: list[Receive] = []
        early: list[tuple[int, int, Any]] = []  # messages that nobody asked for yet: from whom, tag, bytes
        while True:
            poll = select.poll()
            poll.register(self._woken, select.POLLIN)
            peers = {}
            for (peer, purpose), connection in list(self.links.connections.items()):
                if purpose == MESSAGES and any(r.peer in (None, peer) for r in waiting):
                    poll.register(connection.fileno(), select.POLLIN)
                    peers[connection.fileno()] = peer
            left = min((r.end for r in waiting), default=time.monotonic() + 3600) - time.monotonic()
            for number, _ in poll.poll(max(0.0, left) * 1000 + 1):
                if number == self._woken:
                    os.read(self._woken, 1)
                    asked = self._asked.get()
                    found = next((m for m in early if asked.takes(m[0], m[1])), None)
                    if found is None:
                        waiting.append(asked)
                    else:
                        early.remove(found)
                        self._fill(asked, found[0], found[2])
                else:
                    self._take(peers[number], waiting, early)
            for late in [r for r in waiting if r.end <= time.monotonic()]:
                waiting.remove(late)
                who = "any rank" if late.peer is None else f"rank {late.peer}"
                late.finish(
                    -1, DistBackendError(f"[Rank {self.links.rank}] timed out waiting for a message from {who}")
                )

    def _take(self, peer: int, waiting: list[Receive], early: list[tuple[int, int, Any]]) -> None:
        """Reads one message of `peer`, into the tensor that waits for it or to be kept."""
        soon = time.monotonic() + 60
        head = bytearray(HEADER.size)
        try:
            self.links.exchange([], [(peer, [head])], soon, MESSAGES)
            header = Header(*HEADER.unpack(head))
            asked = next((r for r in waiting if r.takes(peer, header.detail)), None)
            if asked is not None and asked.flat.numel() * asked.flat.element_size() == header.bytes:
                waiting.remove(asked)
                self.links.exchange([], [(peer, [bytes_of(asked.flat)])], soon, MESSAGES)
                asked.finish(peer, None)
                return
            data = bytearray(header.bytes)
            self.links.exchange([], [(peer, [data])], soon, MESSAGES)
        except BaseException as error:
            for broken in [r for r in waiting if r.peer == peer or (r.peer is None and self.links.size == 2)]:
                waiting.remove(broken)
                broken.finish(-1, error)
            connection = self.links.connections.pop((peer, MESSAGES), None)
            if connection is not None:
                connection.close()
            return
        if asked is None:
            early.append((peer, header.detail, data))
        else:
            waiting.remove(asked)
            self._fill(asked, peer, data)

    @staticmethod
    def _fill(asked: Receive, peer: int, data: Any) -> None:
        into = bytes_of(asked.flat)
        if len(into) != len(data):
            asked.finish(
                peer, DistBackendError(f"rank {peer} sent {len(data)} bytes, the tensor that receives has {len(into)}")
            )
            return
        into[:] = data
        asked.finish(peer, None)


def run_all(calls: queue.SimpleQueue[Callable[[], None]]) -> None:
    while True:
        calls.get()()
