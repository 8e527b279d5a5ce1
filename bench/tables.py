"""Writes the tables of docs/performance.md from the files in bench/results, between the markers that name them.

python bench/tables.py            writes
python bench/tables.py --check    exit status 1 if a table is not what the files say
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "performance.md"
WORKLOADS = {
    "reversal": "sequence reversal, fp32",
    "vit": "CIFAR-10 ViT, fp32",
    "minigpt": "miniGPT, fp32",
    "gpt2": "GPT-2 124M, B=16, bf16 autocast",
    "gpt2-32": "the same, B=32",
    "gpt2-64": "the same, B=64",
}
MODELS = {
    "resnet50": "ResNet-50, B=256, channels_last",
    "lstm": "LSTM language model, 2 x 1024, T=128, B=64",
    "unet": "diffusion U-Net, 32 x 32, B=128, channels_last",
}


def result(name: str) -> Any:
    return json.loads((ROOT / "bench" / "results" / f"{name}.json").read_text())


def lines_of(header: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def attention() -> Iterator[str]:
    found = result("attention_h200")
    names = {
        "vibetensor": "ours",
        "cudnn": "PyTorch, cuDNN",
        "flash": "PyTorch, flash",
        "efficient": "PyTorch, efficient",
    }

    def what(r: dict[str, Any]) -> str:
        kind = r["option"] or ("causal" if r["causal"] else "full")
        if r["option"] and r["causal"]:
            kind += ", causal"
        heads = f"H={r['heads']}" + (f" over {r['shared_heads']}" if r["shared_heads"] != r["heads"] else "")
        dtype = " float32" if r["dtype"] == "float32" else ""
        rows = f"T={r['length']} {kind}" if r["keys"] == r["length"] else f"{r['length']} of {r['keys']}"
        return f"D={r['head_dim']} {rows}{dtype}, B={r['batch']} {heads}"

    def cells(r: dict[str, Any], *units: str) -> list[str]:
        return [
            " / ".join(str(r[f"{side}_{unit}"]) for unit in units) if f"{side}_{units[0]}" in r else "-"
            for side in names
        ]

    whole = [r for r in found["rows"] if "vibetensor_forward_tflops" in r]
    decoding = [r for r in found["rows"] if "vibetensor_forward_gb_per_s" in r]
    yield f"{found['gpu']}, bf16 unless it says float32, PyTorch {found['pytorch']}, TFLOP/s forward / backward:"
    yield ""
    rows = [[what(r), *cells(r, "forward_tflops", "backward_tflops")] for r in whole]
    yield from lines_of(["attention", *names.values()], rows)
    yield ""
    yield "One query that sees all keys, GB/s of keys and values:"
    yield ""
    yield from lines_of(["attention", *names.values()], [[what(r), *cells(r, "forward_gb_per_s")] for r in decoding])


def steps(name: str, workloads: dict[str, str]) -> Iterator[str]:
    found = result(name)
    ours, theirs = found["runs"]["vibetensor"], found["runs"]["torch"]
    rows = []
    for key, what in workloads.items():
        if key not in ours or key not in theirs:
            continue
        row = [what]
        for mode in ("eager", "graphed"):
            for side in (ours, theirs):
                row.append(f"{side[key][mode]['ms']:.2f}" if mode in side[key] else "-")
        row.append(f"{theirs[key]['compiled']['ms']:.2f}" if "compiled" in theirs[key] else "-")
        rows.append(row)
    yield f"{found['device']}, milliseconds of a step:"
    yield ""
    yield from lines_of(
        ["workload", "eager", "PyTorch eager", "graphed", "PyTorch, whole-step graph", "torch.compile"], rows
    )


def peaks() -> Iterator[str]:
    found = result("graph_step_h200")
    ours, theirs = found["runs"]["vibetensor"], found["runs"]["torch"]
    rows = []
    for key, what in WORKLOADS.items():
        runs = (ours[key]["eager"], ours[key]["graphed"], theirs[key]["eager"], theirs[key].get("compiled", {}))
        rows.append([what, *(f"{r['peak_allocated_mib']:.0f}" if "peak_allocated_mib" in r else "-" for r in runs)])
    yield "Most memory that tensors hold at a time, MiB:"
    yield ""
    yield from lines_of(["workload", "eager", "graphed", "PyTorch eager", "torch.compile"], rows)


def cpu_products() -> Iterator[str]:
    yield from products_on("cpu_gemm")
    yield ""
    yield from products_on("cpu_gemm_amd")


def products_on(name: str) -> Iterator[str]:
    found = result(name)
    shares: dict[tuple[str, int], list[float]] = {}
    for r in found["rows"]:
        if r["over_best"] is not None:
            shares.setdefault((r["dtype"], r["threads"]), []).append(r["over_best"])
    rows = [
        [dtype, str(threads), str(len(s)), f"{statistics.median(s):.2f}", str(sum(share < 0.95 for share in s))]
        for (dtype, threads), s in sorted(shares.items())
    ]
    yield f"{found['processor']}, beside the best of OpenBLAS, PyTorch {found['torch']} and oneDNN:"
    yield ""
    yield from lines_of(["dtype", "threads", "shapes", "share of the best one's rate, median", "under 0.95"], rows)


def determinism() -> Iterator[str]:
    found = result("determinism_h200")
    rows = [
        [WORKLOADS[r["workload"]], "yes" if r["same"] else "no", f"{r['ms']:.2f}", f"{r['plain_ms']:.2f}"]
        for r in found["rows"]
    ]
    yield f"{found['device']}, milliseconds of an eager step:"
    yield ""
    yield from lines_of(["workload", "three runs give the same bits", "deterministic", "otherwise"], rows)


def curves() -> Iterator[str]:
    found = result("curves_gpt2_h200")
    names = {"torch": "PyTorch", "vibetensor": "ours"}
    seeds = range(1, len(found["ends"]["torch"]) + 1)
    rows = [[names[side], *(f"{v:.4f}" for v in values)] for side, values in found["ends"].items()]
    yield from lines_of(["mean of the last losses", *(f"seed {s}" for s in seeds)], rows)
    yield ""
    yield (
        f"A step's losses are {found['median_at_a_step']:.4f} apart in the median, PyTorch's own by seed "
        f"{found['median_at_a_step_of_torch_by_seed']:.4f}."
    )


def products() -> Iterator[str]:
    found = result("split_products_h200")
    sides = ("pytorch", "ieee", "split", "default")
    rows = []
    for r in found["rates"]:
        batch = f"{r['batch']} x " if r["batch"] > 1 else ""
        what = f"{r['what']}, {r['order']}: {batch}({r['m']}, {r['k']}) x ({r['k']}, {r['n']})"
        rows.append([what, *(str(round(r[f"{side}_tflops"])) for side in sides)])
    yield f"{found['gpu']}, float32, PyTorch {found['pytorch']}, TFLOP/s:"
    yield ""
    yield from lines_of(["product", "PyTorch", "multiply-adds", "split", "what is chosen"], rows)


def product_errors() -> Iterator[str]:
    rows = [
        [r["data"], str(r["k"]), f"{r['pytorch']:.2f}", f"{r['split']:.2f}"]
        for r in result("split_products_h200")["errors"]
    ]
    yield from lines_of(["data", "k", "PyTorch", "split"], rows)


LEAST_BYTES = {  # that an element of cuda_sorting.py's pieces has to move: inputs read once, results written once
    "sort, one row": 16,
    "sort bf16, one row": 12,
    "sort int64, one row": 24,
    "sort, rows of 64": 16,
    "sort, rows of 1024": 16,
    "sort, 16 rows": 16,
    "topk(50), rows of 50304": 4,
    "median, one row": 4,
    "median, rows of 1024": 4,
    "kthvalue, 16 rows": 4,
    "mode, rows of 1024": 8,
    "unique of 1000 values": 16,
    "unique of distinct values": 16,
    "unique rows of 2": 1,
    "unique_consecutive": 16,
    "searchsorted": 16,
    "bucketize, 257 edges": 12,
    "bincount, 1000 bins": 8,
    "bincount with weights": 12,
    "histc, 100 bins": 4,
    "cumsum, one row": 8,
    "cumsum, rows of 1024": 8,
    "cumsum down columns": 8,
    "nonzero": 5,
    "masked_scatter": 9,
}
COPY_BYTES_PER_MS = 4.3e9  # of a copy on an H200, read and written


def sorting() -> Iterator[str]:
    found = result("cuda_sorting")
    rows = []
    for r in found["rows"]:
        least = LEAST_BYTES[r["piece"]] * found["elements"] / COPY_BYTES_PER_MS
        rows.append([r["piece"], f"{r['vibetensor ms']:.3f}", f"{r['pytorch ms']:.3f}", f"{least:.3f}"])
    yield f"{found['gpu']}, {found['elements']} elements, PyTorch {found['pytorch']}, ms:"
    yield ""
    yield from lines_of(["piece", "ours", "PyTorch", "least bytes at 4.3 TB/s"], rows)


LAYERS = {
    "convolutions": r"^conv (?!.*groups)",
    "depthwise convolutions": r"^conv .*groups",
    "batch and group norm": r"_norm ",
    "pooling": r"_pool ",
    "resizing": r"^(nearest|bilinear|bicubic)",
    "recurrent layers": r"^(LSTM|GRU|RNN) ",
    "linear algebra": r"^\w+ \d+x\d+x\d+$",
    "Fourier transforms": r"fft|stft",
}


def cpu_layers() -> Iterator[str]:
    found = [result(f"{name}_cpu") for name in ("convolution", "mathematics", "fft")]
    ratios: dict[str, list[tuple[float, str]]] = {}
    for file in found:
        for r in file["rows"]:
            group = next(name for name, pattern in LAYERS.items() if re.search(pattern, r["case"]))
            for key, passes in (("ratio", ""), ("forward ratio", ", forward"), ("both ratio", ", with backward")):
                if key in r:
                    ratios.setdefault(group, []).append((r[key], f"{r['case']}{passes}"))
    rows = []
    for group in LAYERS:
        values = sorted(ratios.get(group, []))
        if values:
            mean = statistics.geometric_mean(v for v, _ in values)
            slow = sum(v < 1 / 1.1 for v, _ in values)
            rows.append([group, str(len(values)), f"{mean:.2f}", str(slow), f"{values[0][0]:.2f}: {values[0][1]}"])
    first = found[0]
    yield f"{first['processor']}, {first['threads']} thread, float32, PyTorch {first['torch']}; PyTorch's time over ours:"
    yield ""
    yield from lines_of(["layers", "measured", "geometric mean", "under 1 / 1.1", "least"], rows)


def own_kernels() -> Iterator[str]:
    found = result("triton_h200")
    sides = {
        "triton": "in Triton",
        "cubin": "in CuTe",
        "ours": "built in",
        "pytorch": "PyTorch",
        "unfused": "PyTorch, in ops",
    }

    def cell(row: dict[str, Any], side: str) -> str:
        times = [row.get(f"{side}_us"), row.get(f"{side}_backward_us")]
        return " / ".join(f"{t:.0f}" if t >= 100 else f"{t:.1f}" for t in times if t is not None) or "-"

    yield f"{found['gpu']}, bf16, PyTorch {found['pytorch']}, Triton {found['triton']}, microseconds forward / backward:"
    yield ""
    rows = [[row["name"], *(cell(row, side) for side in sides)] for row in found["rows"]]
    yield from lines_of(["kernel", *sides.values()], rows)


def launches() -> Iterator[str]:
    found = result("triton_h200")["launches"]
    theirs = {"launch": "Triton's launch", "op": "custom_op with it", "op, recorded": "the same, recorded"}
    rows = [
        [
            name,
            f"{row['ours_ns'] / 1000:.1f}",
            f"{theirs[row['torch']]}: {row['torch_ns'] / 1000:.1f}",
            f"{row['ratio']:.2f}",
        ]
        for name, row in found.items()
    ]
    yield "Microseconds of the host for one call of a small kernel, beside PyTorch in the same run:"
    yield ""
    yield from lines_of(["call", "ours", "PyTorch", "ratio"], rows)


def process_groups() -> Iterator[str]:
    """Two processes of a machine, beside PyTorch's gloo."""
    found = result("process_groups_cpu")
    yield f"On {found['processor']}, microseconds:"
    yield ""
    names = {"step": "a training step of DistributedDataParallel, 4 million parameters"}
    rows = [
        [names.get(name, f"{name} bytes"), *(f"{row[side]:.0f}" for side in ("vibetensor", "pytorch")),
         f"{row['ratio']:.2f}"]
        for name, row in found["us"].items()
    ]  # fmt: skip
    yield from lines_of(["two processes", "here", "PyTorch", "ratio"], rows)


