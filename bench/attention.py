"""Times scaled_dot_product_attention of VibeTensor and of PyTorch (cuDNN's and its own kernels) on one GPU.

python bench/attention.py                writes bench/results/attention.json
python bench/attention.py --out x.json   writes x.json

Queries, keys and values lie in one packed projection, as models have them; where they are of unlike lengths, each by
itself. TFLOP/s count 4 T S D per head forward, half of it when causal, what of it sequences of unlike lengths have, and
backward 2.5 times forward; where a query decodes, the bytes of keys and values are what counts. The device is kept busy
while a call is enqueued, so that times are the device's own.
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
    # "bool mask" (of keys, by batch), "bias" (of queries and keys), "dropout", "deterministic", "packed" (sequences of
    # unlike lengths, one after the other)
    option: str = ""
    keys: int = 0  # if not as many as queries
    dtype: str = "bfloat16"

    @property
    def decodes(self) -> bool:
        return bool(self.keys)

    @property
    def lengths(self) -> list[int]:
        """Of packed sequences."""
        return [round(self.length * (0.3 + 0.7 * i / (self.batch - 1))) for i in range(self.batch)]

    @property
    def flops(self) -> float:
        """Forward."""
        if self.option == "packed":
            scores: float = sum(n * n for n in self.lengths)
        else:
            scores = self.batch * self.length * (self.keys or self.length)
        return 4 * self.heads * scores * self.dim * (0.5 if self.causal else 1)

    @property
    def key_bytes(self) -> int:
        return (
            2 * self.batch * (self.shared or self.heads) * self.keys * self.dim * (4 if self.dtype == "float32" else 2)
        )


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
    Case(4, 16, 4096, 128, False, option="deterministic"),
    Case(2, 8, 4096, 256, True, option="deterministic"),
    Case(16, 12, 1024, 64, True, option="packed"),
    Case(8, 16, 4096, 128, True, option="packed"),
    Case(16, 12, 1024, 64, True, dtype="float32"),
    Case(4, 16, 4096, 64, False, dtype="float32"),
    Case(4, 16, 2048, 128, True, dtype="float32"),
    Case(1, 32, 1, 128, False, shared=8, keys=16384),
    Case(16, 32, 1, 128, False, shared=8, keys=4096),
    Case(16, 12, 1, 64, False, keys=4096),
    Case(64, 32, 1, 128, False, keys=2048),
    Case(16, 8, 1, 256, False, keys=4096),
    Case(16, 12, 1, 64, False, keys=4096, dtype="float32"),
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


def inputs_of(library: Any, case: Case) -> tuple[Any, Any, Any, Any]:
    """Query, key, value and the gradient of the result, (batch, heads, rows, dim), without the batch where packed."""
    shared, dtype = case.shared or case.heads, getattr(library, case.dtype)
    heads = [case.heads, shared, shared]
    lead = (sum(case.lengths),) if case.option == "packed" else (case.batch, case.length)
    grad = library.randn(*lead, case.heads, case.dim, device="cuda").to(dtype)
    if case.keys:
        sizes = ((case.length, case.heads), (case.keys, shared), (case.keys, shared))
        parts = [library.randn(case.batch, rows, n, case.dim, device="cuda").to(dtype) for rows, n in sizes]
    else:
        parts = library.randn(*lead, sum(heads), case.dim, device="cuda").to(dtype).split(heads, -2)
    turn = (lambda t: t) if case.option == "packed" else (lambda t: t.transpose(1, 2))
    q, k, v = (turn(part).detach().requires_grad_(True) for part in parts)
    return q, k, v, turn(grad)


def forward_and_backward(library: Any, case: Case) -> tuple[float, float | None]:
    q, k, v, grad = inputs_of(library, case)
    if case.option == "packed":
        from importlib import import_module

        varlen = import_module(f"{library.__name__}.nn.attention.varlen").varlen_attn
        ends = library.tensor([0, *case.lengths]).cumsum(0).to(library.int32).to("cuda")
        window = (-1, 0) if case.causal else (-1, -1)
        attention = lambda: varlen(q, k, v, ends, ends, max(case.lengths), max(case.lengths), window_size=window)  # noqa: E731
    else:
        options = options_of(library, case)
        attention = lambda: library.nn.functional.scaled_dot_product_attention(q, k, v, **options)  # noqa: E731
    if case.decodes:
        with library.no_grad():
            return milliseconds(attention), None
    forward = milliseconds(attention)
    out = attention()
    return forward, milliseconds(lambda: library.autograd.grad(out, (q, k, v), grad, retain_graph=True))


OTHERS = {
    "cudnn": SDPBackend.CUDNN_ATTENTION,
    "flash": SDPBackend.FLASH_ATTENTION,
    "efficient": SDPBackend.EFFICIENT_ATTENTION,
}


def others_of(case: Case) -> list[str]:
    """PyTorch's kernels that are worth a look."""
    if case.option == "packed":
        return ["flash"]
    if case.dtype == "float32":
        return ["efficient"]
    return ["cudnn", "efficient"] if case.option in ("bool mask", "bias") else ["cudnn", "flash"]


