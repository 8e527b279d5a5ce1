"""Time of an allocator hit from C++: runs bench/cpp/allocator_bench.cpp and keeps its numbers.

    cmake --preset dev -DVT_BENCH=ON && ninja -C build/dev allocator_bench
    python bench/allocator.py [--binary build/dev/bench/allocator_bench] [--out allocator_cpu]

`pair_ns` is one allocate and one deallocate, the median of several repetitions in CPU time of the calling thread. With a GPU
the memory is its own, else that of a device of bookkeeping; a hit calls neither.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path

from side_by_side import write

ROOT = Path(__file__).resolve().parents[1]


def has_gpu() -> bool:
    try:
        return subprocess.run(["nvidia-smi"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=str(ROOT / "build/dev/bench/allocator_bench"))
    parser.add_argument("--out", default="allocator_cpu", help="name of the file in bench/results")
    parser.add_argument("--repetitions", type=int, default=9)
    args = parser.parse_args()
    output = subprocess.run(
        [args.binary, "--benchmark_format=json", f"--benchmark_repetitions={args.repetitions}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    rows: list[dict[str, object]] = []
    for entry in json.loads(output)["benchmarks"]:
        if entry.get("aggregate_name") != "median":
            continue
        blocks = 64 if entry["run_name"].startswith("step") else 1  # of one iteration
        pair = entry["cpu_time"] / blocks
        rows.append({"benchmark": entry["run_name"], "pair_ns": round(pair, 1), "each_ns": round(pair / 2, 1)})
    write(args.out, rows, what="allocate and deallocate served from the cache, ns", gpu=has_gpu())


if __name__ == "__main__":
    main()
