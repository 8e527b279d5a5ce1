"""What each process did last, for the error that says who is missing.

A process keeps its last collectives in a ring. The one whose wait ends first asks for all records through the store; a thread
of every process answers, also where the program computes or waits elsewhere.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import deque
from datetime import timedelta
from typing import Any

from vibetensor.torch.distributed.errors import DistError
from vibetensor.torch.distributed.store import PrefixStore

LENGTH = 256  # collectives that are remembered
ANSWER = 3.0  # seconds in which the others send their records
ASKED = "flight/asked"


def line_of_program() -> str:
    """File and line of the nearest caller outside this package."""
    frame: Any = sys._getframe(1)
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith("vibetensor."):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "?"


class Recorder:
    """The ring of one process in one group, and the thread that sends it when it is asked for."""

    def __init__(self, name: str, store: Any, rank: int, size: int):
        self.name, self.store, self.rank, self.size = name, store, rank, size
        self.entries: deque[dict[str, Any]] = deque(maxlen=LENGTH)
        self.ended = threading.Event()
        watching = store
        if size > 1:
            watching = cloned(store)
            threading.Thread(target=self._answer, args=(watching,), name="flight recorder", daemon=True).start()

    def begin(self, sequence: int, kind: str, shapes: list[Any], dtype: str) -> dict[str, Any]:
        """A new entry of the ring, whose `state` its collective changes."""
        entry = {"sequence": sequence, "kind": kind, "shapes": shapes, "dtype": dtype, "line": line_of_program(),
                 "state": "queued", "time": time.time()}  # fmt: skip
        self.entries.append(entry)
        return entry

    def _answer(self, store: Any) -> None:
        while not self.ended.is_set():
            try:
                store.wait([f"{self.name}/{ASKED}"], timedelta(seconds=1))
            except DistError as error:
                if "wait timeout" in str(error):
                    continue
                return  # the server is gone
            except (OSError, AttributeError, TypeError):
                return
            self.send(store)
            return

    def send(self, store: Any) -> None:
        store.set(f"{self.name}/flight/{self.rank}", json.dumps(list(self.entries)[-8:]))

    def missing(self, sequence: int) -> str:
        """Which processes did not begin the collective of number `sequence`, or began another, and where each was last seen."""
        store = cloned(self.store, timedelta(seconds=ANSWER))
        store.set(f"{self.name}/{ASKED}", "1")
        self.send(store)
        end = time.monotonic() + ANSWER
        records: dict[int, list[dict[str, Any]] | None] = {}
        for rank in range(self.size):
            key = f"{self.name}/flight/{rank}"
            try:
                store.wait([key], timedelta(seconds=max(0.05, end - time.monotonic())))
                records[rank] = json.loads(store.get(key))
            except (DistError, OSError) as error:
                if "wait timeout" not in str(error):
                    raise
                records[rank] = None
        await_readers(self.store, f"{self.name}/flight/read", sum(record is not None for record in records.values()))
        own = {entry["sequence"]: entry["kind"] for entry in self.entries}
        return "; ".join(filter(None, (said_of(rank, entries, sequence, own) for rank, entries in records.items())))


def await_readers(store: Any, key: str, expected: int) -> None:
    """Returns None once `expected` processes have called this, where the store is served here, at most after ANSWER.

    A process that has failed may end soon, and the store with it: before it does, the others have to read why.
    """
    store.add(key, 1)
    below = store
    while isinstance(below, PrefixStore):
        below = below.underlying_store
    end = time.monotonic() + ANSWER
    while getattr(below, "serves", False) and store.add(key, 0) < expected and time.monotonic() < end:
        time.sleep(0.02)


def said_of(rank: int, entries: list[dict[str, Any]] | None, sequence: int, own: dict[int, str]) -> str | None:
    """What the record of a process says of the collective `sequence`; own: the kinds of this process's collectives."""
    if entries is None:
        return f"rank {rank} does not answer"
    if not entries:
        return f"rank {rank} has not called any collective"
    for entry in entries:
        if own.get(entry["sequence"], entry["kind"]) != entry["kind"]:
            return f"rank {rank} called {entry['kind']} as number {entry['sequence']}, at {entry['line']}"
    last = entries[-1]
    if last["sequence"] < sequence:
        return (
            f"rank {rank} did not call it; its last was {last['kind']} number {last['sequence']}, {last['state']}, at "
            f"{last['line']}"
        )
    for entry in entries:
        if entry["sequence"] == sequence and entry["state"] != "done":
            return f"rank {rank} is in {entry['kind']} at {entry['line']}"
    return None


def cloned(store: Any, timeout: timedelta | None = None) -> Any:
    """The store over a connection of its own, on which a thread can wait."""
    if isinstance(store, PrefixStore):
        return PrefixStore(store.prefix, cloned(store.underlying_store, timeout))
    return store.clone(timeout) if hasattr(store, "clone") else store
