"""Reading a snapshot file. A pickle may hold code, so only plain values are let in."""

from __future__ import annotations

import gzip
import io
import pickle
import zlib
from pathlib import Path
from typing import Any


class SnapshotError(ValueError):
    """The file is not a memory snapshot, or not one that is safe to read."""


class PlainUnpickler(pickle.Unpickler):
    """Reads numbers, strings, lists, tuples, sets and dicts, and refuses everything that would import a name."""

    def find_class(self, module: str, name: str) -> Any:
        raise SnapshotError(
            f"the file asks for {module}.{name}, but a memory snapshot holds plain values only; it may carry code, so it "
            "was not read further"
        )

    def persistent_load(self, pid: Any) -> Any:
        raise SnapshotError("the file refers to objects outside of it; a memory snapshot does not")


def loads(data: bytes) -> dict[str, Any]:
    """The snapshot in `data`, a pickle, gzipped or not: a dict with "segments" and "device_traces".

    No code in it is run. SnapshotError says what is wrong with anything else.
    """
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise SnapshotError(f"the gzip file is damaged: {error}") from error
    try:
        found = PlainUnpickler(io.BytesIO(data)).load()
    except SnapshotError:
        raise
    except Exception as error:  # damaged pickles raise all kinds
        raise SnapshotError(f"not a pickle of a memory snapshot: {error or type(error).__name__}") from error
    return checked(found)


def load(path: str | Path) -> dict[str, Any]:
    """The snapshot in a file; see `loads`."""
    return loads(Path(path).read_bytes())


def checked(found: Any) -> dict[str, Any]:
    """`found` with the parts that the page reads, each of the right type; SnapshotError if it is something else."""
    if isinstance(found, list):  # torch.cuda.memory_snapshot() gives the segments alone
        found = {"segments": found}
    if not isinstance(found, dict) or not isinstance(found.get("segments"), list):
        raise SnapshotError('not a memory snapshot: expected a dict with a list "segments"')
    traces = found.get("device_traces", [])
    if not isinstance(traces, list) or not all(isinstance(trace, list) for trace in traces):
        raise SnapshotError('not a memory snapshot: "device_traces" is not a list of lists')
    for segment in found["segments"]:
        require(segment, "a segment", ("total_size", "stream"))
        for block in segment.get("blocks", []):
            require(block, "a block", ("size",))
            if not isinstance(block.get("state"), str):
                raise SnapshotError("not a memory snapshot: a block without its state")
            check_frames(block)
    for trace in traces:
        for event in trace:
            if not isinstance(event, dict) or not isinstance(event.get("action"), str):
                raise SnapshotError("not a memory snapshot: an event without its action")
            require(event, f"the event {event['action']!r}", ("size",))
            check_frames(event)
    return {**found, "device_traces": traces}


def require(part: Any, what: str, keys: tuple[str, ...]) -> None:
    for key in keys:
        if not isinstance(part, dict) or not isinstance(part.get(key), int):
            raise SnapshotError(f"not a memory snapshot: {what} without the number {key!r}")


def check_frames(part: dict[str, Any]) -> None:
    frames = part.get("frames")
    if frames is not None and not (isinstance(frames, list) and all(isinstance(f, dict) for f in frames)):
        raise SnapshotError('not a memory snapshot: "frames" is not a list of dicts')
