"""The products that bench/cpu_gemm.py times, and each library's way to compute one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

LIBRARIES = ("vibetensor", "openblas", "torch")


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


def tensor_product(framework: Any, case: Case) -> Callable[[], object]:
    dtype = getattr(framework, case.dtype)
    x = framework.from_numpy(operand(case.a, 1)).to(dtype)
    y = framework.from_numpy(operand(case.b, 2)).to(dtype)
    x = x.transpose(-2, -1) if case.transposed_a else x
    y = y.transpose(-2, -1) if case.transposed_b else y
    out = framework.empty(case.shape, dtype=dtype)
    multiply = framework.mm if len(case.shape) == 2 else framework.bmm
    return lambda: multiply(x, y, out=out)


def prepare(library: str, threads: int) -> Callable[[Case], Callable[[], object] | None]:
    """Imports the library into this process; what comes back makes the callable of a case, None where it has none."""
    if library == "openblas":
        return numpy_product  # its threads are set by the environment, before NumPy is imported
    if library == "torch":
        import torch as framework
    else:
        import vibetensor.torch as framework
    framework.set_num_threads(threads)
    return lambda case: tensor_product(framework, case)
