"""Elementwise kernels on sizes and layouts that reach every path: vectors, tails, broadcasts, strides, mixed dtypes."""

from __future__ import annotations

import pytest

from .side import near, ours, random, reference, theirs, torch

pytestmark = pytest.mark.cuda
FLOATS = ["float32", "float64", "bfloat16", "float16"]


@pytest.mark.parametrize("dtype", [*FLOATS, "int64", "int32", "uint8", "bool"])
@pytest.mark.parametrize("n", [1, 7, 255, 4096, 100_003, 1 << 20])
def test_flat_add(dtype: str, n: int) -> None:
    a, b = random(n, dtype=dtype), random(n, dtype=dtype, seed=1)
    near(ours(a) + ours(b), a + b)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("offset", [1, 2, 3, 4, 8])
def test_memory_that_starts_anywhere(dtype: str, offset: int) -> None:
    a = random(10_000, dtype=dtype)
    x = ours(a)
    near(x[offset:] * x[:-offset], a[offset:] * a[:-offset])


@pytest.mark.parametrize("dtype", FLOATS)
def test_broadcasts(dtype: str) -> None:
    a, row, column = (
        random(300, 768, dtype=dtype),
        random(768, dtype=dtype, seed=1),
        random(300, 1, dtype=dtype, seed=2),
    )
    x = ours(a)
    near(x + ours(row), a + row)
    near(x * ours(column), a * column)
    near(ours(row) - x, row - a)
    near(
        ours(random(4, 1, 6, 1, dtype=dtype)) + ours(random(1, 5, 1, 8, dtype=dtype)),
        random(4, 1, 6, 1, dtype=dtype) + random(1, 5, 1, 8, dtype=dtype),
    )


@pytest.mark.parametrize("dtype", FLOATS)
def test_strides(dtype: str) -> None:
    a, b = random(129, 257, dtype=dtype), random(257, 129, dtype=dtype, seed=1)
    near(ours(a) + ours(b).t(), a + b.t())
    near(ours(a)[::2, 1::3] * 2.5, a[::2, 1::3] * 2.5)
    near(ours(a).t().contiguous(), a.t().contiguous())


def test_mixed_dtypes() -> None:
    a, b, i = random(5000), random(5000, dtype="bfloat16", seed=1), random(5000, dtype="int32", seed=2)
    near(ours(a) + ours(b), a + b)
    near(ours(b) * ours(i), b * i)
    near(ours(i) / 3, i / 3)
    x = ours(b)
    x += ours(a)
    c = b.clone()
    c += a
    near(x, c)


def test_a_host_scalar_joins() -> None:
    a = random(1000)
    near(ours(a) * torch.tensor(3.0), a * reference.tensor(3.0))
    near(torch.tensor(2.0) - ours(a), reference.tensor(2.0) - a)


@pytest.mark.parametrize("dtype", FLOATS)
def test_where_with_masks(dtype: str) -> None:
    a, b, m = random(64, 1000, dtype=dtype), random(64, 1000, dtype=dtype, seed=1), random(64, 1000, dtype="bool")
    near(torch.where(ours(m), ours(a), ours(b)), reference.where(m, a, b))
    near(torch.where(ours(m[0]), ours(a), ours(b)), reference.where(m[0], a, b))
    near(ours(a).masked_fill(ours(m), -1.0), a.masked_fill(m, -1.0))


@pytest.mark.parametrize(
    "name", ["exp", "log1p", "tanh", "erf", "sqrt", "sigmoid", "sin", "reciprocal", "isnan", "neg"]
)
@pytest.mark.parametrize("dtype", FLOATS)
def test_functions(name: str, dtype: str) -> None:
    a = random(3001, dtype=dtype).abs()
    near(getattr(torch, name)(ours(a)), getattr(reference, name)(a))


SIDES = ["float32", "float64", "float16", "bfloat16", "int64", "int32", "int8", "uint8", "bool"]


@pytest.mark.parametrize("source", SIDES)
@pytest.mark.parametrize("target", SIDES)
def test_casts(source: str, target: str) -> None:
    a = random(1029, dtype=source)
    a = a if source == "bool" else a.abs()
    near(ours(a).to(getattr(torch, target)), a.to(getattr(reference, target)))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float64", "uint8"])
@pytest.mark.parametrize("shape", [(64, 64), (1000, 1024), (33, 65), (3, 130, 257)])
def test_transposing_copies(dtype: str, shape: tuple[int, ...]) -> None:
    a = random(*shape, dtype=dtype)
    near(ours(a).transpose(-1, -2).contiguous(), a.transpose(-1, -2).contiguous())
    x = torch.empty(a.transpose(-1, -2).shape, dtype=getattr(torch, dtype), device="cuda")
    x.copy_(ours(a).transpose(-1, -2))
    near(x, a.transpose(-1, -2))


def test_many_dims() -> None:
    a = random(*[2] * 14)
    order = [0, 2, 4, 6, 8, 10, 12, 1, 3, 5, 7, 9, 11, 13]
    near(ours(a).permute(order) + 1, a.permute(order) + 1)
    near(ours(a).permute(order).contiguous(), a.permute(order).contiguous())


def test_past_two_billion_elements() -> None:
    n = (1 << 31) + 37
    x = torch.ones(n, dtype=torch.uint8, device="cuda")
    x[-3:] = 7
    y = x + x
    assert theirs(y[-4:]).tolist() == [2, 14, 14, 14]
    assert int(theirs(y[:5]).sum()) == 10
    assert int((y == 2).sum().item()) == n - 3
