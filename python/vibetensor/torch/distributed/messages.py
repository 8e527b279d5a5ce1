"""send and recv: messages from one process to another, beside the collectives of their group."""

from __future__ import annotations

import os
import queue
import select
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed.errors import DistBackendError
from vibetensor.torch.distributed.links import MESSAGES, Links
from vibetensor.torch.distributed.process_group import Work

HEADER = struct.Struct("<QQ")  # tag, bytes of the message


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

    def __init__(self, links: Links, explain: Callable[[BaseException], BaseException]):
        self.links, self.explain = links, explain
        self._sends: dict[int, queue.SimpleQueue[Callable[[], None]]] = {}
        self._asked: queue.SimpleQueue[Receive] = queue.SimpleQueue()
        self._wake, self._woken = os.pipe()[::-1]
        self._lock = threading.Lock()
        self._receiving = False

    def send(self, flat: Any, peer: int, tag: int, seconds: float, work: Work) -> None:
        """Returns None; `work` ends once `flat` has left for process `peer`."""

        def call() -> None:
            header = HEADER.pack(tag, flat.numel() * flat.element_size())
            try:
                end = time.monotonic() + seconds
                self.links.exchange([(peer, _C.frombuffer(bytearray(header), dtype=_C.uint8))], [], end, MESSAGES)
                self.links.exchange([(peer, flat)], [], end, MESSAGES)
                work._finish()
            except BaseException as error:  # it belongs to whoever waits
                work._finish(self.explain(error))

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
        others = {p: self.links.descriptor(p) for p in range(self.links.size) if p != self.links.rank}
        while True:
            poll = select.poll()
            poll.register(self._woken, select.POLLIN)
            peers = {}
            for peer, descriptor in others.items():
                if any(r.peer in (None, peer) for r in waiting):
                    poll.register(descriptor, select.POLLIN)
                    peers[descriptor] = peer
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
                elif not self._take(peers[number], waiting, early):
                    del others[peers[number]]
            for late in [r for r in waiting if r.end <= time.monotonic()]:
                waiting.remove(late)
                who = "any rank" if late.peer is None else f"rank {late.peer}"
                error = DistBackendError(f"[Rank {self.links.rank}] timed out waiting for a message from {who}")
                late.finish(-1, self.explain(error))

    def _take(self, peer: int, waiting: list[Receive], early: list[tuple[int, int, Any]]) -> bool:
        """Reads one message of `peer`, into the tensor that waits for it or to be kept; False once there are no more."""
        soon = time.monotonic() + 60
        head = _C.ops.empty([HEADER.size], dtype=_C.uint8)
        try:
            self.links.exchange([], [(peer, head)], soon, MESSAGES)
            tag, size = HEADER.unpack(bytes(head.tolist()))
            asked = next((r for r in waiting if r.takes(peer, tag)), None)
            fits = asked is not None and asked.flat.numel() * asked.flat.element_size() == size
            data = asked.flat if asked is not None and fits else _C.ops.empty([size], dtype=_C.uint8)
            self.links.exchange([], [(peer, data)], soon, MESSAGES)
        except BaseException as error:
            for broken in [r for r in waiting if r.peer == peer or (r.peer is None and self.links.size == 2)]:
                waiting.remove(broken)
                broken.finish(-1, self.explain(error))
            return False
        if asked is None:
            early.append((peer, tag, data))
            return True
        waiting.remove(asked)
        if fits:
            asked.finish(peer, None)
        else:
            self._fill(asked, peer, data)
        return True

    @staticmethod
    def _fill(asked: Receive, peer: int, data: Any) -> None:
        size = asked.flat.numel() * asked.flat.element_size()
        if size != data.numel():
            asked.finish(
                peer, DistBackendError(f"rank {peer} sent {data.numel()} bytes, the tensor that receives has {size}")
            )
            return
        with no_grad():
            asked.flat.copy_(data.view(asked.flat.dtype))
        asked.finish(peer, None)


def run_all(calls: queue.SimpleQueue[Callable[[], None]]) -> None:
    while True:
        calls.get()()
