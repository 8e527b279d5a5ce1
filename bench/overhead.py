"""Host time of small calls from Python, ours and PyTorch's side by side in one process.

    python bench/overhead.py [--out bench/results/overhead_cpu.json]

Every row is the best of several repeats in nanoseconds per call; chains are per op. CUDA rows run when both sides have a
GPU; they measure the host, so the queue is drained between repeats, outside the timing, and a repeat is short enough not
to fill it.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch as reference
import vibetensor.torch as ours
from small_calls import rows

REPEATS = {"cpu": 7, "cuda": 40}
CALLS = {"cpu": 20000, "cuda": 200}


def once(call: Callable[[], Any], calls: int, settle: Callable[[], Any]) -> float:
    """Nanoseconds per call."""
    settle()
    start = time.perf_counter_ns()
    for _ in range(calls):
        call()
    return (time.perf_counter_ns() - start) / calls


def side_by_side(a: Callable[[], Any], b: Callable[[], Any], device: str, per_call: int) -> tuple[float, float]:
    """The best of each in nanoseconds per op, measured in turns after a warm-up."""
    settle_a = ours.cuda.synchronize if device == "cuda" else lambda: None
    settle_b = reference.cuda.synchronize if device == "cuda" else lambda: None
    calls = max(2, CALLS[device] // per_call)
    best_a = best_b = float("inf")
    for repeat in range(-3, REPEATS[device]):
        time_a, time_b = once(a, calls, settle_a), once(b, calls, settle_b)
        if repeat >= 0:
            best_a, best_b = min(best_a, time_a / per_call), min(best_b, time_b / per_call)
    settle_a()
    settle_b()
    return best_a, best_b


def measure(device: str) -> dict[str, dict[str, float]]:
    result: dict[str, dict[str, float]] = {}
    mine, theirs = rows(ours, device), rows(reference, device)
    for name, (call, ops) in mine.items():
        a, b = side_by_side(call, theirs[name][0], device, ops)
        result[name] = {"ours_ns": round(a, 1), "torch_ns": round(b, 1), "ratio": round(a / b, 3)}
        print(f"{device:5s} {name:38s} {a:9.0f} ns {b:9.0f} ns   {a / b:.2f}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="where to write the figures as JSON")
    parser.add_argument("--devices", nargs="+", default=["cpu", "cuda"])
    arguments = parser.parse_args()
    report: dict[str, Any] = {
        "what": "host time of small calls from Python, ns",
        "python": platform.python_version(),
        "torch": reference.__version__,
        "machine": platform.processor() or platform.machine(),
        "devices": {},
    }
    for device in arguments.devices:
        if device == "cuda" and not (ours.cuda.is_available() and reference.cuda.is_available()):
            print(f"cuda  left out: {ours._C.cuda_unavailable_reason() or 'PyTorch has no CUDA here'}")
            continue
        report["devices"][device] = measure(device)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
