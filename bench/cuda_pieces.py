"""Times kernels of VibeTensor and PyTorch on one GPU in one process: bandwidth where memory is the limit, else rates.

python bench/cuda_pieces.py                    writes bench/results/cuda_pieces.json
python bench/cuda_pieces.py --quick            a tenth of the sizes, for a look
python bench/cuda_pieces.py --only gelu sum    pieces whose names have one of these words; prints, writes nothing
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import side_by_side
import torch as reference
import vibetensor.torch as torch

RUNS = 30


def milliseconds(work: Callable[[], object]) -> float:
    """Median time on the device. Both libraries run on the default stream, so PyTorch's events time either."""
    for _ in range(5):
        work()
    times = []
    for _ in range(RUNS):
        begin, end = (reference.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        work()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end))
    return statistics.median(times)


def host_microseconds(work: Callable[[], object]) -> float:
    """Time that a call keeps the host, the device being free."""
    best = float("inf")
    for _ in range(20):
        reference.cuda.synchronize()
        begin = time.perf_counter()
        for _ in range(100):
            work()
        best = min(best, (time.perf_counter() - begin) / 100)
    return best * 1e6


class Side:
    """One library: how it makes random tensors."""

    def __init__(self, library: Any) -> None:
        self.t = library
        self.F = library.nn.functional

    def random(self, *shape: int, dtype: str = "bfloat16", grad: bool = False) -> Any:
        x = self.t.randn(*shape, device="cuda", dtype=self.t.float32).to(getattr(self.t, dtype))
        return x.requires_grad_(True) if grad else x


