"""What a call of a plugin's op costs, and how fast its loops over the host's iteration are, ours and PyTorch's side by side.

    python bench/plugins.py --gain gain.so --curves curves.so --out bench/results/plugins_cpu.json
    python bench/plugins.py --device cuda --curves curves.so --swiglu swiglu.so --cutlass cutlass_linear.so --out ...

A plugin's op stands beside torch.library.custom_op of the same Python expression, and both beside the expression itself.
Host times are nanoseconds per call, the best of several repeats in turns. Of loops, milliseconds of the device or the
processor; PyTorch's are the same expression in its own ops.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch as reference
import vibetensor
import vibetensor.torch as ours
from overhead import side_by_side

Case = tuple[Callable[[], Any], Callable[[], Any]]


def custom_ops() -> tuple[Any, Any]:
    """The op x * factor of torch.library in PyTorch, without and with a derivative."""

    @reference.library.custom_op("bench::gain", mutates_args=())
    def gain(x: reference.Tensor, factor: float) -> reference.Tensor:
        return x * factor

    @reference.library.custom_op("bench::gain_with_derivative", mutates_args=())
    def differentiable(x: reference.Tensor, factor: float) -> reference.Tensor:
        return x * factor

    def setup(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.factor = inputs[1]

    differentiable.register_autograd(lambda ctx, grad: (grad * ctx.factor, None), setup_context=setup)
    return gain, differentiable


def of_functions(device: str, custom: tuple[Any, Any]) -> dict[str, Case]:
    """Calls of an op that torch.library makes of a function of Python, and of the function alone."""

    def function(x: Any, factor: float) -> Any:
        return x * factor

    @ours.library.custom_op("bench::gain", mutates_args=())
    def gain(x: ours.Tensor, factor: float) -> ours.Tensor:
        return x * factor

    x, rx = ours.ones(8, device=device), reference.ones(8, device=device)
    return {
        "a custom_op": (lambda: gain(x, 2.0), lambda: custom[0](rx, 2.0)),
        "its function alone": (lambda: function(x, 2.0), lambda: function(rx, 2.0)),
    }


def measure_calls(device: str, cases: dict[str, Case], into: dict[str, Any]) -> None:
    """Returns None; times the calls and keeps the figures by row."""
    for row, (mine, theirs) in cases.items():
        a, b = side_by_side(mine, theirs, device, 1)
        into[row] = {"ours_ns": round(a, 1), "torch_ns": round(b, 1), "ratio": round(a / b, 3)}
        print(f"{device:5s} {row:28s} {a:9.0f} ns {b:9.0f} ns   {a / b:.2f}")


def calls(device: str, name: str, custom: tuple[Any, Any]) -> dict[str, Case]:
    """Calls of a plugin's op on a few elements and what stands for them in PyTorch."""
    gain, differentiable = custom
    x, rx = ours.ones(8, device=device), reference.ones(8, device=device)
    w, rw = ours.ones(8, device=device, requires_grad=True), reference.ones(8, device=device, requires_grad=True)
    if name == "gain":
        op = ours.ops.gain.gain
        return {
            "an op": (lambda: op(x, 2.0), lambda: gain(rx, 2.0)),
            "an op, recorded": (lambda: op(w, 2.0), lambda: differentiable(rw, 2.0)),
            "an op and backward": (
                lambda: op(w, 2.0).sum().backward(),
                lambda: differentiable(rw, 2.0).sum().backward(),
            ),
            "the expression itself": (lambda: x * 2.0, lambda: rx * 2.0),
        }
    softclip, peak = ours.ops.curves.softclip, ours.ops.curves.peak
    return {
        "an op over the iterator": (lambda: softclip(x, 2.0), lambda: gain(rx, 2.0)),
        "a reduction": (lambda: peak(x), lambda: rx.abs().max(0)),
    }


def milliseconds(call: Callable[[], Any], settle: Callable[[], Any], calls: int) -> float:
    settle()
    start = time.perf_counter()
    for _ in range(calls):
        call()
    settle()
    return (time.perf_counter() - start) * 1e3 / calls


