"""What knowing the Python stack of every allocation costs: nanoseconds to take one, by depth and kind.

    python bench/python_stack.py [--out bench/results/python_stack_cpu.json]

"short" is what is always taken (8 frames), "full" what _record_memory_history asks for (up to 128). A row is the time of a
call that takes the stack less that of the same call taking none, each the best of several repeats; the stack has been
seen before, as in a training loop. No GPU is needed.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vibetensor import _C

REPEATS, CALLS = 30, 2000


def below(depth: int, run: Callable[[], float]) -> float:
    """Runs `run` under `depth` more frames."""
    return run() if depth == 0 else below(depth - 1, run)


def fresh_frames(depth: int) -> int:
    """Takes a stack under frames that are new in every call, as those of forward functions are."""
    return _C.python_stack() if depth == 0 else fresh_frames(depth - 1)


def nanoseconds(depth: int, fresh: int) -> float:
    def run() -> float:
        best = float("inf")
        for _ in range(REPEATS):
            start = time.perf_counter_ns()
            for _ in range(CALLS):
                fresh_frames(fresh)
            best = min(best, (time.perf_counter_ns() - start) / CALLS)
        return best

    return below(depth, run)


def measure() -> list[dict[str, Any]]:
    rows = []
    for depth, fresh in ((1, 0), (3, 4), (20, 4), (90, 4)):
        _C.set_python_stack_kind("none")
        without = nanoseconds(depth, fresh)
        for kind in ("short", "full"):
            _C.set_python_stack_kind(kind)
            rows.append(
                {"kind": kind, "depth": depth + fresh, "new_frames": fresh, "ns": nanoseconds(depth, fresh) - without}
            )
    _C.set_python_stack_kind("short")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="a JSON file for the result")
    args = parser.parse_args()
    rows = measure()
    print(f"{'kind':6} {'depth':>6} {'of them new':>12} {'ns':>8}")
    for row in rows:
        print(f"{row['kind']:6} {row['depth']:6} {row['new_frames']:12} {row['ns']:8.1f}")
    if args.out:
        found = {"python": platform.python_version(), "table": _C.python_stack_table(), "rows": rows}
        args.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
