"""Times layers of convolutional networks of VibeTensor and of PyTorch: convolutions, pooling, norms, resizing.

    python bench/convolution.py [--device cpu|cuda] [--budget 0.4] [--only REGEX] [--channels-last]

Forward and forward with backward, in milliseconds, at sizes from digits to ImageNet's; writes
bench/results/convolution_<device>.json. On CUDA in bfloat16 and float32 (TF32, as PyTorch has it) and both memory formats;
times are those of calls until the device is done.
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

# images on the CPU and on CUDA, channels, height, width, filters, kernel, stride, padding, groups
CONVOLUTIONS = [
    (64, 256, 1, 28, 28, 32, 3, 1, 0, 1),
    (64, 256, 32, 26, 26, 64, 3, 1, 0, 1),
    (8, 256, 3, 224, 224, 64, 7, 2, 3, 1),
    (8, 256, 64, 56, 56, 64, 3, 1, 1, 1),
    (8, 256, 64, 56, 56, 256, 1, 1, 0, 1),
    (8, 256, 128, 56, 56, 128, 3, 2, 1, 1),
    (8, 256, 256, 14, 14, 256, 3, 1, 1, 1),
    (8, 256, 512, 7, 7, 512, 3, 1, 1, 1),
    (8, 256, 2048, 7, 7, 512, 1, 1, 0, 1),
    (8, 64, 144, 56, 56, 144, 3, 1, 1, 144),
    (8, 64, 384, 14, 14, 384, 3, 1, 1, 384),
    (8, 256, 3, 224, 224, 768, 16, 16, 0, 1),
]
PLANES = [(64, 256, 32, 26, 26), (8, 256, 64, 112, 112), (8, 256, 512, 7, 7)]

Layer = Callable[[Any, Any], Callable[[Any], Any]]  # (library, options of its tensors) to a function of the input


def convolution(filters: int, channels: int, kernel: int, stride: int, padding: int, groups: int) -> Layer:
    def make(t: Any, options: dict[str, Any]) -> Callable[[Any], Any]:
        layer = t.nn.Conv2d(channels, filters, kernel, stride, padding, groups=groups, bias=False)
        return layer.to(**options)

    return make


def layer(name: str, *arguments: Any, **keywords: Any) -> Layer:
    return lambda t, options: getattr(t.nn, name)(*arguments, **keywords).to(**options)


def cases(on_cuda: bool) -> Iterator[tuple[str, tuple[int, ...], Layer]]:
    for cpu, cuda, c, h, w, filters, kernel, stride, padding, groups in CONVOLUTIONS:
        n = cuda if on_cuda else cpu
        of = f" groups {groups}" if groups > 1 else ""
        name = f"conv {n}x{c}x{h}x{w} to {filters}, {kernel}x{kernel} stride {stride}{of}"
        yield name, (n, c, h, w), convolution(filters, c, kernel, stride, padding, groups)
    for cpu, cuda, c, h, w in PLANES:
        n = cuda if on_cuda else cpu
        shape = f"{n}x{c}x{h}x{w}"
        yield f"batch_norm {shape}", (n, c, h, w), layer("BatchNorm2d", c)
        yield f"max_pool 3x3 stride 2 {shape}", (n, c, h, w), layer("MaxPool2d", 3, 2, 1)
        yield f"avg_pool 2x2 {shape}", (n, c, h, w), layer("AvgPool2d", 2)
        yield f"adaptive_avg_pool 1x1 {shape}", (n, c, h, w), layer("AdaptiveAvgPool2d", 1)
        yield f"group_norm {shape}", (n, c, h, w), layer("GroupNorm", 8, c)
        if h < 112:
            yield f"nearest x2 {shape}", (n, c, h, w), layer("Upsample", scale_factor=2, mode="nearest")
            yield f"bilinear x2 {shape}", (n, c, h, w), layer("Upsample", scale_factor=2, mode="bilinear")


def measure(
    shape: tuple[int, ...], make: Layer, device: str, dtype: str, last: bool, budget: float
) -> dict[str, float]:
    forward: dict[str, Callable[[], object]] = {}
    both: dict[str, Callable[[], object]] = {}
    for name, t in LIBRARIES.items():
        options: dict[str, Any] = {"device": device, "dtype": getattr(t, dtype)}
        if last:
            options["memory_format"] = t.channels_last
        run = make(t, options)
        x = t.ones(shape).uniform_(-1, 1).to(**options).requires_grad_()
        g = t.ones_like(run(x))
        finish = t.cuda.synchronize if device == "cuda" else lambda: None
        parameters = list(run.parameters())  # type: ignore[attr-defined]

        def go(t: Any = t, run: Any = run, x: Any = x, finish: Any = finish) -> None:
            with t.no_grad():
                run(x)
            finish()

        def back(t: Any = t, run: Any = run, x: Any = x, g: Any = g, w: Any = parameters, finish: Any = finish) -> None:
            t.autograd.grad(run(x), (x, *w), g)
            finish()

        forward[name], both[name] = go, back
    a, b = side_by_side.best_seconds(forward, budget), side_by_side.best_seconds(both, budget)
    row = {f"forward {name}": round(1e3 * a[name], 3) for name in LIBRARIES}
    row["forward ratio"] = round(a["pytorch"] / a["vibetensor"], 2)
    row.update({f"both {name}": round(1e3 * b[name], 3) for name in LIBRARIES})
    row["both ratio"] = round(b["pytorch"] / b["vibetensor"], 2)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--budget", type=float, default=0.4, help="seconds per library and measurement")
    parser.add_argument("--only", default="", help="cases whose name this regular expression finds")
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32", help="on the CPU")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="on the CPU")
    parser.add_argument("--channels-last", action="store_true", help="on the CPU; on CUDA both formats are timed")
    arguments = parser.parse_args()
    on_cuda = arguments.device == "cuda"
    if not on_cuda:
        for t in LIBRARIES.values():
            t.set_num_threads(arguments.threads)
    about = {"torch": reference.__version__, "threads": torch.get_num_threads()}
    if on_cuda:
        about["gpu"] = torch.cuda.get_device_name()
        about["cudnn"] = torch.backends.cudnn.version() or 0
    results = side_by_side.Results(f"convolution_{arguments.device}", ("case", "dtype", "format"), **about)
    for dtype in ("bfloat16", "float32") if on_cuda else (arguments.dtype,):
        for last in (True, False) if on_cuda else (arguments.channels_last,):
            for name, shape, make in cases(on_cuda):
                if re.search(arguments.only, name):
                    form = "channels_last" if last else "contiguous"
                    times = measure(shape, make, arguments.device, dtype, last, arguments.budget)
                    results.add({"case": name, "dtype": dtype, "format": form, **times})


if __name__ == "__main__":
    main()
