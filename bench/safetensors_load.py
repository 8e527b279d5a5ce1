"""How fast a safetensors file goes to the GPU, beside the rate of a pinned copy, the format's package and a plain read.

    python bench/safetensors_load.py --gigabytes 10 --folder /dev/shm --out bench/results/safetensors_load_h200.json

The file is in the page cache. Rates in GB/s, best of three in turns; "share" is ours over the pinned copy.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch as reference
import vibetensor.torch as ours
from vibetensor.safetensors import load_file, save_file


def best(run: Callable[[], Any], synchronize: Callable[[], None], times: int = 3) -> float:
    found = float("inf")
    for _ in range(times):
        synchronize()
        begin = time.perf_counter()
        kept = run()
        synchronize()
        found = min(found, time.perf_counter() - begin)
        del kept
    return found


def pinned_copies() -> float:
    """Seconds for four copies of a GiB of pinned memory to the GPU."""
    host = reference.empty(1 << 30, dtype=reference.uint8, pin_memory=True)
    device = reference.empty(1 << 30, dtype=reference.uint8, device="cuda")

    def run() -> None:
        for _ in range(4):
            device.copy_(host, non_blocking=True)

    return best(run, reference.cuda.synchronize)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--gigabytes", type=float, default=10.0)
    parser.add_argument("--folder", default=None, help="where the file is made")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    count = 64
    elements = int(args.gigabytes * 1e9 / count / 2)
    total = count * elements * 2
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        path = os.path.join(folder, "m.safetensors")
        begin = time.perf_counter()
        save_file({f"layer.{i}": ours.ones(elements, dtype=ours.bfloat16) for i in range(count)}, path)
        saved = time.perf_counter() - begin
        ours.cuda.synchronize()
        pinned = pinned_copies()
        seconds = {"to the GPU": best(lambda: load_file(path, device="cuda"), ours.cuda.synchronize)}
        seconds["to the CPU"] = best(lambda: load_file(path), ours.cuda.synchronize, 2)
        try:
            from safetensors.torch import load_file as theirs

            seconds["safetensors to the GPU"] = best(lambda: theirs(path, device="cuda"), reference.cuda.synchronize, 2)
        except ImportError:
            pass
    rates = {name: total / s / 1e9 for name, s in seconds.items()}
    rates["pinned copy"] = 4 * (1 << 30) / pinned / 1e9
    rates["save"] = total / saved / 1e9
    result = {
        "gpu": reference.cuda.get_device_name(),
        "processors": os.cpu_count(),
        "bytes": total,
        "GB/s": {name: round(rate, 2) for name, rate in rates.items()},
        "share": round(rates["to the GPU"] / rates["pinned copy"], 3),
    }
    print(json.dumps(result, indent=2))
    if args.out:
        args.out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
