"""The kernels of examples/triton_kernels beside our built-in ops and PyTorch's, and what a launch costs.

    python bench/triton_kernels.py [--out bench/results/triton_h200.json]

Device times are microseconds, the median of calls with a cold L2, bfloat16. `unfused` is the expression in PyTorch's ops
that a model would write without a fused one. Host times are nanoseconds of a call, the best of several repeats in turns:
the same small kernel launched by Triton through PyTorch and through us, by our launcher, and as an op, beside
torch.library.custom_op with that launch inside.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch as reference
import triton
import triton.language as tl
import vibetensor.torch as ours
from overhead import once
from triton.backends.nvidia.driver import CudaDriver
from vibetensor import cubin
from vibetensor import triton as vt_triton

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "examples" / "triton_kernels"), str(ROOT / "examples" / "cute")]
import attention  # noqa: E402
import cross_entropy  # noqa: E402
import cubin_ops  # noqa: E402
import matmul  # noqa: E402
import norms  # noqa: E402
import rotary  # noqa: E402
import softmax  # noqa: E402

MEASURE_MS, FLUSHED = 60, 256 << 20
LAUNCHES, REPEATS = 200, 30


def device_us(framework: Any, call: Callable[[], Any]) -> float:
    """Microseconds of the call on the device, the median, the L2 written over before each."""
    memory = framework.empty(FLUSHED // 4, dtype=framework.int32, device="cuda")

    def times(calls: int) -> list[float]:
        events = [[framework.cuda.Event(enable_timing=True) for _ in range(2)] for _ in range(calls)]
        for start, end in events:
            memory.zero_()
            start.record()
            call()
            end.record()
        framework.cuda.synchronize()
        return sorted(start.elapsed_time(end) for start, end in events)

    for _ in range(3):
        call()
    estimate = times(5)[2]
    found = times(max(10, int(MEASURE_MS / max(estimate, 0.02))))
    return 1e3 * found[len(found) // 2]


def unfused_rms_norm(x: Any, weight: Any) -> Any:
    wide = x.float()
    return weight * (wide * reference.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-6)).to(x.dtype)


def unfused_rotary(x: Any, cos: Any, sin: Any) -> Any:
    a, b = x.chunk(2, dim=-1)
    return x * cos + reference.cat((-b, a), dim=-1) * sin


def cases() -> dict[str, tuple[list[tuple[int, ...]], dict[str, Callable[..., Any]]]]:
    """By name the shapes of inputs, and what is computed of them by whom."""
    mine, theirs = ours.nn.functional, reference.nn.functional
    wide = (4096,)
    causal = {"is_causal": True}
    table = rotary.angles(4096, 128)
    halves = [reference.from_dlpack(t) for t in table]
    whole = [reference.cat((t, t), dim=-1).to(reference.bfloat16) for t in halves]
    targets = ours.randint(50257, (8192,), device="cuda")
    their_targets = reference.from_dlpack(targets)
    return {
        "softmax 4096 x 4096": (
            [(4096, 4096)],
            {
                "triton": softmax.softmax,
                "ours": lambda x: ours.softmax(x, -1),
                "pytorch": lambda x: reference.softmax(x, -1),
            },
        ),
        "layer norm 4096 x 4096": (
            [(4096, 4096), wide, wide],
            {
                "triton": norms.layer_norm,
                "ours": lambda x, w, b: mine.layer_norm(x, wide, w, b),
                "pytorch": lambda x, w, b: theirs.layer_norm(x, wide, w, b),
            },
        ),
        "RMS norm 4096 x 4096": (
            [(4096, 4096), wide],
            {
                "triton": norms.rms_norm,
                "ours": lambda x, w: mine.rms_norm(x, wide, w, 1e-6),
                "pytorch": lambda x, w: theirs.rms_norm(x, wide, w, 1e-6),
                "unfused": unfused_rms_norm,
            },
        ),
        "rotary 4 x 32 x 4096 x 128": (
            [(4, 32, 4096, 128)],
            {
                "triton": lambda x: rotary.rotary(x, *table),
                "ours": lambda x: rotary.plain(x, *(t.to(x.dtype) for t in table)),
                "pytorch": lambda x: unfused_rotary(x, *whole),
                "unfused": lambda x: unfused_rotary(x, *whole),
            },
        ),
        "cross entropy 8192 x 50257": (
            [(8192, 50257)],
            {
                "triton": lambda x: cross_entropy.cross_entropy(x, targets),
                "ours": lambda x: mine.cross_entropy(x, targets),
                "pytorch": lambda x: theirs.cross_entropy(x, their_targets),
            },
        ),
        "matrix product 4096^3": (
            [(4096, 4096), (4096, 4096)],
            {"triton": matmul.matmul, "ours": ours.matmul, "pytorch": reference.matmul},
        ),
        "attention 4 x 16 x 4096 x 64, causal": (
            [(4, 16, 4096, 64)] * 3,
            {
                "triton": lambda q, k, v: attention.attention(q, k, v, True),
                "ours": lambda q, k, v: mine.scaled_dot_product_attention(q, k, v, **causal),
                "pytorch": lambda q, k, v: theirs.scaled_dot_product_attention(q, k, v, **causal),
            },
        ),
        "CuTe RMS norm 4096 x 4096": (
            [(4096, 4096), wide],
            {
                "cubin": lambda x, w: ours.ops.examples.cute_rms_norm(x, w, 1e-6),
                "ours": lambda x, w: mine.rms_norm(x, wide, w, 1e-6),
                "pytorch": lambda x, w: theirs.rms_norm(x, wide, w, 1e-6),
                "unfused": unfused_rms_norm,
            },
        ),
    }


def kernel_row(name: str, shapes: list[tuple[int, ...]], sides: dict[str, Callable[..., Any]]) -> dict[str, Any]:
    """Forward and backward of each side, on the same values."""
    row: dict[str, Any] = {"name": name}
    values = [reference.randn(shape, device="cuda").to(reference.bfloat16) for shape in shapes]
    expected = None
    for side, call in sides.items():
        framework = reference if side in ("pytorch", "unfused") else ours
        inputs = [(v if framework is reference else ours.from_dlpack(v)).clone() for v in values]
        found = reference.from_dlpack(call(*inputs)).double()
        expected = found if expected is None else expected
        difference = ((found - expected).norm() / expected.norm()).item()
        if difference > 0.02:
            raise RuntimeError(f"{name}: {side} differs from the first side by {difference}")
        row[f"{side}_us"] = round(device_us(framework, lambda call=call, inputs=inputs: call(*inputs)), 1)
        if side == "cubin":
            continue  # no derivative
        result = call(*[x.requires_grad_() for x in inputs])
        slope = framework.randn_like(result)

        def backward(
            framework: Any = framework, result: Any = result, inputs: Any = inputs, slope: Any = slope
        ) -> None:
            framework.autograd.grad(result, inputs, slope, retain_graph=True)

        row[f"{side}_backward_us"] = round(device_us(framework, backward), 1)
        del result
    print(name, {k: v for k, v in row.items() if k != "name"}, flush=True)
    return row


@triton.jit
def scale_kernel(x, y, factor, n, BLOCK: tl.constexpr):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(y + at, tl.load(x + at, mask=at < n) * factor, mask=at < n)


@triton.jit
def their_scale_kernel(x, y, factor, n, BLOCK: tl.constexpr):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(y + at, tl.load(x + at, mask=at < n) * factor, mask=at < n)


@vt_triton.op("bench::scale", backward=lambda ctx, grad: (grad * 2.0, None))
def scale(x: ours.Tensor, factor: float) -> ours.Tensor:
    y = ours.empty_like(x)
    vt_triton.wrap(scale_kernel)[(1,)](x, y, factor, 64, BLOCK=64)
    return y


@reference.library.custom_op("bench::their_scale", mutates_args=())
def their_scale(x: reference.Tensor, factor: float) -> reference.Tensor:
    y = reference.empty_like(x)
    their_scale_kernel[(1,)](x, y, factor, 64, BLOCK=64)
    return y


their_scale.register_autograd(lambda ctx, grad: (grad * 2.0, None))


def best_ns(call: Callable[[], Any], framework: Any, driver: Any) -> float:
    """Nanoseconds of a call, with `driver` as Triton's."""
    triton.runtime.driver.set_active(driver)
    return min(once(call, LAUNCHES, framework.cuda.synchronize) for _ in range(REPEATS))


