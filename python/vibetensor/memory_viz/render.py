"""The page: a template, its style and its scripts in one file, and the snapshot as JSON between them."""

from __future__ import annotations

import html
import json
from importlib.resources import files
from typing import Any

from vibetensor.memory_viz.timeline import address_ranges, block_addresses, lives_of, reserved_over_time

SCRIPTS = ("format.js", "memory.js", "plot.js", "timeline.js", "segments.js", "tables.js", "main.js")
LIBRARIES = ("/vibetensor/", "/torch/", "/site-packages/", "/dist-packages/")


class Stacks:
    """Stacks as numbers, each stack and each frame stored once. Stack 0 is the unknown one."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, int, str]] = []
        self.stacks: list[list[int]] = [[]]
        self.origins: list[int] = [-1]
        self.frame_numbers: dict[tuple[str, int, str], int] = {}
        self.stack_numbers: dict[tuple[int, ...], int] = {(): 0}
        self.known: dict[int, tuple[Any, int]] = {}  # by id of the list, which is kept alive here

    def number(self, part: dict[str, Any]) -> int:
        """The number of the stack in `part["frames"]`."""
        frames = part.get("frames")
        if not frames:
            return 0
        known = self.known.get(id(frames))
        if known is None:
            known = self.known[id(frames)] = (frames, self.add(frames))
        return known[1]

    def add(self, frames: list[dict[str, Any]]) -> int:
        numbers = []
        for frame in frames:
            key = (str(frame.get("filename", "")), int(frame.get("line", 0)), str(frame.get("name", "")))
            number = self.frame_numbers.setdefault(key, len(self.frames))
            if number == len(self.frames):
                self.frames.append(key)
            numbers.append(number)
        stack = self.stack_numbers.setdefault(tuple(numbers), len(self.stacks))
        if stack == len(self.stacks):
            self.stacks.append(numbers)
            self.origins.append(self.origin(numbers))
        return stack

    def origin(self, numbers: list[int]) -> int:
        """The frame to name a stack by: the innermost of the user's Python code, else of Python, else of all."""
        python = [n for n in numbers if self.frames[n][0].endswith(".py") or self.frames[n][0].startswith("<")]
        users = [n for n in python if not any(part in self.frames[n][0] for part in LIBRARIES)]
        return (users or python or numbers)[0]


def segment_data(segment: dict[str, Any], stacks: Stacks) -> dict[str, Any]:
    return {
        "address": segment.get("address") or 0,
        "size": segment["total_size"],
        "stream": segment["stream"],
        "kind": str(segment.get("segment_type", "")),
        "pool": list(segment.get("segment_pool_id", (0, 0))),
        "expandable": bool(segment.get("is_expandable", False)),
        "blocks": [
            [
                address,
                b["size"],
                b.get("requested_size", b["size"]),
                b["state"],
                stacks.number(b),
                str(b.get("tensor", "")),
            ]
            for address, b in block_addresses(segment)
        ],
    }


def device_data(index: int, snapshot: dict[str, Any], stacks: Stacks) -> dict[str, Any]:
    traces = snapshot["device_traces"]
    events = traces[index] if index < len(traces) else []
    segments = [s for s in snapshot["segments"] if s.get("device", 0) == index]
    lives = lives_of(events, segments, stacks.number)
    times = [int(e.get("time_us", 0)) for e in events]
    return {
        "index": index,
        "segments": [segment_data(s, stacks) for s in segments],
        "events": {
            "action": [e["action"] for e in events],
            "address": [int(e.get("addr", e.get("device_free", 0))) for e in events],
            "size": [e["size"] for e in events],
            "stream": [int(e.get("stream", 0)) for e in events],
            "time": times if any(times) else [],
            "stack": [stacks.number(e) for e in events],
        },
        "lives": vars(lives),
        "reserved": reserved_over_time(events, segments),
        "ranges": address_ranges(events, segments, lives),
    }


def page_data(snapshot: dict[str, Any]) -> dict[str, Any]:
    """What the page's scripts read, plain enough for JSON."""
    stacks = Stacks()
    used = {s.get("device", 0) for s in snapshot["segments"]}
    used |= {i for i, trace in enumerate(snapshot["device_traces"]) if trace}
    devices = [device_data(index, snapshot, stacks) for index in sorted(used)]
    return {"devices": devices, "frames": stacks.frames, "stacks": stacks.stacks, "origins": stacks.origins}


def render(snapshot: dict[str, Any], title: str = "snapshot") -> str:
    """One HTML document that shows `snapshot` (see `load`) and fetches nothing; `title` is shown as text."""
    folder = files("vibetensor.memory_viz") / "page"

    def part(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    # "<" is escaped so that no string of the snapshot can end the script element.
    data = json.dumps(page_data(snapshot), separators=(",", ":")).replace("<", "\\u003c")
    pieces = {
        "TITLE": html.escape(title),
        "STYLE": part("page.css"),
        "SCRIPT": "\n".join(part(name) for name in SCRIPTS),
        "DATA": data,
    }
    text = part("page.html")
    head, *rest = text.split("{{")
    return head + "".join(pieces[name] + tail for name, _, tail in (piece.partition("}}") for piece in rest))