def times_of(case: Case) -> dict[str, tuple[float, float | None]]:
    """By side, forward and backward; without those that cannot run the case."""
    sides = {}
    for library in (torch, reference):
        library.use_deterministic_algorithms(case.option == "deterministic", warn_only=True)
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.FLASH_ATTENTION):
        sides["vibetensor"] = forward_and_backward(torch, case)
    for name in others_of(case):
        try:
            with sdpa_kernel(OTHERS[name]):
                sides[name] = forward_and_backward(reference, case)
        except (RuntimeError, TypeError) as error:
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


def line_of(case: Case, row: dict[str, object]) -> str:
    units = ["forward_gb_per_s"] if case.decodes else ["forward_tflops", "backward_tflops"]
    rates = [
        f"{name} " + "/".join(str(row[f"{name}_{unit}"]) for unit in units)
        for name in ("vibetensor", *OTHERS)
        if f"{name}_{units[0]}" in row
    ]
    shared = f"/{case.shared}" if case.shared else ""
    rows = f"{case.length}x{case.keys}" if case.keys else str(case.length)
    what = f"B={case.batch} H={case.heads}{shared} T={rows} D={case.dim} {'causal' if case.causal else 'full'}"
    return f"{what} {case.option} {case.dtype}: {'GB/s' if case.decodes else 'TFLOP/s'} {'  '.join(rates)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent / "results" / "attention.json")
    parser.add_argument("--only", default="", help="the cases with this option or dtype alone, or 'decoding'")
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    warnings.simplefilter("ignore")
    for case in CASES:
        if options.only and options.only not in (case.option, case.dtype, "decoding" if case.decodes else ""):
            continue
        row: dict[str, object] = {
            "batch": case.batch, "heads": case.heads, "length": case.length, "head_dim": case.dim,
            "causal": case.causal, "shared_heads": case.shared or case.heads, "option": case.option,
            "keys": case.keys or case.length, "dtype": case.dtype,
        }  # fmt: skip
        for name, (forward, backward) in times_of(case).items():
            row[f"{name}_forward_ms"] = round(forward, 4)
            if case.decodes:
                row[f"{name}_forward_gb_per_s"] = round(case.key_bytes / forward / 1e6)
                continue
            row[f"{name}_forward_tflops"] = round(case.flops / forward / 1e9)
            if backward is not None:
                row[f"{name}_backward_ms"] = round(backward, 4)
                row[f"{name}_backward_tflops"] = round(2.5 * case.flops / backward / 1e9)
        rows.append(row)
        print(line_of(case, row), flush=True)
        write(options.out, rows)


if __name__ == "__main__":
    main()
