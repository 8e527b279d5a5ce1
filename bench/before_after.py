"""Host time of small calls from Python of two builds, in processes that take turns: what a change costs a call.

    python bench/before_after.py --before ../before/python --after python [--out bench/results/before_after.json]

Each process takes the best of many short repeats per row; the figures are medians over processes. Where the machine is not
quiet they scatter by more than a change costs: instructions.py counts the same calls without a clock.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import two_builds

CALLS = {"cpu": 4000, "cuda": 200}
REPEATS = {"cpu": 25, "cuda": 60}


def times_of_this_process() -> dict[str, Any]:
    """Nanoseconds per op by row, the best of the repeats; and the GPU's name, if there is one."""
    import vibetensor.torch as torch
    from small_calls import rows

    result = {}
    if torch.cuda.is_available():
        result["gpu"] = torch.cuda.get_device_name()
    for device in ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",):
        settle = torch.cuda.synchronize if device == "cuda" else lambda: None
        for name, (call, ops) in rows(torch, device).items():
            calls, best = max(2, CALLS[device] // ops), float("inf")
            for repeat in range(-3, REPEATS[device]):
                settle()
                start = time.perf_counter_ns()
                for _ in range(calls):
                    call()
                taken = (time.perf_counter_ns() - start) / calls / ops
                best = min(best, taken) if repeat >= 0 else best
            result[f"{device} {name}"] = best
    return result


def times(package: Path) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(package.resolve())}
    run = subprocess.run(
        [sys.executable, __file__, "--one"], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(run.stdout)


def main() -> None:
    parser = two_builds.parser(__doc__)
    parser.add_argument("--processes", type=int, default=12, help="how many of each")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(times_of_this_process()))
        return
    runs: dict[Path, list[dict[str, Any]]] = {arguments.before: [], arguments.after: []}
    for turn in range(arguments.processes):
        for package in list(runs)[:: 1 if turn % 2 == 0 else -1]:
            runs[package].append(times(package))
    gpus = {run.pop("gpu", None) for of_build in runs.values() for run in of_build}
    table = []
    for row in runs[arguments.before][0]:
        before, after = ([run[row] for run in runs[package]] for package in (arguments.before, arguments.after))
        middle = statistics.median(before), statistics.median(after)
        table.append(
            {
                "row": row,
                "before_ns": round(middle[0], 1),
                "after_ns": round(middle[1], 1),
                "ratio": round(middle[1] / middle[0], 3),
                "ratio_of_best": round(min(after) / min(before), 3),
                "spread_before": round(max(before) / min(before) - 1, 3),
            }
        )
        print(f"{row:45s} {middle[0]:9.1f} {middle[1]:9.1f} ns   {table[-1]['ratio']:.3f}")
    what = f"host ns per call from Python, two builds in turns, medians over {arguments.processes} processes of each"
    two_builds.write(arguments.out, what, table, gpu=next(iter(gpus)))


if __name__ == "__main__":
    main()
