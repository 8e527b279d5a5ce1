"""Elementwise functions and row operations on the CPU beside PyTorch's, in ns per element.

    python bench/cpu_math.py [--threads 1] [--budget 0.4]

Writes bench/results/cpu_math.json. The tensors stay in cache, so that arithmetic is measured and not memory.
"""

from __future__ import annotations

import argparse

import side_by_side
import torch
import vibetensor.torch as vt

ELEMENTWISE = ("exp", "log", "tanh", "erf", "sigmoid", "log1p", "expm1", "sin", "cos", "sqrt", "rsqrt")
ROWS, COLUMNS = 64, 1024


def cases():
    """Name, dtype, and a function from a framework and its (64, 1024) tensor to the timed call."""
    for name in ELEMENTWISE:
        for dtype in ("float32", "bfloat16"):
            yield name, dtype, lambda f, x, name=name: lambda: getattr(f, name)(x)
    for kind in ("none", "tanh"):
        yield f"gelu {kind}", "float32", lambda f, x, kind=kind: lambda: f.nn.functional.gelu(x, approximate=kind)
    yield "add", "float32", lambda f, x: lambda: f.add(x, x)
    yield "softmax", "float32", lambda f, x: lambda: f.softmax(x, -1)
    yield "log_softmax", "float32", lambda f, x: lambda: f.log_softmax(x, -1)
    yield "layer_norm", "float32", lambda f, x: lambda: f.nn.functional.layer_norm(x, (COLUMNS,))
    yield "sum", "float32", lambda f, x: lambda: f.sum(x)
    yield "sum of rows", "float32", lambda f, x: lambda: f.sum(x, 1)
    yield "sum of columns", "float32", lambda f, x: lambda: f.sum(x, 0)
    yield "max of rows", "float32", lambda f, x: lambda: f.amax(x, 1)
    yield "to bfloat16", "float32", lambda f, x: lambda: x.to(f.bfloat16)
    yield "transpose", "float32", lambda f, x: lambda: x.t().contiguous()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--budget", type=float, default=0.4, help="seconds per case and framework")
    arguments = parser.parse_args()
    rows = []
    for threads in arguments.threads:
        torch.set_num_threads(threads)
        vt.set_num_threads(threads)
        for name, dtype, make in cases():
            work = {}
            for label, framework in (("vibetensor", vt), ("torch", torch)):
                x = framework.linspace(0.1, 4.0, ROWS * COLUMNS).reshape(ROWS, COLUMNS).to(getattr(framework, dtype))
                work[label] = make(framework, x)
            seconds = side_by_side.best_seconds(work, arguments.budget)
            ns = {label: 1e9 * s / (ROWS * COLUMNS) for label, s in seconds.items()}
            rows.append(
                {
                    "case": name,
                    "dtype": dtype,
                    "threads": threads,
                    "vibetensor_ns": round(ns["vibetensor"], 3),
                    "torch_ns": round(ns["torch"], 3),
                    "speedup": round(ns["torch"] / ns["vibetensor"], 2),
                }
            )
    side_by_side.write("cpu_math", rows, torch=torch.__version__)


if __name__ == "__main__":
    main()
