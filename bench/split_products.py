"""Rates and errors of float32 products on one GPU: of VibeTensor in bfloat16 parts and by multiply-adds, and of PyTorch.

python bench/split_products.py                writes bench/results/split_products.json
python bench/split_products.py --out x.json   writes x.json

Shapes are those of a layer's forward product (nt), its input's gradient (nn) and its weight's (tn), as they lie in memory.
`default` is what a program gets that sets nothing. Errors are the root of the mean square against float64, in units of
2^-24 of the sum of the terms' sizes.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch as reference
import vibetensor.torch as torch
from attention import milliseconds

UNIT = 2.0**24
LAYERS = [  # rows, inputs, outputs: those of the float32 workloads of graph_step.py, and a square one
    ("ViT", 20480, 256, 768),
    ("ViT", 20480, 256, 256),
    ("ViT", 20480, 256, 1024),
    ("ViT", 20480, 1024, 256),
    ("miniGPT", 8192, 256, 768),
    ("miniGPT", 8192, 256, 1024),
    ("miniGPT", 8192, 1024, 256),
    ("miniGPT", 8192, 256, 4096),
    ("reversal", 4096, 128, 384),
    ("reversal", 4096, 128, 128),
    ("reversal", 4096, 128, 512),
    ("reversal", 4096, 512, 128),
    ("square", 4096, 4096, 4096),
]
BATCHES = [
    ("ViT scores", 2048, 80, 32, 80),
    ("ViT values", 2048, 80, 80, 32),
    ("miniGPT scores", 512, 128, 32, 128),
    ("miniGPT values", 512, 128, 128, 32),
    ("reversal scores", 256, 64, 32, 64),
    ("reversal values", 256, 64, 64, 32),
    ("heads", 96, 1024, 64, 1024),
]
KINDS = ("random", "positive", "scaled", "cancelling")
SUMS = (64, 256, 1024, 8192, 20480)


def values(library: Any, *shape: int) -> Any:
    return library.randn(*shape, device="cuda")


def cases() -> list[tuple[str, str, tuple[int, int, int, int], Any]]:
    """What, order, (batch, m, n, k) and a function that makes the product of a library."""
    found: list[tuple[str, str, tuple[int, int, int, int], Any]] = []
    for what, rows, inputs, outputs in LAYERS:

        def make(library: Any, order: str, rows: int = rows, inputs: int = inputs, outputs: int = outputs) -> Any:
            x, weight, grad = (
                values(library, rows, inputs),
                values(library, outputs, inputs),
                values(library, rows, outputs),
            )
            if order == "nt":
                return lambda: x @ weight.t()
            return (lambda: grad @ weight) if order == "nn" else (lambda: grad.t() @ x)

        found.append((what, "nt", (1, rows, outputs, inputs), make))
        found.append((what, "nn", (1, rows, inputs, outputs), make))
        found.append((what, "tn", (1, outputs, inputs, rows), make))
    for what, batch, m, k, n in BATCHES:

        def make_batch(library: Any, order: str, batch: int = batch, m: int = m, k: int = k, n: int = n) -> Any:
            a, b = values(library, batch, m, k), values(library, batch, k, n)
            return lambda: a @ b

        found.append((what, "nn", (batch, m, n, k), make_batch))
    return found


def rates() -> list[dict[str, Any]]:
    rows = []
    for what, order, (batch, m, n, k), make in cases():
        flops = 2 * batch * m * n * k
        times = {"pytorch": milliseconds(make(reference, order))}
        for name in ("ieee", "split", "none"):
            torch.backends.cuda.matmul.fp32_precision = name
            times["default" if name == "none" else name] = milliseconds(make(torch, order))
        row: dict[str, Any] = {"what": what, "order": order, "batch": batch, "m": m, "n": n, "k": k}
        for name, ms in times.items():
            row |= {f"{name}_us": round(ms * 1e3, 1), f"{name}_tflops": round(flops / ms / 1e9, 1)}
        rows.append(row)
        print(what, order, (batch, m, n, k), {name: row[f"{name}_tflops"] for name in times}, flush=True)
    return rows


def factors(kind: str, m: int, n: int, k: int) -> tuple[Any, Any]:
    a, b = (reference.randn(*shape, device="cuda") for shape in ((m, k), (k, n)))
    if kind == "positive":
        return a.abs() + 1, b.abs() + 1
    if kind == "scaled":
        along = reference.exp(reference.randn(k, device="cuda") * 3)
        return a * along, b * along[:, None]
    if kind == "cancelling":
        a[:, k // 2 :] = -a[:, : k // 2] + 1e-3 * reference.randn(m, k // 2, device="cuda")
        b[k // 2 :] = b[: k // 2]
    return a, b


def errors() -> list[dict[str, Any]]:
    rows = []
    for kind in KINDS:
        for k in SUMS:
            a, b = factors(kind, 1024, 512, k)
            exact, size = a.double() @ b.double(), a.double().abs() @ b.double().abs()

            def error(c: Any, exact: Any = exact, size: Any = size) -> float:
                return round(float((((c.double() - exact) / size) ** 2).mean().sqrt()) * UNIT, 3)

            row: dict[str, Any] = {"data": kind, "k": k, "pytorch": error(a @ b)}
            x, y = torch.from_dlpack(a), torch.from_dlpack(b)
            for name in ("ieee", "split"):
                torch.backends.cuda.matmul.fp32_precision = name
                row[name] = error(reference.from_dlpack(x @ y))
            rows.append(row)
            print(row, flush=True)
    torch.backends.cuda.matmul.fp32_precision = "none"
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent / "results" / "split_products.json")
    options = parser.parse_args()
    reference.manual_seed(0)
    about = {
        "when": time.strftime("%Y-%m-%d"),
        "gpu": reference.cuda.get_device_name(0),
        "pytorch": reference.__version__,
        "errors": errors(),
        "rates": rates(),
    }
    options.out.write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main()
