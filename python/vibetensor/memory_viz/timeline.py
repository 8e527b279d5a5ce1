"""From a trace of events to what lived when: the lives of allocations, and the memory reserved over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

ALLOCATED = ("active_allocated", "active_pending_free", "active_awaiting_free")
GROWTH = {"segment_alloc": 1, "segment_map": 1, "segment_free": -1, "segment_unmap": -1}


@dataclass
class Lives:
    """Allocations, one per index: alive from event `start` (-1: before the trace) to before event `end` (the number
    of events: to the end). `stack` and `note` are as the caller's `stack_of` and `note_of` gave them."""

    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    address: list[int] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    stream: list[int] = field(default_factory=list)
    stack: list[int] = field(default_factory=list)

    def add(self, start: int, address: int, size: int, stream: int, stack: int) -> int:
        self.start.append(start)
        self.end.append(-1)
        self.address.append(address)
        self.size.append(size)
        self.stream.append(stream)
        self.stack.append(stack)
        return len(self.start) - 1


def block_addresses(segment: dict[str, Any]) -> Iterable[tuple[int, dict[str, Any]]]:
    """(address, block) of a segment; older snapshots leave the block's address out, since blocks lie end to end."""
    address = segment.get("address") or 0
    for block in segment.get("blocks", []):
        address = block.get("address", address)
        yield address, block
        address += block["size"]


def lives_of(events: list[dict[str, Any]], segments: list[dict[str, Any]], stack_of: Any) -> Lives:
    """The lives that `events` tell of, and of those blocks in `segments` that are older than the events.

    Memory is in use until its free is completed; where a trace leaves those events out, until the free is requested.
    """
    lives = Lives()
    alive: dict[int, int] = {}
    closing = "free_completed" if any(e["action"] == "free_completed" for e in events) else "free_requested"
    for index, event in enumerate(events):
        address = event.get("addr", 0)
        if event["action"] == "alloc":
            if address in alive:  # its free was not recorded
                lives.end[alive[address]] = index
            alive[address] = lives.add(index, address, event["size"], event.get("stream", 0), stack_of(event))
        elif event["action"] == closing:
            life = alive.pop(address, None)
            if life is None:
                life = lives.add(-1, address, event["size"], event.get("stream", 0), 0)
            lives.end[life] = index
    for segment in segments:
        for address, block in block_addresses(segment):
            if block["state"] in ALLOCATED and address not in alive:
                size = block.get("requested_size") or block["size"]
                alive[address] = lives.add(-1, address, size, segment["stream"], stack_of(block))
    for life in alive.values():
        lives.end[life] = len(events)
    return lives


def reserved_over_time(events: list[dict[str, Any]], segments: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """(event, bytes held from the driver from then on), the first at -1: before the trace."""
    changes = [(i, GROWTH[e["action"]] * e["size"]) for i, e in enumerate(events) if e["action"] in GROWTH]
    total = sum(segment["total_size"] for segment in segments) - sum(change for _, change in changes)
    steps = [(-1, total)]
    for index, change in changes:
        total += change
        steps.append((index, total))
    return steps


def address_ranges(events: list[dict[str, Any]], segments: list[dict[str, Any]], lives: Lives) -> list[tuple[int, int]]:
    """(first, end) of the address ranges that were ever in use, in order and apart from each other."""
    ranges = [(s.get("address") or 0, (s.get("address") or 0) + s["total_size"]) for s in segments]
    ranges += [(e["addr"], e["addr"] + e["size"]) for e in events if e["action"] in GROWTH and "addr" in e]
    ranges += [(address, address + size) for address, size in zip(lives.address, lives.size)]
    merged: list[tuple[int, int]] = []
    for first, end in sorted(ranges):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((first, end))
    return merged
