"""Times sorting, selection, searches, histograms and running sums of VibeTensor and PyTorch on one GPU in one process.

python bench/cuda_sorting.py            writes bench/results/cuda_sorting.json
python bench/cuda_sorting.py --quick    a sixteenth of the sizes, for a look
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import side_by_side
import torch as reference
import vibetensor.torch as torch
from cuda_pieces import milliseconds


def pieces(t: Any, n: int) -> dict[str, Callable[[], object]]:
    """Work by name, on n elements in rows of several widths. The inputs of both libraries have the same values."""
    generator = reference.Generator().manual_seed(0)

    def moved(theirs: Any) -> Any:
        return t.from_dlpack(theirs.contiguous()).to("cuda")

    flat = moved(reference.randn(n, generator=generator))
    halves = flat.to(t.bfloat16)
    short, middle, wide = flat.view(-1, 64), flat.view(-1, 1024), flat.view(-1, n // 16)
    logits = flat[: n // 50304 * 50304].view(-1, 50304)
    classes = moved(reference.randint(0, 1000, (n,), generator=generator))
    ids = moved(reference.randint(0, 1 << 40, (n,), generator=generator))
    pairs = moved(reference.randint(0, 300, (n // 16, 2), generator=generator))
    edges = moved(reference.linspace(-3, 3, 257))
    boundaries = t.sort(flat)[0]
    weights = t.ones_like(flat)
    mask = flat > 0
    return {
        "sort, one row": lambda: t.sort(flat),
        "sort bf16, one row": lambda: t.sort(halves),
        "sort int64, one row": lambda: t.sort(ids),
        "sort, rows of 64": lambda: t.sort(short),
        "sort, rows of 1024": lambda: t.sort(middle),
        "sort, 16 rows": lambda: t.sort(wide),
        "topk(50), rows of 50304": lambda: t.topk(logits, 50),
        "median, one row": lambda: t.median(flat),
        "median, rows of 1024": lambda: t.median(middle, 1),
        "kthvalue, 16 rows": lambda: t.kthvalue(wide, 100),
        "mode, rows of 1024": lambda: t.mode(classes.view(-1, 1024), 1),
        "unique of 1000 values": lambda: t.unique(classes, return_inverse=True, return_counts=True),
        "unique of distinct values": lambda: t.unique(ids),
        "unique rows of 2": lambda: t.unique(pairs, dim=0),
        "unique_consecutive": lambda: t.unique_consecutive(classes),
        "searchsorted": lambda: t.searchsorted(boundaries, flat),
        "bucketize, 257 edges": lambda: t.bucketize(flat, edges),
        "bincount, 1000 bins": lambda: t.bincount(classes),
        "bincount with weights": lambda: t.bincount(classes, weights),
        "histc, 100 bins": lambda: t.histc(flat, 100, -4, 4),
        "cumsum, one row": lambda: flat.cumsum(0),
        "cumsum, rows of 1024": lambda: middle.cumsum(1),
        "cumsum down columns": lambda: middle.cumsum(0),
        "nonzero": lambda: t.nonzero(mask),
        "masked_scatter": lambda: flat.masked_scatter(mask, weights),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    n = (1 << 24) // (16 if parser.parse_args().quick else 1)
    rows: list[dict[str, object]] = []
    theirs = pieces(reference, n)
    for name, work in pieces(torch, n).items():
        mine, other = milliseconds(work), milliseconds(theirs[name])
        rows.append(
            {
                "piece": name,
                "vibetensor ms": round(mine, 3),
                "pytorch ms": round(other, 3),
                "speedup": round(other / mine, 2),
            }
        )
    side_by_side.write(
        "cuda_sorting", rows, gpu=reference.cuda.get_device_name(0), pytorch=reference.__version__, elements=n
    )


if __name__ == "__main__":
    main()
