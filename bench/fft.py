"""Fourier transforms of VibeTensor and of PyTorch (MKL's) on the CPU, in microseconds.

    python bench/fft.py [--budget 0.3] [--only REGEX]

Many short lines and single long ones, of lengths that are powers of two, have small factors, or a large prime one. Writes
bench/results/fft_cpu.json.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from typing import Any

import side_by_side
import torch as reference
import vibetensor.torch as torch

LIBRARIES = {"pytorch": reference, "vibetensor": torch}
Call = Callable[[Any, Any], Any]  # (library, input) to the transform

# shapes whose last dim is transformed
LINES = [(1, 256), (256, 64), (256, 1024), (64, 1000), (64, 1021), (32, 16384), (1, 65536), (1, 1 << 20), (1, 1000000)]
IMAGES = [(16, 28, 28), (8, 224, 224), (1, 1024, 1024)]


def cases() -> Iterator[tuple[str, tuple[int, ...], str, Call]]:
    for shape in LINES:
        size = "x".join(map(str, shape))
        for dtype in ("float32", "float64") if shape == (256, 1024) else ("float32",):
            yield f"fft {size}", shape, f"complex{2 * int(dtype[-2:])}", lambda t, x: t.fft.fft(x)
            yield f"rfft {size}", shape, dtype, lambda t, x: t.fft.rfft(x)
    yield "irfft 256x513", (256, 513), "complex64", lambda t, x: t.fft.irfft(x)
    yield "fft 1024x256 dim 0", (1024, 256), "complex64", lambda t, x: t.fft.fft(x, dim=0)
    for shape in IMAGES:
        size = "x".join(map(str, shape))
        yield f"fft2 {size}", shape, "complex64", lambda t, x: t.fft.fft2(x)
        yield f"rfft2 {size}", shape, "float32", lambda t, x: t.fft.rfft2(x)
    for samples in (16000, 480000):
        yield (
            f"stft 1x{samples} of 400, hop 160",
            (1, samples),
            "float32",
            lambda t, x: t.stft(x, 400, 160, window=t.hann_window(400), return_complex=True),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budget", type=float, default=0.3, help="seconds per library and case")
    parser.add_argument("--only", default="", help="cases whose name this regular expression finds")
    arguments = parser.parse_args()
    for t in LIBRARIES.values():
        t.set_num_threads(torch.get_num_threads())
    about = {"torch": reference.__version__, "threads": torch.get_num_threads()}
    results = side_by_side.Results("fft_cpu", ("case", "dtype"), **about)
    for name, shape, dtype, call in cases():
        if not re.search(arguments.only, name):
            continue
        work: dict[str, Callable[[], object]] = {}
        for library, t in LIBRARIES.items():
            x = t.linspace(-1, 1, 997).repeat(reference.Size(shape).numel() // 997 + 1)
            x = x[: reference.Size(shape).numel()].reshape(shape).to(getattr(t, dtype))
            work[library] = lambda t=t, x=x, call=call: call(t, x)  # type: ignore[misc]
        seconds = side_by_side.best_seconds(work, arguments.budget)
        row: dict[str, object] = {"case": name, "dtype": dtype}
        row.update({f"{library} us": round(1e6 * s, 2) for library, s in seconds.items()})
        row["ratio"] = round(seconds["pytorch"] / seconds["vibetensor"], 2)
        results.add(row)


if __name__ == "__main__":
    main()
