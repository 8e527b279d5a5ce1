"""Products on the CPU beside PyTorch's: the shapes for which the driver of the GEMM takes different ways.

tests/cpp/cpu/gemm_test.cpp checks the GEMM itself; here operands come as views.
"""

from __future__ import annotations

import pytest
import torch as pt
import vibetensor.torch as vt

# (m, n, k): a few rows, a few columns, a long sum of a small result, several passes over B, and edges of blocks.
SHAPES = [(5, 97, 260), (97, 5, 260), (20, 24, 33000), (40, 1100, 5200), (28, 300, 1200), (57, 65, 513)]


def operands(m: int, n: int, k: int, dtype: str) -> tuple[pt.Tensor, pt.Tensor]:
    generator = pt.Generator().manual_seed(m + n + k)
    a, b = (pt.randn(shape, generator=generator, dtype=pt.float64) for shape in ((m, k), (k, n)))
    return a.to(getattr(pt, dtype)), b.to(getattr(pt, dtype))


# How a matrix may lie in memory: what comes back has the same elements.
def plain(x, framework):
    return x


def transposed(x, framework):
    return x.t().contiguous().t()


def every_other_row(x, framework):
    return framework.stack([x, x.flip(0)], 1).flatten(0, 1)[::2]


def every_other_column(x, framework):
    return framework.stack([x, x.flip(1)], 2).flatten(1)[:, ::2]


def off_by_one(x, framework):
    wide = framework.nn.functional.pad(x, (1, 2, 1, 0))
    return wide[1:, 1:-2]


LAYOUTS = [plain, transposed, every_other_row, every_other_column, off_by_one]


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "float16"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: "x".join(map(str, s)))
def test_layouts(shape, dtype):
    a, b = operands(*shape, dtype)
    exact = a.double() @ b.double()  # for float64 as rounded as ours
    scale = shape[2] ** 0.5
    tolerance = {"float32": 2e-6, "float64": 4e-14, "bfloat16": 8e-3, "float16": 1e-3}[dtype]
    x, y = (vt.from_numpy(t.double().numpy()).to(getattr(vt, dtype)) for t in (a, b))
    for lay_a in LAYOUTS:
        for lay_b in LAYOUTS:
            got = lay_a(x, vt) @ lay_b(y, vt)
            error = (pt.from_numpy(got.double().numpy()) - exact).abs() / (exact.abs() + scale)
            assert error.max() <= tolerance, (lay_a.__name__, lay_b.__name__)


@pytest.mark.parametrize("shape", [(6, 80, 300), (80, 6, 300), (40, 50, 300), (16, 16, 20000)])
def test_strides_of_zero(shape):
    m, n, k = shape
    row, column = vt.randn(k), vt.randn(k, 1)
    wide = row.expand(m, k) @ column.expand(k, n)
    expected = (pt.from_numpy(row.numpy()) @ pt.from_numpy(column.numpy())).item()
    assert (wide - expected).abs().max().item() < 1e-5 * k
    assert (wide == wide[0, 0]).all().item()  # equal rows and columns give equal bits


@pytest.mark.parametrize("order", ["nn", "tn", "nt", "tt"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: "x".join(map(str, s)))
def test_no_values_leak(shape, order):
    """NaN and infinity reach the rows and columns that they belong to, as in PyTorch."""
    m, n, k = shape
    a, b = pt.ones(m, k), pt.ones(k, n)
    a[m - 1, k - 1] = float("nan")
    b[0, n - 1] = float("inf")
    expected = a @ b
    x, y = vt.from_numpy(a.numpy()), vt.from_numpy(b.numpy())
    got = (transposed(x, vt) if order[0] == "t" else x) @ (transposed(y, vt) if order[1] == "t" else y)
    assert pt.equal(pt.from_numpy(got.numpy()).nan_to_num(nan=-1.0), expected.nan_to_num(nan=-1.0))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: "x".join(map(str, s)))
def test_threads_do_not_change_a_bit(shape, dtype):
    a, b = operands(*shape, dtype)
    x, y = (vt.from_numpy(t.float().numpy()).to(getattr(vt, dtype)) for t in (a, b))
    before = vt.get_num_threads()
    results = []
    try:
        for threads in (1, 2, 5):
            vt.set_num_threads(threads)
            results.append([x @ y, transposed(x, vt) @ y, x @ transposed(y, vt)])
    finally:
        vt.set_num_threads(before)
    for other in results[1:]:
        assert all(vt.equal(left, right) for left, right in zip(results[0], other, strict=True))
