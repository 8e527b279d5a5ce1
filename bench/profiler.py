"""What a profile costs: nanoseconds of the host per small call, with the profiler off and on.

    python bench/profiler.py [--out bench/results/profiler_cpu.json]

A row per kind of call (small_calls.py), a column per setting; each is the best of several repeats. "off" is a build with
the profiler and no profile running: beside a build from before, instructions.py counts what that costs. With a GPU, "cuda"
also has the device's work recorded.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import vibetensor.torch as torch
from small_calls import rows

REPEATS, CALLS = 60, 1000
NAMES = ("add", "add with autograd", "view", "chain of 100, forward and backward")
CPU = torch.profiler.ProfilerActivity.CPU
CUDA = torch.profiler.ProfilerActivity.CUDA
SETTINGS: dict[str, dict[str, Any]] = {
    "off": {},
    "on": {"activities": [CPU]},
    "with memory": {"activities": [CPU], "profile_memory": True},
    "with shapes": {"activities": [CPU], "record_shapes": True},
    "with stacks": {"activities": [CPU], "with_stack": True},
    "cuda": {"activities": [CPU, CUDA]},
}


def nanoseconds(call: Callable[[], Any], ops: int, setting: dict[str, Any], device: str) -> float:
    """Per op, the best of several repeats, each under a profile of its own."""
    best = float("inf")
    calls = max(1, (CALLS if device == "cpu" else 200) // ops)
    for _ in range(REPEATS):
        with torch.profiler.profile(**setting) if setting else nullcontext():
            start = time.perf_counter_ns()
            for _ in range(calls):
                call()
            best = min(best, (time.perf_counter_ns() - start) / calls / ops)
        if device == "cuda":
            torch.cuda.synchronize()
    return best


def measure(device: str) -> list[dict[str, Any]]:
    result = []
    calls = rows(torch, device)
    for name in NAMES:
        call, ops = calls[name]
        for _ in range(200 // ops + 1):
            call()
        row: dict[str, Any] = {"device": device, "call": name}
        for setting, options in SETTINGS.items():
            if setting != "cuda" or device == "cuda":
                row[setting] = round(nanoseconds(call, ops, options, device), 1)
        result.append(row)
        print("  ".join(f"{key}: {value}" for key, value in row.items()))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="where to write the figures as JSON")
    arguments = parser.parse_args()
    figures = measure("cpu")
    if CUDA in torch.profiler.supported_activities():
        figures += measure("cuda")
    if arguments.out:
        report = {
            "what": "host time of small calls under the profiler, ns per op",
            "python": platform.python_version(),
            "machine": platform.processor() or platform.machine(),
            "rows": figures,
        }
        arguments.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
