"""The products that bench/cpu_gemm.py times, and each library's way to compute one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

LIBRARIES = ("vibetensor", "openblas", "torch", "onednn")

# (m, n, k) that are multiplied in all four orders: n is a matrix as it is stored, t a transposed one.
SHAPES = {
    "square": ((256, 256, 256), (1000, 1000, 1000), (2048, 2048, 2048)),
    "long k": ((256, 1024, 20480), (1024, 256, 20480), (768, 512, 50304), (64, 64, 100000)),
    "many rows": ((20480, 256, 1024), (20480, 1024, 256)),
    "many columns": ((512, 50304, 768), (256, 20480, 1024)),
    "few rows": ((8, 4096, 4096), (2, 4096, 4096), (24, 4096, 1024)),
    "few columns": ((4096, 8, 4096),),
    "small": ((8, 128, 256), (64, 64, 64)),
}
ORDERS = ("nn", "tn", "nt", "tt")


@dataclass(frozen=True)
class Case:
    """op(A) times op(B), of the shapes as stored: (rows, columns) or (batch, rows, columns)."""

    name: str
    dtype: str
    a: tuple[int, ...]
    b: tuple[int, ...]
    transposed_a: bool = False
    transposed_b: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the product."""
        rows = self.a[-1] if self.transposed_a else self.a[-2]
        return (*self.a[:-2], rows, self.b[-2] if self.transposed_b else self.b[-1])

    @property
    def gflop(self) -> float:
        k = self.a[-2] if self.transposed_a else self.a[-1]
        return 2e-9 * float(np.prod(self.shape)) * k


def all_cases() -> Iterator[Case]:
    for dtype in ("float32", "float64"):
        for n in (64, 128, 256, 512, 1024, 2048):
            yield Case(f"square {n}", dtype, (n, n), (n, n))
        for rows, inputs, outputs in (
            (1024, 128, 512),
            (1024, 512, 128),
            (1024, 256, 1024),
            (1024, 1024, 256),
            (1024, 384, 1536),
            (1024, 1536, 384),
            (2048, 768, 3072),
            (2048, 3072, 768),
        ):
            name = f"linear {rows} x ({inputs} to {outputs})"
            yield Case(name, dtype, (rows, inputs), (outputs, inputs), transposed_b=True)
    for dtype in ("bfloat16", "float16"):
        yield Case("square 1024", dtype, (1024, 1024), (1024, 1024))
    for n in (128, 256, 384):
        yield Case(f"input gradient {n}", "float32", (1024, 4 * n), (4 * n, n))
        yield Case(f"weight gradient {n}", "float32", (1024, 4 * n), (1024, n), transposed_a=True)
    for t, d in ((64, 32), (128, 32), (256, 64)):
        yield Case(f"scores T={t} D={d}", "float32", (64, t, d), (64, t, d), transposed_b=True)
        yield Case(f"values T={t} D={d}", "float32", (64, t, t), (64, t, d))
    yield Case("row by matrix", "float32", (1, 1024), (1024, 1024), transposed_b=True)
    yield from ordered_cases()


def ordered_cases() -> Iterator[Case]:
    for dtype, (kind, shapes) in itertools.product(("float32", "bfloat16"), SHAPES.items()):
        for (m, n, k), order in itertools.product(shapes, ORDERS):
            transposed_a, transposed_b = order[0] == "t", order[1] == "t"
            a, b = (k, m) if transposed_a else (m, k), (n, k) if transposed_b else (k, n)
            yield Case(f"{kind} {order} {m}x{n}x{k}", dtype, a, b, transposed_a, transposed_b)


def operand(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Random numbers, since multiplying zeros or ones may draw less power and run at a higher clock."""
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def numpy_product(case: Case) -> Callable[[], object] | None:
    if case.dtype not in ("float32", "float64"):
        return None  # NumPy has no bfloat16, and OpenBLAS is not asked for float16
    x, y = operand(case.a, 1).astype(case.dtype), operand(case.b, 2).astype(case.dtype)
    x = x.swapaxes(-2, -1) if case.transposed_a else x
    y = y.swapaxes(-2, -1) if case.transposed_b else y
    out = np.empty(case.shape, case.dtype)
    multiply = np.dot if len(case.shape) == 2 else np.matmul
    return lambda: multiply(x, y, out=out)


def tensor_operands(framework: Any, case: Case) -> tuple[Any, Any]:
    dtype = getattr(framework, case.dtype)
    x = framework.from_numpy(operand(case.a, 1)).to(dtype)
    y = framework.from_numpy(operand(case.b, 2)).to(dtype)
    return x.transpose(-2, -1) if case.transposed_a else x, y.transpose(-2, -1) if case.transposed_b else y


def tensor_product(framework: Any, case: Case) -> Callable[[], object]:
    x, y = tensor_operands(framework, case)
    out = framework.empty(case.shape, dtype=x.dtype)
    multiply = framework.mm if len(case.shape) == 2 else framework.bmm
    return lambda: multiply(x, y, out=out)


def onednn_product(torch: Any, case: Case) -> Callable[[], object] | None:
    """PyTorch's way to oneDNN's inner product in float32, where torch.mm takes MKL's. Its A is copied if transposed."""
    if case.dtype != "float32" or len(case.shape) != 2:
        return None  # 16-bit products of PyTorch are oneDNN's already
    x, y = tensor_operands(torch, case)
    weight = y.t()
    return lambda: torch.ops.mkldnn._linear_pointwise(x, weight, None, "none", [], None)


def prepare(library: str, threads: int) -> Callable[[Case], Callable[[], object] | None]:
    """Imports the library into this process; what comes back makes the callable of a case, None where it has none."""
    if library == "openblas":
        return numpy_product  # its threads are set by the environment, before NumPy is imported
    if library == "vibetensor":
        import vibetensor.torch as framework
    else:
        import torch as framework
    framework.set_num_threads(threads)
    make = onednn_product if library == "onednn" else tensor_product
    return lambda case: make(framework, case)