def pieces(s: Side, n: int) -> dict[str, tuple[Callable[[], object], float]]:
    """Work by name, with the bytes that it must move; negative: floating-point operations."""
    t, F = s.t, s.F
    flat, other, out32 = s.random(n), s.random(n), s.random(n, dtype="float32")
    side = int(n**0.5)
    square, row = flat[: side * side].view(side, side), s.random(side)
    out: dict[str, tuple[Callable[[], object], float]] = {
        "copy bf16": (lambda: other.copy_(flat), 4 * n),
        "add bf16": (lambda: t.add(flat, other), 6 * n),
        "mul scalar bf16": (lambda: t.mul(flat, 1.5), 4 * n),
        "gelu bf16": (lambda: F.gelu(flat), 4 * n),
        "cast bf16 to fp32": (lambda: out32.copy_(flat), 6 * n),
        "broadcast row add": (lambda: t.add(square, row), 4 * side * side),
        "transpose copy": (lambda: square.t().contiguous(), 4 * side * side),
        "sum all": (lambda: flat.sum(), 2 * n),
        "sum rows": (lambda: square.sum(1), 2 * side * side),
        "sum columns": (lambda: square.sum(0), 2 * side * side),
    }
    odd = n - 3
    out["add bf16, odd length"] = (lambda: t.add(flat[:odd], other[:odd]), 6 * odd)
    out["add fp32"] = (lambda: t.add(out32, out32), 8 * n)
    out["add bf16 and fp32"] = (lambda: t.add(flat, out32), 10 * n)
    out["add bf16, rows of 104 in 128"] = (
        lambda: t.add(flat[: n // 128 * 128].view(-1, 128)[:, :104], other[: n // 128 * 128].view(-1, 128)[:, :104]),
        6 * (n // 128 * 104),
    )
    for name, function in (
        ("gelu", F.gelu),
        ("gelu tanh", lambda x: F.gelu(x, approximate="tanh")),
        ("silu", F.silu),
        ("relu", F.relu),
    ):
        out.setdefault(f"{name} bf16", (lambda function=function: function(flat), 4 * n))
        leaf = flat.detach().requires_grad_(True)
        result = function(leaf)
        backward = lambda leaf=leaf, result=result: t.autograd.grad(result, leaf, other, retain_graph=True)  # noqa: E731
        out[f"{name} backward bf16"] = (backward, 6 * n)
    for rows, width in ((16384, 768), (16384, 3072), (16384, 769), (262144, 64), (512, 50304)):
        several = [s.random(rows, width) for _ in range(max(1, n // (rows * width)))]  # more than the cache holds
        sums = lambda several=several: [x.sum(0) for x in several]  # noqa: E731
        out[f"sum columns {rows}x{width}"] = (sums, 2 * rows * width * len(several))
    for rows, width in ((n // 4096, 768), (n // 16384, 4096)):
        x, w, b = s.random(rows, width), s.random(width), s.random(width)
        size = rows * width
        out[f"layer_norm {rows}x{width}"] = (lambda x=x, w=w, b=b: F.layer_norm(x, (x.shape[1],), w, b), 4 * size)
        out[f"rms_norm {rows}x{width}"] = (lambda x=x, w=w: F.rms_norm(x, (x.shape[1],), w, 1e-5), 4 * size)
        out[f"softmax {rows}x{width}"] = (lambda x=x: F.softmax(x, dim=-1), 4 * size)
    x, w, b = s.random(n // 4096, 768, grad=True), s.random(768, grad=True), s.random(768, grad=True)
    g = s.random(n // 4096, 768)
    out["layer_norm fwd+bwd"] = (lambda: F.layer_norm(x, (768,), w, b).backward(g), 10 * x.numel())
    stream = s.random(n // 16384, 768, dtype="float32", grad=True)
    g32 = s.random(n // 16384, 768, dtype="float32")
    layers = [(s.random(768, dtype="float32", grad=True), s.random(768, dtype="float32", grad=True)) for _ in range(4)]

    def residuals() -> None:
        """Four layer norms on a float32 residual stream; between them and the sums everything is bfloat16."""
        y = stream
        with t.autocast("cuda", dtype=t.bfloat16):
            for w32, b32 in layers:
                y = y + F.layer_norm(y, (768,), w32, b32).bfloat16()
        y.backward(g32)

    for rows, width, dtype in (
        (n // 4096, 768, "float32"),
        (n // 4096, 1600, "bfloat16"),
        (n // 65536, 8192, "bfloat16"),
    ):
        leaf, scale = s.random(rows, width, dtype=dtype, grad=True), s.random(width, dtype=dtype, grad=True)
        upstream = s.random(rows, width, dtype=dtype)
        normed = F.layer_norm(leaf, (width,), scale)
        backward = lambda normed=normed, leaf=leaf, scale=scale, upstream=upstream: t.autograd.grad(  # noqa: E731
            normed, (leaf, scale), upstream, retain_graph=True
        )
        out[f"layer_norm backward {rows}x{width} {dtype}"] = (backward, 3 * leaf.numel() * leaf.element_size())
    # Of an element: norm 10 and sum 10 forward; gradient in 16 bits, input, waiting gradient, sum in both widths backward.
    out["residual layer_norm fwd+bwd, autocast"] = (residuals, 4 * (20 + 16) * stream.numel())
    tokens = n // 16384
    for classes in (50304, 50257, 8000):
        logits = s.random(tokens, classes, grad=True)
        target = t.randint(0, classes, (tokens,), device="cuda")

        def loss(logits: Any = logits, target: Any = target) -> None:
            logits.grad = None
            F.cross_entropy(logits, target).backward()

        out[f"cross entropy fwd+bwd {tokens}x{classes}"] = (loss, 6 * logits.numel())
        forward = lambda logits=logits, target=target: F.cross_entropy(logits.detach(), target)  # noqa: E731
        out[f"cross entropy fwd {tokens}x{classes}"] = (forward, 2 * logits.numel())
    parameters = [s.random(768, 3072, dtype="float32", grad=True) for _ in range(max(1, n // (768 * 3072) // 2))]
    for p in parameters:
        p.grad = t.ones_like(p)
    step = t.optim.AdamW(parameters, fused=True).step
    out["AdamW fused"] = (step, 28 * sum(p.numel() for p in parameters))
    for inner, outer in ((768, 2304), (768, 3072), (3072, 768), (768, 50304)):
        a, weight, bias = s.random(n // 16384, inner), s.random(outer, inner), s.random(outer)
        work = lambda a=a, weight=weight, bias=bias: F.linear(a, weight, bias)  # noqa: E731
        out[f"linear {n // 16384}x({inner} to {outer})"] = (work, -2.0 * (n // 16384) * inner * outer)
    return out


def small_calls(s: Side) -> dict[str, Callable[[], object]]:
    a, b = s.random(16, dtype="float32"), s.random(16, dtype="float32")
    c, d = s.random(16, 16, dtype="float32"), s.random(16, 16, dtype="float32")
    leaf = s.random(16, dtype="float32", grad=True)
    return {
        "add": lambda: a + b,
        "add with autograd": lambda: leaf + b,
        "matmul 16x16": lambda: c @ d,
        "view": lambda: c.view(256),
        "empty(16)": lambda: s.t.empty(16, device="cuda"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", default=[""], help="words, one of which a piece's name must have")
    arguments = parser.parse_args()
    n = (1 << 28) // (16 if arguments.quick else 1)
    rows: list[dict[str, object]] = []
    ours, theirs = pieces(Side(torch), n), pieces(Side(reference), n)
    for name, (work, size) in ours.items():
        if not any(word in name for word in arguments.only):
            continue
        mine, other = milliseconds(work), milliseconds(theirs[name][0])
        rate = [abs(size) / ms / 1e9 for ms in (mine, other)]
        unit = "TB/s" if size > 0 else "TFLOP/s"
        rows.append(
            {
                "piece": name,
                "unit": unit,
                "vibetensor": round(rate[0], 3),
                "pytorch": round(rate[1], 3),
                "ratio": round(rate[0] / rate[1], 3),
            }
        )
    calls, their_calls = small_calls(Side(torch)), small_calls(Side(reference))
    for name, work in calls.items():
        if not any(word in f"host time of {name}" for word in arguments.only):
            continue
        mine, other = host_microseconds(work), host_microseconds(their_calls[name])
        rows.append(
            {
                "piece": f"host time of {name}",
                "unit": "us",
                "vibetensor": round(mine, 2),
                "pytorch": round(other, 2),
                "ratio": round(other / mine, 3),
            }
        )
    about = {"gpu": reference.cuda.get_device_name(0), "pytorch": reference.__version__}
    if arguments.only == [""]:
        side_by_side.write("cuda_pieces", rows, **about)
    else:
        side_by_side.show(rows)


if __name__ == "__main__":
    main()
