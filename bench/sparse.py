"""Times products with sparse matrices and a step of a sparse embedding beside PyTorch, on a GPU or the CPU.

python bench/sparse.py                writes bench/results/sparse.json
python bench/sparse.py --out x.json   writes x.json

Times are medians of wall time with the device waited for, of calls in a row long enough for the clock.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch as reference
import vibetensor.torch as torch

CASES = [  # rows, columns, entries a row, columns of the dense factor
    (100_000, 100_000, 20, 1),
    (100_000, 100_000, 20, 16),
    (100_000, 100_000, 20, 64),
    (20_000, 20_000, 50, 256),
]


def milliseconds(library: Any, device: str, work: Callable[[], object]) -> float:
    def wait() -> None:
        if device == "cuda":
            library.cuda.synchronize()

    for _ in range(3):
        work()
    wait()
    times = []
    for _ in range(7):
        count = 10 if device == "cuda" else 1
        start = time.perf_counter()
        for _ in range(count):
            work()
        wait()
        times.append((time.perf_counter() - start) / count * 1e3)
    return statistics.median(times)


def product(library: Any, device: str, rows: int, columns: int, per_row: int, n: int) -> dict[str, float]:
    generator = reference.Generator().manual_seed(1)
    places = reference.randint(columns, (rows * per_row,), generator=generator).reshape(rows, per_row).sort(1).values
    indices = reference.stack([reference.arange(rows).repeat_interleave(per_row), places.flatten()])
    values, x = reference.randn(rows * per_row, generator=generator), reference.randn(columns, n, generator=generator)
    if library is torch:
        indices, values, x = (torch.from_dlpack(t) for t in (indices, values, x))
    coo = library.sparse_coo_tensor(indices.to(device), values.to(device), (rows, columns)).coalesce()
    csr, x = coo.to_sparse_csr(), x.to(device)
    leaf, weight = coo.detach().requires_grad_(), x.clone().requires_grad_()

    def train() -> None:
        library.sparse.mm(leaf, weight).sum().backward()
        leaf.grad = weight.grad = None

    return {
        "csr @ dense": milliseconds(library, device, lambda: csr @ x),
        "coo @ dense": milliseconds(library, device, lambda: library.sparse.mm(coo, x)),
        "forward and backward": milliseconds(library, device, train),
    }


def embedding(library: Any, device: str) -> float:
    layer = library.nn.Embedding(1_000_000, 64, sparse=True, device=device)
    optimizer = library.optim.SGD(layer.parameters(), lr=0.1)
    index = library.randint(0, 1_000_000, (4096,), device=device)

    def step() -> None:
        optimizer.zero_grad()
        layer(index).sum().backward()
        optimizer.step()

    return milliseconds(library, device, step)


def processor_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=Path(__file__).parent / "results" / "sparse.json", type=Path)
    device = "cuda" if reference.cuda.is_available() else "cpu"
    out = parser.parse_args().out
    rows: list[dict[str, Any]] = []
    for case in CASES:
        both = {name: product(lib, device, *case) for name, lib in (("vibetensor", torch), ("torch", reference))}
        for what, ours in both["vibetensor"].items():
            rows.append({"case": case, "what": what, "vibetensor_ms": ours, "torch_ms": both["torch"][what]})
    ours, theirs = embedding(torch, device), embedding(reference, device)
    rows.append({"case": [1_000_000, 64], "what": "embedding step", "vibetensor_ms": ours, "torch_ms": theirs})
    for row in rows:
        print(f"{row['case']!s:28} {row['what']:22} {row['vibetensor_ms']:9.3f} ms, torch {row['torch_ms']:9.3f} ms")
    name = reference.cuda.get_device_name() if device == "cuda" else processor_name()
    out.write_text(json.dumps({"device": name, "torch": reference.__version__, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
