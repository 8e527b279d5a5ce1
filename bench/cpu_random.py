"""Random numbers and dropout on the CPU beside PyTorch's, in ns per element, one thread.

    python bench/cpu_random.py [--budget 0.3]

Writes bench/results/cpu_random.json. Both frameworks draw the same numbers.
"""

from __future__ import annotations

import argparse

import side_by_side
import torch
import vibetensor.torch as vt

N = 1 << 18


def cases():
    """Name, dtype, and a function from a framework and a tensor of N elements to the timed call."""
    for dtype in ("float32", "float64", "bfloat16"):
        yield "uniform_", dtype, lambda f, x: lambda: x.uniform_()
        yield "normal_", dtype, lambda f, x: lambda: x.normal_()
    yield "bernoulli_", "float32", lambda f, x: lambda: x.bernoulli_(0.9)
    yield "exponential_", "float32", lambda f, x: lambda: x.exponential_()
    yield "random_", "int64", lambda f, x: lambda: x.random_(0, 50257)
    yield "randperm", "int64", lambda f, x: lambda: f.randperm(N)
    yield "dropout", "float32", lambda f, x: lambda: f.nn.functional.dropout(x, 0.1)
    yield "dropout", "bfloat16", lambda f, x: lambda: f.nn.functional.dropout(x, 0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--budget", type=float, default=0.3, help="seconds per case and framework")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    vt.set_num_threads(1)
    rows = []
    for name, dtype, make in cases():
        work = {
            label: make(framework, framework.ones(N, dtype=getattr(framework, dtype)))
            for label, framework in (("vibetensor", vt), ("torch", torch))
        }
        seconds = side_by_side.best_seconds(work, arguments.budget)
        ns = {label: 1e9 * s / N for label, s in seconds.items()}
        rows.append(
            {
                "case": name,
                "dtype": dtype,
                "vibetensor_ns": round(ns["vibetensor"], 3),
                "torch_ns": round(ns["torch"], 3),
                "speedup": round(ns["torch"] / ns["vibetensor"], 2),
            }
        )
    side_by_side.write("cpu_random", rows, torch=torch.__version__)


if __name__ == "__main__":
    main()
