"""Times scaled_dot_product_attention of VibeTensor and of PyTorch (cuDNN's and its flash kernel) on one GPU, in bfloat16.

python bench/attention.py                writes bench/results/attention.json
python bench/attention.py --out x.json   writes x.json

Queries, keys and values lie in one packed projection, as models have them. TFLOP/s count 4 T^2 D per head forward, half
of it when causal, and backward 2.5 times forward. The device is kept busy while a call is enqueued, so that times are
the device's own.
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
from torch.nn.attention import SDPBackend, sdpa_kernel

RUNS = 20
HEAD_START = 2_000_000  # cycles
CASES = [  # batch, heads, length, head dim, causal
    (16, 12, 1024, 64, True),
    (64, 12, 1024, 64, True),
    (16, 12, 1024, 64, False),
    (4, 12, 4096, 64, True),
    (2, 12, 16384, 64, True),
    (64, 12, 256, 64, True),
    (16, 16, 1024, 128, True),
    (4, 16, 4096, 128, True),
    (2, 16, 8192, 128, True),
    (2, 16, 8192, 128, False),
    (16, 8, 1024, 32, True),
]


def milliseconds(work: Callable[[], object]) -> float:
    """Median time on the device. Both libraries run on the default stream, so PyTorch's events time either."""
    for _ in range(3):
        work()
    times = []
    for _ in range(RUNS):
        begin, end = (reference.cuda.Event(enable_timing=True) for _ in range(2))
        reference.cuda._sleep(HEAD_START)
        begin.record()
        work()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end))
    return statistics.median(times)


def forward_and_backward(library: Any, shape: tuple[int, int, int, int], causal: bool) -> tuple[float, float]:
    batch, heads, length, dim = shape
    packed = library.randn(batch, length, 3, heads, dim, device="cuda").to(library.bfloat16)
    grad = library.randn(batch, length, heads, dim, device="cuda").to(library.bfloat16).transpose(1, 2)
    q, k, v = (packed[:, :, i].transpose(1, 2).detach().requires_grad_(True) for i in range(3))
    attention = library.nn.functional.scaled_dot_product_attention
    forward = milliseconds(lambda: attention(q, k, v, is_causal=causal))
    out = attention(q, k, v, is_causal=causal)
    backward = milliseconds(lambda: library.autograd.grad(out, (q, k, v), grad, retain_graph=True))
    return forward, backward


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent / "results" / "attention.json")
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    for *shape, causal in CASES:
        batch, heads, length, dim = shape
        flops = 4 * batch * heads * length * length * dim * (0.5 if causal else 1)
        row: dict[str, object] = {
            "batch": batch, "heads": heads, "length": length, "head_dim": dim, "causal": causal,
        }  # fmt: skip
        sides: dict[str, tuple[float, float]] = {"vibetensor": forward_and_backward(torch, (*shape,), causal)}
        for name, backend in (("cudnn", SDPBackend.CUDNN_ATTENTION), ("flash", SDPBackend.FLASH_ATTENTION)):
            with sdpa_kernel(backend):
                sides[name] = forward_and_backward(reference, (*shape,), causal)
        for name, (forward, backward) in sides.items():
            row[f"{name}_forward_ms"], row[f"{name}_backward_ms"] = round(forward, 4), round(backward, 4)
            row[f"{name}_forward_tflops"] = round(flops / forward / 1e9)
            row[f"{name}_backward_tflops"] = round(2.5 * flops / backward / 1e9)
        rows.append(row)
        rates = "  ".join(
            f"{name} {row[f'{name}_forward_tflops']:4}/{row[f'{name}_backward_tflops']:4}" for name in sides
        )
        print(f"B={batch} H={heads} T={length} D={dim} {'causal' if causal else 'full':6}  TFLOP/s fwd/bwd  {rates}")
    about = {
        "when": time.strftime("%Y-%m-%d"),
        "gpu": reference.cuda.get_device_name(0),
        "pytorch": reference.__version__,
        "cudnn": reference.backends.cudnn.version(),
        "rows": rows,
    }
    options.out.write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main()
