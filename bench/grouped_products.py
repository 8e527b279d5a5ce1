"""Times _scaled_mm and _grouped_mm of VibeTensor and of PyTorch on one GPU.

python bench/grouped_products.py                writes bench/results/grouped_products.json
python bench/grouped_products.py --out x.json   writes x.json
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch as reference
import vibetensor.torch as torch
from attention import milliseconds

SCALED = [(4096, 4096, 4096), (8192, 8192, 8192), (16384, 4096, 4096), (128, 8192, 8192)]
GROUPED = [(8, 16384, 4096, 2048), (64, 16384, 2048, 1024), (128, 8192, 4096, 1536), (8, 1024, 4096, 14336)]


def scaled(t: Any, m: int, n: int, k: int, by_row: bool) -> Callable[[], object]:
    a, b = (t.randn(rows, k, device="cuda").to(t.float8_e4m3fn) for rows in (m, n))
    shapes = ((m, 1), (1, n)) if by_row else ((), ())
    scales = [t.ones(shape, device="cuda") for shape in shapes]
    return lambda: t._scaled_mm(a, b.t(), *scales, out_dtype=t.bfloat16, use_fast_accum=True)


def grouped(t: Any, groups: int, rows: int, k: int, n: int) -> dict[str, Callable[[], object]]:
    a, grad = (t.randn(rows, size, device="cuda").to(t.bfloat16) for size in (k, n))
    b = t.randn(groups, n, k, device="cuda").to(t.bfloat16).transpose(1, 2)
    ends = [rows * (i + 1) * (i + 2) // (groups * (groups + 1)) for i in range(groups)]  # of growing groups
    offs = t.tensor(ends, dtype=t.int32, device="cuda")
    return {
        "rows": lambda: t._grouped_mm(a, b, offs),
        "rows, gradient": lambda: t._grouped_mm(grad, b.transpose(1, 2), offs),
        "terms": lambda: t._grouped_mm(grad.t(), a, offs),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "grouped_products.json")
    options = parser.parse_args()
    rows: list[dict[str, object]] = []

    def measure(what: str, flops: float, calls: dict[str, Callable[[], object]]) -> None:
        row: dict[str, object] = {"what": what}
        for side, call in calls.items():
            try:
                ms = milliseconds(call)
            except (RuntimeError, NotImplementedError) as error:
                row[f"{side}_error"] = str(error).splitlines()[0][:100]
                continue
            row[f"{side}_ms"], row[f"{side}_tflops"] = round(ms, 4), round(flops / ms / 1e9)
        rows.append(row)
        about = {
            "when": time.strftime("%Y-%m-%d"),
            "gpu": reference.cuda.get_device_name(0),
            "pytorch": reference.__version__,
            "rows": rows,
        }
        options.out.write_text(json.dumps(about, indent=2) + "\n")
        print(what, *(f"{key} {value}" for key, value in row.items() if key != "what"), flush=True)

    sides = {"vibetensor": torch, "pytorch": reference}
    for m, n, k in SCALED:
        for by_row in (False, True):
            calls = {side: scaled(t, m, n, k, by_row) for side, t in sides.items()}
            measure(f"float8 {m} x {n} x {k} {'by row' if by_row else 'whole'}", 2.0 * m * n * k, calls)
    for groups, count, k, n in GROUPED:
        both = {side: grouped(t, groups, count, k, n) for side, t in sides.items()}
        for kind in both["vibetensor"]:
            what = f"{groups} groups of {kind}, {count} x {k} x {n}"
            measure(what, 2.0 * count * k * n, {side: calls[kind] for side, calls in both.items()})


if __name__ == "__main__":
    main()
