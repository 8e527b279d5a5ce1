"""Programs of pointwise ops: eager, fused by `torch.compile` of ours, PyTorch's eager and its compiler.

    python bench/program.py [--threads 2] [--budget 2] [--elements 10000000] [--out program_cpu]
    python bench/program.py --device cuda --out program_h200

Writes bench/results/program_cpu.json. All four run in one process, turn by turn; the first call of each, which is where
PyTorch compiles, is timed apart. On CUDA a call is timed to the end of its work, and ours until its kernel was compiled too.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import side_by_side
import torch
import vibetensor.torch as vt
from vibetensor import _C
from vibetensor.programs import explain


def chain(x: Any, y: Any) -> Any:
    """20 rows: products, sums, bounds and two gates."""
    h = x * 1.5
    h = h + y
    h = h.clamp_min(-2.0)
    h = h * h
    h = h - 0.25
    h = h * y
    h = h.abs()
    h = h + 1.0
    h = h.sqrt()
    h = h * x
    h = h - y
    h = h.clamp_max(3.0)
    h = h * 0.5
    h = h + x
    h = h.relu()
    h = h * y
    h = h - x
    h = h * 0.75
    h = h + 0.125
    return h * y


def gates(x: Any, y: Any) -> Any:
    """A gate written by hand: transcendental functions, where arithmetic and not memory is what costs."""
    return x.sigmoid() * y.tanh() + (x * y).exp().log1p() * (y - x).sigmoid()


def rows_of_half(x: Any, y: Any) -> Any:
    """Rows over bfloat16, each rounded as memory would round it."""
    h = x * 1.5 + y
    h = h.relu() * x - y
    return h * h + x * 0.5


def in_place(x: Any, y: Any) -> Any:
    """A value that is written to over and over."""
    h = x * 2
    h += y
    h.relu_()
    h.mul_(0.5)
    h.sub_(x)
    return h


def rms_norm(x: Any, y: Any) -> Any:
    """RMSNorm by hand, of rows of 1,000, with the sum before it."""
    h = x + y
    return h * (h.square().mean(-1, keepdim=True) + 1e-6).rsqrt() * 1.5


def softmax(x: Any, y: Any) -> Any:
    """A softmax by hand, of rows of 1,000."""
    e = (x - x.amax(-1, keepdim=True)).exp()
    return e / e.sum(-1, keepdim=True) * y


def gradient(x: Any, y: Any) -> Any:
    """A gated layer norm by hand, forward and backward."""
    x = x.detach().requires_grad_()
    mean = x.mean(-1, keepdim=True)
    d = x - mean
    h = d * ((d * d).mean(-1, keepdim=True) + 1e-5).rsqrt()
    (h * y.sigmoid()).sum().backward()
    return x.grad


CASES: dict[str, tuple[Callable[..., Any], str]] = {
    "chain of 20 rows": (chain, "float32"),
    "gates": (gates, "float32"),
    "rows of bfloat16": (rows_of_half, "bfloat16"),
    "in place": (in_place, "float32"),
    "RMSNorm by hand": (rms_norm, "float32"),
    "softmax by hand": (softmax, "float32"),
    "layer norm by hand and its gradient": (gradient, "float32"),
}


def first_call(call: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--budget", type=float, default=2.0, help="seconds per case and way to run it")
    parser.add_argument("--elements", type=int, default=10_000_000)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", default="program_cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    vt.set_num_threads(arguments.threads)
    rows = []
    for name, (fn, dtype) in CASES.items():
        work, first, until_fused = {}, {}, 0.0
        for side, framework in (("vibetensor", vt), ("torch", torch)):
            x, y = (
                framework.linspace(low, 2.0, arguments.elements)
                .to(arguments.device, getattr(framework, dtype))
                .view(-1, 1000)
                for low in (-2.0, -1.0)
            )
            wait = framework.cuda.synchronize if arguments.device == "cuda" else lambda: None
            for way, call in (("eager", fn), ("compiled", framework.compile(fn))):
                work[f"{side} {way}"] = lambda call=call, x=x, y=y, wait=wait: (call(x, y), wait())
                first[f"{side} {way}"] = first_call(work[f"{side} {way}"])
                if (side, way) == ("vibetensor", "compiled"):
                    until_fused = first[f"{side} {way}"] + first_call(_C.program_finish_compiling)
        seen = explain(fn, *(vt.ones(100, 1000, dtype=getattr(vt, dtype)) for _ in range(2)))
        seconds = side_by_side.best_seconds(work, arguments.budget)
        rows.append(
            {
                "case": name,
                "dtype": dtype,
                "elements": arguments.elements,
                "threads": arguments.threads,
                "calls": seen.fused_calls,
                "passes": seen.passes,
                **{f"{key.replace(' ', '_')}_ms": round(1e3 * s, 3) for key, s in seconds.items()},
                "to_eager": round(seconds["vibetensor eager"] / seconds["vibetensor compiled"], 2),
                "to_torch_compiled": round(seconds["torch compiled"] / seconds["vibetensor compiled"], 2),
                "first_call_s": round(first["vibetensor compiled"], 3),
                "until_fused_s": round(until_fused, 3),
                "torch_first_call_s": round(first["torch compiled"], 3),
            }
        )
    side_by_side.write(arguments.out, rows, torch=torch.__version__)


if __name__ == "__main__":
    main()