def loops(device: str, curves: bool, swiglu: bool, cutlass: bool) -> dict[str, Case]:
    """Loops over many elements."""
    rows = 4096 if device == "cuda" else 1024
    rx = reference.randn(rows, 4096, device=device)
    x = ours.from_dlpack(rx.detach())
    rl, cases = rx.abs() + 1, {}
    limit = ours.from_dlpack(rl)
    if curves:
        op = ours.ops.curves
        cases["softclip"] = (lambda: op.softclip(x, limit), lambda: rl * reference.tanh(rx / rl))
        cases["softclip, transposed"] = (lambda: op.softclip(x.t(), limit), lambda: rl * reference.tanh(rx.t() / rl))
        if rows != 4096:
            del cases["softclip, transposed"]
        cases["peak of rows"] = (lambda: op.peak(x, 1), lambda: rx.abs().max(1))
        cases["peak of columns"] = (lambda: op.peak(x, 0), lambda: rx.abs().max(0))
        cases["peak of all"] = (lambda: op.peak(x), lambda: rx.abs().flatten().max(0))
    if swiglu:
        rg = reference.randn(8192, 14336, device=device, dtype=reference.bfloat16)
        ru = reference.randn_like(rg)
        g, u, silu = ours.from_dlpack(rg), ours.from_dlpack(ru), reference.nn.functional.silu
        cases["swiglu in bfloat16"] = (lambda: ours.ops.swiglu.swiglu(g, u), lambda: silu(rg) * ru)
    if cutlass:
        ra = reference.randn(4096, 4096, device=device, dtype=reference.bfloat16)
        rw, rb = reference.randn_like(ra) / 64, reference.randn(4096, device=device, dtype=reference.bfloat16)
        a, w, b, linear = ours.from_dlpack(ra), ours.from_dlpack(rw), ours.from_dlpack(rb), ours.ops.cutlass_linear
        gelu = reference.nn.functional.gelu
        cases["linear and gelu of CUTLASS"] = (
            lambda: linear.linear_gelu(a, w, b),
            lambda: gelu(reference.nn.functional.linear(ra, rw, rb)),
        )
    return cases


def measure_loops(device: str, **plugins: bool) -> dict[str, dict[str, float]]:
    settle = reference.cuda.synchronize if device == "cuda" else lambda: None
    result = {}
    for name, (mine, theirs) in loops(device, **plugins).items():
        best = [float("inf")] * 2
        for repeat in range(-1, 5):
            for side, call in enumerate((mine, theirs)):
                took = milliseconds(call, settle, 10 if device == "cuda" else 2)
                if repeat >= 0:
                    best[side] = min(best[side], took)
        result[name] = {
            "ours_ms": round(best[0], 4),
            "torch_ms": round(best[1], 4),
            "ratio": round(best[0] / best[1], 3),
        }
        print(f"{device:5s} {name:28s} {best[0]:9.3f} ms {best[1]:9.3f} ms   {best[0] / best[1]:.2f}")
    return result


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gain", type=Path)
    parser.add_argument("--curves", type=Path)
    parser.add_argument("--swiglu", type=Path)
    parser.add_argument("--cutlass", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path, help="where to write the figures as JSON")
    arguments = parser.parse_args()
    device = arguments.device
    for path in (arguments.gain, arguments.curves, arguments.swiglu, arguments.cutlass):
        if path is not None:
            vibetensor.load_plugin(path)
    report: dict[str, Any] = {
        "what": "calls of a plugin's ops beside torch.library.custom_op, ns; loops beside PyTorch's own ops, ms",
        "python": platform.python_version(),
        "torch": reference.__version__,
        "machine": reference.cuda.get_device_name() if device == "cuda" else processor(),
        "threads": reference.get_num_threads(),
        "calls": {},
    }
    custom = custom_ops()
    for name in ("gain", "curves"):
        if getattr(arguments, name) is None or (name == "gain" and device == "cuda"):
            continue
        measure_calls(device, calls(device, name, custom), report["calls"])
    if device == "cpu":
        measure_calls(device, of_functions(device, custom), report["calls"])
    given = {name: getattr(arguments, name) is not None for name in ("curves", "swiglu", "cutlass")}
    report["loops"] = measure_loops(device, **given)
    if arguments.out:
        arguments.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
