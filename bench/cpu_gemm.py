"""Matrix products on the CPU beside PyTorch's, in GFLOP/s.

    python bench/cpu_gemm.py [--threads 1 2] [--budget 0.6]

Writes bench/results/cpu_gemm.json. Unset OPENBLAS_CORETYPE first. Square products, the linear layers of a small GPT
(forward, the gradient of its input, the gradient of its weight) and batched attention products.
"""

from __future__ import annotations

import argparse
import os

import side_by_side
import torch
import vibetensor.torch as vt


def cases():
    """Name, dtype, shapes of both operands, and whether each is transposed before the product."""
    for dtype in ("float32", "bfloat16", "float16", "float64"):
        yield "square 1024", dtype, (1024, 1024), (1024, 1024), False, False
    for dim in (128, 256, 384):
        yield f"linear {dim} to {4 * dim}", "float32", (1024, dim), (4 * dim, dim), False, True
        yield f"linear {4 * dim} to {dim}", "float32", (1024, 4 * dim), (dim, 4 * dim), False, True
        yield f"input gradient {dim}", "float32", (1024, 4 * dim), (4 * dim, dim), False, False
        yield f"weight gradient {dim}", "float32", (1024, 4 * dim), (1024, dim), True, False
    for t, d in ((64, 32), (128, 32), (256, 64)):
        yield f"scores T={t} D={d}", "float32", (64, t, d), (64, t, d), False, True
        yield f"values T={t} D={d}", "float32", (64, t, t), (64, t, d), False, False
    yield "row by matrix", "float32", (1, 1024), (1024, 1024), False, True


def operand(framework, shape, dtype, transposed):
    x = framework.ones(shape).to(getattr(framework, dtype))
    return x.transpose(-2, -1) if transposed else x


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, len(os.sched_getaffinity(0))])
    parser.add_argument("--budget", type=float, default=0.6, help="seconds per case and framework")
    arguments = parser.parse_args()
    rows = []
    for threads in sorted(set(arguments.threads)):
        torch.set_num_threads(threads)
        vt.set_num_threads(threads)
        for name, dtype, a, b, ta, tb in cases():
            work = {}
            for label, framework in (("vibetensor", vt), ("torch", torch)):
                x, y = operand(framework, a, dtype, ta), operand(framework, b, dtype, tb)
                work[label] = lambda m=framework.matmul, x=x, y=y: m(x, y)
            seconds = side_by_side.best_seconds(work, arguments.budget)
            batch = a[0] if len(a) == 3 else 1
            m, k = (a[-1], a[-2]) if ta else (a[-2], a[-1])
            n = b[-2] if tb else b[-1]
            gflop = 2e-9 * batch * m * n * k
            rows.append(
                {
                    "case": name,
                    "dtype": dtype,
                    "threads": threads,
                    "vibetensor_gflops": round(gflop / seconds["vibetensor"], 1),
                    "torch_gflops": round(gflop / seconds["torch"], 1),
                    "speedup": round(seconds["torch"] / seconds["vibetensor"], 2),
                }
            )
    side_by_side.write("cpu_gemm", rows, torch=torch.__version__)


if __name__ == "__main__":
    main()
