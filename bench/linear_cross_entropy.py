"""Time and memory of a vocabulary's loss on a GPU: all logits at once, on both frameworks, and in chunks.

    python bench/linear_cross_entropy.py --out bench/results/linear_cross_entropy_h200.json

Forward and backward of F.cross_entropy(F.linear(x, weight), target), x (16384, 768), weight (50304, 768), bfloat16. Memory is
the peak over what x, weight and their gradients take.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch as reference
import vibetensor.torch as torch
from attention import milliseconds

ROWS, FEATURES, CLASSES = 16384, 768, 50304
CHUNKS = (512, 1024, 2048, 4096)


def measure(library: Any, loss_of: Any) -> dict[str, float]:
    library.manual_seed(0)
    x, w = (
        (library.randn(n, FEATURES, device="cuda") * 0.05).to(library.bfloat16).requires_grad_(True)
        for n in (ROWS, CLASSES)
    )
    target = library.randint(CLASSES, (ROWS,), device="cuda")

    def step() -> Any:
        x.grad = w.grad = None
        loss = loss_of(library, x, w, target)
        loss.backward()
        return loss

    step()
    kept = library.cuda.memory_allocated()
    library.cuda.reset_peak_memory_stats()
    loss = step().item()
    peak = library.cuda.max_memory_allocated()
    return {"ms": round(milliseconds(step), 3), "peak_mib": round((peak - kept) / 2**20), "loss": loss}


def separate(library: Any, x: Any, w: Any, target: Any) -> Any:
    functional = library.nn.functional
    return functional.cross_entropy(functional.linear(x, w), target)


def chunked(rows: int | None) -> Any:
    def loss_of(library: Any, x: Any, w: Any, target: Any) -> Any:
        options = library.nn.LinearCrossEntropyOptions(batch_chunk_size=rows)
        return library.nn.functional.linear_cross_entropy(x, w, target, options=options)

    return loss_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="where to write the figures as JSON")
    arguments = parser.parse_args()
    rows = {
        "PyTorch, all at once": measure(reference, separate),
        "all at once": measure(torch, separate),
        "in chunks": measure(torch, chunked(None)),
        **{f"in chunks of {n}": measure(torch, chunked(n)) for n in CHUNKS},
    }
    if hasattr(reference.nn, "LinearCrossEntropyOptions"):
        rows["PyTorch, in chunks"] = measure(reference, chunked(None))
    for what, row in rows.items():
        print(f"{what:24s} {row['ms']:8.3f} ms {row['peak_mib']:6d} MiB  loss {row['loss']:.5f}")
    if arguments.out:
        report = {"gpu": reference.cuda.get_device_name(), "pytorch": reference.__version__, "rows": rows}
        arguments.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
