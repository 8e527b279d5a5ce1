"""Checks the arrows between the layers of src/ on every #include; exit status 1 names each wrong one.

A file may include its own layer and the layers below it:

    core < cpu | cuda < iter < dispatch < ops < meta | fabric < autograd | interop | processes < program
    < profiler | plugin < bindings

Layers on one step do not see each other. The families of src/ops have an order too (FAMILIES): a family includes headers
of those before it and calls what comes after it through the typed entries, "ops/typed/<family>.h". CUDA's own headers
belong to src/cuda, src/fabric, *.cu and *.cuh alone: everything else is compiled by the host compiler and reads without
them. No hand-written file is over 1,000 lines.

Which backend runs is data: a kernel stands in an op's table or in a BackendTable. Where dispatch, iter and ops ask for the
device all the same each line has its reason, and there are MOST_QUESTIONS of them at most.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STEPS = [
    ("core",),
    ("cpu", "cuda"),
    ("iter",),
    ("dispatch",),
    ("ops",),
    ("meta", "fabric"),
    ("autograd", "interop", "processes"),
    ("program",),
    ("profiler", "plugin"),
    ("bindings",),
]
# What the rest is made of, then views and values, then what searches, draws, multiplies and learns.
FAMILIES = (
    "copy",
    "batch",
    "factory",
    "view",
    "join",
    "pointwise",
    "special",
    "reduce",
    "sort",
    "index",
    "random",
    "linalg",
    "fft",
    "conv",
    "pool",
    "resample",
    "recurrent",
    "nn",
    "optim",
    "sparse",
)
STEP_OF = {layer: step for step, layers in enumerate(STEPS) for layer in layers}
SUFFIXES = {".h", ".cpp", ".cu", ".cuh", ".def", ".inc"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
CUDA_HEADER = re.compile(
    r"^(cuda|cublas|cudnn|cufft|curand|cusolver|cusparse|nccl|nvrtc|nvtx|nvml|cupti|cub/|thrust/|cute/|cutlass/)"
    r"|^(cooperative_groups|mma|vector_types|device_launch_parameters)[./h]"
)
MAX_LINES = 1000
ASKED_LAYERS = ("dispatch", "iter", "ops")
ASKS = re.compile(
    r"\bis_(?:cuda|cpu|meta)\(\)|\bDeviceType::|(?<!\bon\()(?<!\bnothing_to_do\()\bKey::(?:CUDA|CPU|Meta)\b"
)
MOST_QUESTIONS = 15


def reaches_up(family: str, header: str) -> bool:
    """Whether `header` belongs to a family of src/ops that does not stand before `family`."""
    layer, target, *file = header.split("/")
    if layer != "ops" or not file or target in ("typed", family):
        return False
    return family not in FAMILIES or target not in FAMILIES[: FAMILIES.index(family)]


def complaints_of(path: Path, root: Path = ROOT) -> Iterator[str]:
    """The rules that one file of src/ breaks, a sentence each."""
    relative = path.relative_to(root / "src")
    layer = relative.parts[0]
    text = path.read_text()
    where = path.relative_to(root)
    if layer not in STEP_OF:
        yield f"{where}: src/{layer} is no layer"
        return
    if (lines := text.count("\n")) > MAX_LINES:
        yield f"{where}: {lines} lines, more than {MAX_LINES}: which two things live in it?"
    for bracket, header in INCLUDE.findall(text):
        if bracket == "<":
            if CUDA_HEADER.match(header) and layer not in ("cuda", "fabric") and path.suffix not in (".cu", ".cuh"):
                yield f"{where}: <{header}> belongs in src/cuda, src/fabric, *.cu or *.cuh"
            continue
        target = header.split("/")[0]
        if "/" not in header or target not in STEP_OF:
            if not ((path.parent / header).exists() or header.startswith("vibetensor/")):
                yield f'{where}: "{header}" is not written from src/: "layer/.../file.h"'
            continue
        if target != layer and STEP_OF[target] >= STEP_OF[layer]:
            yield f'{where}: {layer} must not include "{header}", which is not below it'
        if layer == "ops" and len(relative.parts) > 2 and reaches_up(relative.parts[1], header):
            yield f'{where}: family {relative.parts[1]} must not include "{header}", which is not before it'
        if header.endswith(".cuh") and path.suffix not in (".cu", ".cuh"):
            yield f'{where}: "{header}" is CUDA code, only *.cu and *.cuh may include it'


def questions_in(path: Path, root: Path = ROOT) -> list[str]:
    """The lines of one file of src/ that ask for the device outside of a table, with their numbers."""
    relative = path.relative_to(root / "src")
    if relative.parts[0] not in ASKED_LAYERS:
        return []
    lines = enumerate(path.read_text().splitlines(), 1)
    return [f"{path.relative_to(root)}:{n}: {line.strip()}" for n, line in lines if ASKS.search(line)]


def main() -> int:
    files = sorted(p for p in (ROOT / "src").rglob("*") if p.suffix in SUFFIXES)
    complaints = [line for path in files for line in complaints_of(path)]
    questions = [line for path in files for line in questions_in(path)]
    if len(questions) > MOST_QUESTIONS:
        complaints += [f"{len(questions)} lines ask for the device, more than {MOST_QUESTIONS}:", *questions]
    print("\n".join(complaints) if complaints else f"layers: {len(files)} files, all arrows point down")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
