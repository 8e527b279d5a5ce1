"""Times scaled_dot_product_attention of VibeTensor and of PyTorch (cuDNN's and its own kernels) on one GPU, in bfloat16.

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
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch as reference
import vibetensor.torch as torch
from torch.nn.attention import SDPBackend, sdpa_kernel

RUNS = 20
HEAD_START = 2_000_000  # cycles


@dataclass(frozen=True)
class Case:
    batch: int
    heads: int
    length: int
    dim: int
    causal: bool
    shared: int = 0  # heads of keys and values, if fewer
    option: str = ""  # "bool mask" (of keys, by batch), "bias" (of queries and keys), "dropout", "deterministic"


CASES = [
    Case(16, 12, 1024, 64, True),
    Case(64, 12, 1024, 64, True),
    Case(16, 12, 1024, 64, False),
    Case(4, 12, 4096, 64, True),
    Case(2, 12, 16384, 64, True),
    Case(64, 12, 256, 64, True),
    Case(16, 16, 1024, 128, True),
    Case(4, 16, 4096, 128, True),
    Case(2, 16, 8192, 128, True),
    Case(2, 16, 8192, 128, False),
    Case(16, 8, 1024, 32, True),
    Case(4, 16, 4096, 96, True),
    Case(4, 16, 4096, 80, False),
    Case(2, 8, 4096, 256, True),
    Case(4, 32, 4096, 128, True, shared=8),
    Case(4, 32, 4096, 64, True, shared=4),
    Case(16, 12, 1024, 64, False, option="bool mask"),
    Case(4, 16, 4096, 128, False, option="bool mask"),
    Case(16, 12, 1024, 64, False, option="bias"),
    Case(4, 16, 4096, 128, False, option="bias"),
    Case(16, 12, 1024, 64, True, option="dropout"),
    Case(4, 16, 4096, 128, True, option="dropout"),
    Case(16, 12, 1024, 64, True, option="deterministic"),
    Case(4, 16, 4096, 128, True, option="deterministic"),
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


def options_of(library: Any, case: Case) -> dict[str, Any]:
    options: dict[str, Any] = {"is_causal": case.causal}
    if case.shared:
        options["enable_gqa"] = True
    if case.option == "bool mask":
        lengths = library.linspace(0.5 * case.length, case.length, case.batch, device="cuda")
        seen = library.arange(case.length, device="cuda") < lengths[:, None]
        options["attn_mask"] = seen[:, None, None]
    elif case.option == "bias":
        bias = library.randn(1, case.heads, case.length, case.length, device="cuda")
        options["attn_mask"] = bias.to(library.bfloat16)
    elif case.option == "dropout":
        options["dropout_p"] = 0.1
    return options


def forward_and_backward(library: Any, case: Case) -> tuple[float, float]:
    shared = case.shared or case.heads
    heads = [case.heads, shared, shared]
    packed = library.randn(case.batch, case.length, sum(heads), case.dim, device="cuda").to(library.bfloat16)
    grad = library.randn(case.batch, case.length, case.heads, case.dim, device="cuda")
    grad = grad.to(library.bfloat16).transpose(1, 2)
    q, k, v = (part.transpose(1, 2).detach().requires_grad_(True) for part in packed.split(heads, 2))
    options = options_of(library, case)
    attention = library.nn.functional.scaled_dot_product_attention
    forward = milliseconds(lambda: attention(q, k, v, **options))
    out = attention(q, k, v, **options)
    backward = milliseconds(lambda: library.autograd.grad(out, (q, k, v), grad, retain_graph=True))
    return forward, backward


def times_of(case: Case) -> dict[str, tuple[float, float]]:
    """By side, forward and backward; without those that cannot run the case."""
    sides = {}
    for library in (torch, reference):
        library.use_deterministic_algorithms(case.option == "deterministic", warn_only=True)
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.FLASH_ATTENTION):
        sides["vibetensor"] = forward_and_backward(torch, case)
    for name, backend in (
        ("cudnn", SDPBackend.CUDNN_ATTENTION),
        ("flash", SDPBackend.FLASH_ATTENTION),
        ("efficient", SDPBackend.EFFICIENT_ATTENTION),
    ):
        if name == "efficient" and case.option not in ("bool mask", "bias"):
            continue  # what it alone can do of PyTorch's own
        try:
            with sdpa_kernel(backend):
                sides[name] = forward_and_backward(reference, case)
        except RuntimeError as error:
            print(f"{name} does not run {case}: {str(error).splitlines()[0][:80]}")
    return sides


def write(out: Path, rows: list[dict[str, object]]) -> None:
    """Writes what is measured so far, so that a run that is stopped leaves it."""
    about = {
        "when": time.strftime("%Y-%m-%d"),
        "gpu": reference.cuda.get_device_name(0),
        "pytorch": reference.__version__,
        "cudnn": reference.backends.cudnn.version(),
        "rows": rows,
    }
    out.write_text(json.dumps(about, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent / "results" / "attention.json")
    parser.add_argument("--only", default="", help="the cases with this option alone")
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    warnings.simplefilter("ignore")
    for case in CASES:
        if options.only and case.option != options.only:
            continue
        flops = 4 * case.batch * case.heads * case.length * case.length * case.dim * (0.5 if case.causal else 1)
        row: dict[str, object] = {
            "batch": case.batch, "heads": case.heads, "length": case.length, "head_dim": case.dim,
            "causal": case.causal, "shared_heads": case.shared or case.heads, "option": case.option,
        }  # fmt: skip
        sides = times_of(case)
        for name, (forward, backward) in sides.items():
            row[f"{name}_forward_ms"], row[f"{name}_backward_ms"] = round(forward, 4), round(backward, 4)
            row[f"{name}_forward_tflops"] = round(flops / forward / 1e9)
            row[f"{name}_backward_tflops"] = round(2.5 * flops / backward / 1e9)
        rows.append(row)
        rates = "  ".join(
            f"{name} {row[f'{name}_forward_tflops']:4}/{row[f'{name}_backward_tflops']:4}" for name in sides
        )
        shared = f"/{case.shared}" if case.shared else ""
        what = (
            f"B={case.batch} H={case.heads}{shared} T={case.length} D={case.dim} {'causal' if case.causal else 'full'}"
        )
        print(f"{what} {case.option:6}  TFLOP/s fwd/bwd  {rates}", flush=True)
        write(options.out, rows)


if __name__ == "__main__":
    main()