def several_processes(name: str) -> Iterator[str]:
    """Training a decoder on two processes, beside PyTorch's over gloo or NCCL."""
    found = result(name)
    where = f"On {found['processor']}, tokens per second of all processes, one thread each:"
    if "gpu" in found:
        where = f"GPT-2 124M in bfloat16 on {found['gpu']}s, batch {found['batch']} each, tokens per second of all processes:"
    yield where
    yield ""
    names = {"one": "one process", "ddp": "two, DistributedDataParallel", "fully_shard": "two, fully_shard"}
    rows = [
        [names[way], *(f"{row[side]:,.0f}" for side in ("vibetensor", "pytorch")), f"{row['ratio']:.2f}",
         f"{row['largest_distance_of_losses']:.0e}"]
        for way, row in found["tokens_per_second"].items()
    ]  # fmt: skip
    yield from lines_of(["processes", "here", "PyTorch", "ratio", "losses apart"], rows)


def fabric_training() -> Iterator[str]:
    """GPT-2 by one process over several GPUs, beside PyTorch's DistributedDataParallel."""
    found = result("fabric_gpt_h200")
    yield f"GPT-2 124M in bfloat16, batch {found['batch']} each, {found['gpus']} of {found['gpu']}:"
    yield ""
    names = {
        "one": "one GPU",
        "one_graphed": "one GPU, graphed",
        "data": "data parallel",
        "data_graphed": "data parallel, graphed",
        "tensor": "tensor parallel, of the batch of one",
        "tensor_graphed": "tensor parallel, graphed",
        "ddp": "PyTorch's DistributedDataParallel",
    }
    rows = []
    for key, name in names.items():
        rate = found[f"{key}_tokens_per_second"]
        rows.append([name, f"{rate:,.0f}", f"{rate / found['ddp_tokens_per_second']:.2f}"])
    yield from lines_of(["", "tokens per second", "of PyTorch's"], rows)


