"""Times on one GPU what the loops of pointwise rows and the reductions do with operands that are not contiguous.

    python bench/loop_kernels.py [--out bench/results/loop_kernels_h200.json]         beside PyTorch
    python bench/loop_kernels.py --before ../before/python --after python [--out ...]  and beside another build

Microseconds on the device, medians; every process times PyTorch too, and ratios are to PyTorch's time in the same process.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import two_builds

RUNS = 15
N = 1 << 24  # elements
DTYPES = ("float32", "bfloat16", "float64", "complex64")


def cases(t: Any, dtype_name: str) -> dict[str, Callable[[], object]]:
    dtype = getattr(t, dtype_name)
    x = t.rand(4096, N // 4096, device="cuda").to(dtype)
    y = t.rand(4096, N // 4096, device="cuda").to(dtype)
    columns = t.rand(4096, 2 * (N // 4096), device="cuda").to(dtype)[:, : N // 4096]
    turned, out = x.t(), t.empty(N // 4096, 4096, device="cuda", dtype=dtype)
    row = t.rand(N // 4096, device="cuda").to(dtype)
    made: dict[str, Callable[[], object]] = {
        "exp": lambda: t.exp(x),
        "exp of columns": lambda: t.exp(columns),
        "exp of every other": lambda: t.exp(x[:, ::2]),
        "exp transposed": lambda: t.exp(turned, out=out),
        "sin": lambda: t.sin(x),
        "sin of columns": lambda: t.sin(columns),
        "sigmoid of columns": lambda: t.sigmoid(columns),
        "add row": lambda: t.add(x, row),
        "add transposed": lambda: t.add(out, turned),
        "add column": lambda: t.add(x, x[:, :1]),
        "equal row": lambda: t.eq(x, row),
        "where row": lambda: t.where(mask, x, y),
        "copy transposed": lambda: out.copy_(turned),
        "copy permuted": lambda: x.view(64, 64, 64, -1).permute(0, 2, 1, 3).contiguous(),
        "copy every other": lambda: x[:, ::2].contiguous(),
        "sum of columns": lambda: x.sum(0),
        "sum of odd columns": lambda: x[:, :4095].sum(0),
        "sum of rows": lambda: x.sum(1),
        "sum of the middle": lambda: x.view(64, 64, 4096).sum(1),
        "count_nonzero": lambda: t.count_nonzero(x, 0),
        "any of odd columns": lambda: t.any(x[:, :4095], 0),
        "norm of columns": lambda: t.linalg.vector_norm(x, 2, 0),
    }
    mask = row.abs() > 0.5
    if dtype_name != "complex64":
        made |= {
            "lgamma": lambda: t.lgamma(x),
            "erfinv": lambda: t.erfinv(x),
            "i0": lambda: t.special.i0(x),
            "bessel_j0": lambda: t.special.bessel_j0(x),
            "xlog1py": lambda: t.special.xlog1py(x, y),
            "relu of columns": lambda: t.relu(columns),
            "silu of columns": lambda: t.nn.functional.silu(columns),
            "gelu of columns": lambda: t.nn.functional.gelu(columns),
            "less than row": lambda: t.lt(x, row),
            "amax of columns": lambda: t.amax(x, 0),
        }
    return made


def microseconds(events: Any, call: Callable[[], object]) -> float:
    for _ in range(3):
        call()
    times = []
    for _ in range(RUNS):
        begin, end = (events.Event(enable_timing=True) for _ in range(2))
        begin.record()
        call()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end) * 1e3)
    return statistics.median(times)


def times_of_this_process() -> dict[str, Any]:
    import torch as reference
    import vibetensor.torch as torch

    rows = {}
    for dtype in DTYPES:
        ours, theirs = cases(torch, dtype), cases(reference, dtype)
        for name, call in ours.items():
            try:
                rows[f"{name}, {dtype}"] = (
                    microseconds(reference.cuda, call),
                    microseconds(reference.cuda, theirs[name]),
                )
            except (RuntimeError, NotImplementedError) as refused:
                print(f"{name}, {dtype}: {refused}", file=sys.stderr)
    return {"gpu": torch.cuda.get_device_name(), "rows": rows}


def measure(package: Path) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(package.resolve())}
    run = subprocess.run(
        [sys.executable, __file__, "--one"], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(run.stdout)


def main() -> None:
    args = two_builds.parser(__doc__).parse_args()
    after = measure(args.after)
    before = measure(args.before) if args.before else None
    rows = []
    for name, (ours, theirs) in after["rows"].items():
        row = {"what": name, "us": round(ours, 1), "ratio": round(theirs / ours, 2)}
        if before:
            row["before_us"] = round(before["rows"][name][0], 1)
            row["before_over_after"] = round(before["rows"][name][0] / ours, 2)
        rows.append(row)
    for row in sorted(rows, key=lambda row: row.get("before_over_after", row["ratio"])):
        print(*row.values(), sep="  ")
    two_builds.write(args.out, "Loops and reductions, ratios to PyTorch", rows, gpu=after["gpu"])


if __name__ == "__main__":
    if "--one" in sys.argv:
        print(json.dumps(times_of_this_process()))
    else:
        main()
