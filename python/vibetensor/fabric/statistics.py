"""What the collectives have moved, when each ran and where it was asked for, and how long members wait for each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vibetensor import _C


@dataclass(frozen=True)
class Event:
    """One collective. `times` has (begin, end) by device, in nanoseconds of the device's clock; later replays of a graph
    have the times of the latest, and what goes by NCCL or by copies has none."""

    sequence: int
    op: str
    reduction: str
    way: str
    dtype: str
    shape: tuple[int, ...]
    devices: tuple[Any, ...]
    place: str
    times: dict[Any, tuple[int, int]] = field(default_factory=dict)


def stats() -> dict[str, dict[str, int]]:
    """How often each collective ran ("calls"), and the bytes of the parts that it was given, since the start.

    Beside the collectives there is an entry for each link that was used, "cuda:0->cuda:1", with the bytes that went over
    it, and the nanoseconds that the first waited for the second within collectives ("waited_ns").

    >>> from vibetensor import fabric
    >>> sorted(name for name in fabric.stats() if "->" not in name)
    ['all_gather', 'all_reduce', 'all_to_all', 'broadcast', 'reduce_scatter']
    """
    counts: dict[str, dict[str, int]] = _C.fabric_stats()
    for origin, target, calls, moved in _C.fabric_links():
        counts[f"cuda:{origin}->cuda:{target}"] = {"calls": calls, "bytes": moved, "waited_ns": 0}
    for device, peer, nanoseconds in _C.fabric_waits():
        name = f"cuda:{device}->cuda:{peer}"
        if name in counts:
            counts[name]["waited_ns"] = nanoseconds
    return counts


def reset_stats() -> None:
    """Returns None; `stats` counts calls and bytes from zero."""
    _C.fabric_reset_stats()


def events() -> list[Event]:
    """The latest collectives, at most 1024, in the order of the calls.

    Times are read from the GPUs as they are now; nothing waits for collectives under way.

    >>> import vibetensor.torch as torch
    >>> from vibetensor import fabric
    >>> parts = [torch.ones(3), torch.ones(3)]
    >>> fabric.all_reduce(parts)
    >>> fabric.events()[-1].shape
    (3,)
    """
    times: dict[int, dict[Any, tuple[int, int]]] = {}
    for device, number, begin, end in _C.fabric_stamps():
        times.setdefault(number, {})[f"cuda:{device}"] = (begin, end)
    return [Event(*flight, times.get(flight[0], {})) for flight in _C.fabric_flights()]


def set_deadline(seconds: float) -> None:
    """Returns None; a member of a collective that waits longer than that for another gives up: 60 seconds at first.

    The RuntimeError that follows, at the next call on the device or the next wait for it, names the collective, the device
    that did not join and the line of Python that asked for it. Collectives of NCCL have no deadline.
    """
    _C.fabric_set_deadline(seconds)


def measured_ways() -> list[dict[str, Any]]:
    """Which way all-reduces go, by number of members, dtype and bytes, with the microseconds of each way that was timed.

    "lines" and "shares" are kernels of our own, Note [Sums over peers] in `src/fabric/peer_protocol.h`.
    """
    return list(_C.fabric_measured_ways())