def node_training() -> Iterator[str]:
    """Steps of training from Node and from Python on a GPU."""
    found = result("node_training_h200")
    yield f"On {found['device']}, steps per second:"
    yield ""
    rows = [
        [name, *(f"{row['steps_per_second'][side]:,.0f}" for side in ("node", "python")), f"{row['ratio']:.2f}"]
        for name, row in found["workloads"].items()
    ]
    yield from lines_of(["", "Node", "Python", "ratio"], rows)


def programs(name: str) -> Iterator[str]:
    """Programs of pointwise ops by torch.compile, ours and PyTorch's."""
    found = result(name)
    rows = [
        [row["case"], *(f"{row[key]:.3g}" for key in ("vibetensor_eager_ms", "vibetensor_compiled_ms")),
         *(f"{row[key]:.3g}" for key in ("torch_eager_ms", "torch_compiled_ms")),
         f"{row['to_eager']:.2f}", f"{row['to_torch_compiled']:.2f}"]
        for row in found["rows"]
    ]  # fmt: skip
    heads = [
        "ms, 10 million elements",
        "eager",
        "compiled",
        "PyTorch eager",
        "compiled",
        "to eager",
        "to PyTorch's compiler",
    ]
    yield from lines_of(heads, rows)


TABLES: dict[str, Callable[[], Iterator[str]]] = {
    "attention": attention,
    "cpu layers": cpu_layers,
    "cpu products": cpu_products,
    "curves": curves,
    "determinism": determinism,
    "launches": launches,
    "own kernels": own_kernels,
    "peaks": peaks,
    "product errors": product_errors,
    "process groups": process_groups,
    "products": products,
    "fabric": fabric_training,
    "node": node_training,
    "programs": lambda: programs("program_cpu"),
    "programs on CUDA": lambda: programs("program_h200"),
    "several processes": lambda: several_processes("several_processes_cpu"),
    "several GPUs": lambda: several_processes("several_processes_h200"),
    "sorting": sorting,
    "steps": lambda: steps("graph_step_h200", WORKLOADS),
    "models": lambda: steps("models_h200", MODELS),
}


def written(text: str) -> str:
    """The document with every table renewed."""
    for name, lines in TABLES.items():
        block = "\n".join(lines())
        pattern = rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end -->)"
        text, count = re.subn(pattern, lambda m, block=block: f"{m[1]}{block}\n{m[2]}", text, flags=re.DOTALL)
        if count != 1:
            raise SystemExit(f"{DOCUMENT.name}: expected one place for the table {name}, found {count}")
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, tell whether something would change")
    check = parser.parse_args().check
    old = DOCUMENT.read_text()
    new = written(old)
    if new != old and not check:
        DOCUMENT.write_text(new)
    return 1 if check and new != old else 0


if __name__ == "__main__":
    sys.exit(main())