def launch_costs() -> dict[str, dict[str, float]]:
    """Host time of one launch, ours and PyTorch's."""
    our_driver, their_driver = triton.runtime.driver.active, CudaDriver()
    x, y = (ours.ones(64, device="cuda") for _ in range(2))
    a, b = (reference.ones(64, device="cuda") for _ in range(2))
    w, v = ours.ones(64, device="cuda", requires_grad=True), reference.ones(64, device="cuda", requires_grad=True)
    launcher = vt_triton.wrap(scale_kernel)
    axpy = cubin_ops.axpy_op(ROOT / "examples" / "cute" / "sm90a" / "axpy.kernel")
    axpy_kernel = cubin.load(ROOT / "examples" / "cute" / "sm90a" / "axpy.kernel")
    by_pytorch = {
        "launch": lambda: their_scale_kernel[(1,)](a, b, 2.0, 64, BLOCK=64),
        "op": lambda: their_scale(a, 2.0),
        "op, recorded": lambda: their_scale(v, 2.0),
    }
    by_us = {
        "kernel[grid] of Triton": (lambda: scale_kernel[(1,)](x, y, 2.0, 64, BLOCK=64), "launch"),
        "wrap(kernel)[grid]": (lambda: launcher[(1,)](x, y, 2.0, 64, BLOCK=64), "launch"),
        "cubin[grid]": (lambda: axpy_kernel[1,](x, y, 2.0), "launch"),
        "vibetensor.triton.op": (lambda: scale(x, 2.0), "op"),
        "vibetensor.triton.op, recorded": (lambda: scale(w, 2.0), "op, recorded"),
        "vibetensor.cubin.op": (lambda: axpy(x, x, 2.0), "op"),
    }
    rows = {}
    for name, (call, other) in by_us.items():
        for warm, driver in ((call, our_driver), (by_pytorch[other], their_driver)):
            triton.runtime.driver.set_active(driver)
            warm()
        mine, theirs = best_ns(call, ours, our_driver), best_ns(by_pytorch[other], reference, their_driver)
        rows[name] = {
            "ours_ns": round(mine),
            "torch_ns": round(theirs),
            "ratio": round(mine / theirs, 3),
            "torch": other,
        }
        print(f"{name:34s} {mine:8.0f} ns   PyTorch's {other:14s} {theirs:8.0f} ns   {mine / theirs:.2f}", flush=True)
    triton.runtime.driver.set_active(our_driver)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="where to write the figures as JSON")
    arguments = parser.parse_args()
    vt_triton.activate()
    cubin_ops.rms_norm_op(ROOT / "examples" / "cute" / "sm90a" / "rms_norm.kernel")
    report = {
        "what": "Triton and CuTe kernels of examples/, device time in us and host time of launches in ns",
        "gpu": reference.cuda.get_device_name(),
        "pytorch": reference.__version__,
        "triton": triton.__version__,
        "python": platform.python_version(),
        "launches": launch_costs(),
        "rows": [kernel_row(name, *case) for name, case in cases().items()],
    }
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
