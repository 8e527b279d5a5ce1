"""What a training step holds on a GPU when it holds most, by size and by the line that asked for it.

    python bench/memory_at_peak.py gpt2
    python bench/memory_at_peak.py gpt2 --framework torch --compile
    python bench/memory_at_peak.py gpt2 reversal --out bench/results/memory_at_peak_h200.json

The step is one of bench/graph_step.py's workloads. The allocator's history is replayed from what was live before a step, so
nothing is sampled. --graphed records the step as a graph first (on VibeTensor) and tells peaks alone.
"""

from __future__ import annotations

import argparse
import gc
import json
from collections import Counter
from pathlib import Path
from typing import Any

import graph_step

WARMUP = 3


def live_blocks(snapshot: dict[str, Any]) -> dict[int, tuple[int, str]]:
    """Size and origin of every block that is in use, by address."""
    return {
        block["address"]: (block["requested_size"], origin(block.get("frames")))
        for segment in snapshot["segments"]
        for block in segment["blocks"]
        if block["state"] == "active_allocated"
    }


def origin(frames: list[dict[str, Any]] | None) -> str:
    """The two innermost lines of Python."""
    lines = [f for f in frames or [] if f["filename"].endswith(".py")]
    return " < ".join(f"{Path(f['filename']).name}:{f['line']}" for f in lines[:2])


def at_peak(before: dict[int, tuple[int, str]], trace: list[dict[str, Any]]) -> dict[int, tuple[int, str]]:
    """The live blocks at the moment of the trace when their sizes add up to most."""
    live, best = dict(before), dict(before)
    total = most = sum(size for size, _ in live.values())
    for entry in trace:
        if entry["action"] == "alloc":
            live[entry["addr"]] = (entry["size"], origin(entry.get("frames")))
            total += entry["size"]
        elif entry["action"] == "free_requested" and entry["addr"] in live:
            total -= live.pop(entry["addr"])[0]
        if total > most:
            most, best = total, dict(live)
    return best


def measure(name: str, framework: str, compiled: bool, graphed: bool) -> dict[str, Any]:
    work = graph_step.Workload(name, framework, capturable=graphed)
    torch = work.torch
    memory = torch.cuda.memory
    gc.collect()
    torch.cuda.empty_cache()
    if compiled:
        work.model.compile()
    step = work.step
    if graphed:
        import vibetensor

        step = vibetensor.graph_step(work.step)
    torch.cuda.reset_peak_memory_stats()
    x, y = work.next()
    for _ in range(WARMUP):
        step(x, y)
    torch.cuda.synchronize()
    blocks: dict[int, tuple[int, str]] = {}
    if not graphed:
        memory._record_memory_history(max_entries=100_000)
        before = memory._snapshot()
        seen = len(before["device_traces"][0])
        step(x, y)
        torch.cuda.synchronize()
        blocks = at_peak(live_blocks(before), memory._snapshot()["device_traces"][0][seen:])
        memory._record_memory_history(enabled=None)
    groups = Counter[tuple[int, str]]()
    for size, place in blocks.values():
        groups[size, place] += 1
    rows = sorted(((size * n, n, size, place) for (size, place), n in groups.items()), reverse=True)
    return {
        "peak_allocated_mib": torch.cuda.max_memory_allocated() / 2**20,
        "peak_reserved_mib": torch.cuda.max_memory_reserved() / 2**20,
        "rows": [{"mib": round(b / 2**20, 1), "blocks": n, "each": size, "from": place} for b, n, size, place in rows],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="+", choices=graph_step.WORKLOADS)
    parser.add_argument("--framework", choices=["vibetensor", "torch"], default="vibetensor")
    parser.add_argument("--compile", action="store_true", help="torch.compile's step")
    parser.add_argument("--graphed", action="store_true", help="vibetensor.graph_step's step")
    parser.add_argument("--rows", type=int, default=25, help="groups that are shown")
    parser.add_argument("--out", type=Path, help="JSON file")
    args = parser.parse_args()
    found = {name: measure(name, args.framework, args.compile, args.graphed) for name in args.workloads}
    for name, run in found.items():
        print(f"{name}: {run['peak_allocated_mib']:.0f} MiB allocated, {run['peak_reserved_mib']:.0f} MiB reserved")
        for row in run["rows"][: args.rows]:
            print(f"{row['mib']:9.1f} MiB {row['blocks']:4d} x {row['each']:>12,} {row['from']}")
    if args.out:
        args.out.write_text(json.dumps({"framework": args.framework, "runs": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
