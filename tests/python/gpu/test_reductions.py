"""Reductions over rows, columns, odd dims and everything, short and long, and bit-equal from run to run."""

from __future__ import annotations

import pytest

from .side import near, ours, random, reference, theirs, torch

pytestmark = pytest.mark.cuda
SHAPES = [
    (5,),
    (1023,),
    (1 << 20,),
    (300_007,),
    (64, 768),
    (4096, 33),
    (3, 100_000),
    (100_000, 3),
    (7, 129, 65),
    (2, 3, 4, 5, 6),
]


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "int64", "bool"])
@pytest.mark.parametrize("shape", SHAPES)
def test_sums(dtype: str, shape: tuple[int, ...]) -> None:
    a = random(*shape, dtype=dtype)
    x = ours(a)
    wide = a.double() if a.dtype.is_floating_point else a.long()
    near(x.sum(), wide.sum(), scale=4)
    for dim in range(len(shape)):
        near(x.sum(dim), wide.sum(dim), scale=2)
        near(x.sum(dim, keepdim=True), wide.sum(dim, keepdim=True), scale=2)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "int32", "uint8"])
@pytest.mark.parametrize(
    "shape", [(16384, 768), (4099, 776), (20011, 24), (70, 50264), (9, 8), (4096, 769), (1, 64), (33, 5, 7, 16)]
)
def test_column_sums(dtype: str, shape: tuple[int, ...]) -> None:
    a = random(*shape, dtype=dtype)
    x = ours(a)
    wide = a.double() if a.dtype.is_floating_point else a.long()
    for dim in range(len(shape) - 1):
        near(x.sum(dim), wide.sum(dim), scale=2)
        near(x.amax(dim), a.amax(dim))
        near(x[1:, ..., 8:].sum(dim), wide[1:, ..., 8:].sum(dim), scale=2)
    rest = tuple(range(len(shape) - 1))
    near(x.sum(rest), wide.sum(rest), scale=2)
    if dtype == "float32":
        near(x.argmax(0), a.argmax(0))
    first = theirs(x.sum(0))
    assert all(reference.equal(first, theirs(x.sum(0))) for _ in range(3)), "other bits from run to run"


def test_sums_over_several_dims() -> None:
    a = random(6, 35, 4, 33)
    x = ours(a)
    for dims in [(0, 2), (1, 3), (0, 3), (0, 1, 2), (1, 2), (-1, 0)]:
        near(x.sum(dims), a.double().sum(dims))
        near(x.transpose(0, 3).mean(dims), a.double().transpose(0, 3).mean(dims))


@pytest.mark.parametrize("shape", [(1000,), (64, 1000), (1000, 64), (5, 6, 7)])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int64"])
def test_extremes(dtype: str, shape: tuple[int, ...]) -> None:
    a = random(*shape, dtype=dtype)
    x = ours(a)
    near(x.max(), a.max())
    near(x.argmax(), a.argmax())
    for dim in range(len(shape)):
        for name in ("max", "min"):
            values, places = getattr(x, name)(dim)
            expected = getattr(a, name)(dim)
            near(values, expected.values)
            near(torch.gather(x, dim, places.unsqueeze(dim)).squeeze(dim), expected.values)
        near(x.amax(dim), a.amax(dim))
        assert reference.equal(theirs(x.argmax(dim)), a.argmax(dim))


def test_nan_wins() -> None:
    a = random(33, 100)
    a[3, 17] = a[3, 50] = float("nan")
    x = ours(a)
    near(x.amax(1), a.amax(1))
    assert theirs(x.argmax(1))[3] == 17
    assert theirs(x.max()).isnan()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_moments_and_norms(dtype: str) -> None:
    a = random(65, 1003, dtype=dtype) + 100
    x = ours(a)
    for dim in (0, 1):
        near(x.var(dim), a.double().var(dim), scale=200)
        near(x.std(dim, correction=0), a.double().std(dim, correction=0), scale=200)
        for p in (0, 1, 2, 3, float("inf")):
            near(torch.linalg.vector_norm(x, p, dim), reference.linalg.vector_norm(a.double(), p, dim))
    near(x.var(), a.double().var(), scale=200)


@pytest.mark.parametrize("shape", [(100,), (33, 1025), (4, 70, 9), (3, 70_000)])
def test_scans(shape: tuple[int, ...]) -> None:
    a = random(*shape)
    for dim in range(len(shape)):
        near(ours(a).cumsum(dim), a.double().cumsum(dim), scale=4)
    near(ours(random(*shape, dtype="int64")).cumsum(-1), random(*shape, dtype="int64").cumsum(-1))


def test_any_and_all() -> None:
    m = random(50, 70, dtype="bool")
    x = ours(m)
    for dim in (0, 1):
        near(x.any(dim), m.any(dim))
        near(x.all(dim), m.all(dim))
    assert theirs(torch.zeros(1 << 20, device="cuda").any()).item() is False


def test_the_same_bits_every_time() -> None:
    x = ours(random(1000, 1000))
    for run in (lambda: x.sum(), lambda: x.sum(0), lambda: x.sum(1), lambda: x.var(0)):
        first = theirs(run())
        assert all(reference.equal(first, theirs(run())) for _ in range(5))


def test_empty() -> None:
    x = torch.empty(0, 5, device="cuda")
    near(x.sum(0), reference.zeros(5))
    assert x.sum(1).shape == (0,)
    assert theirs(x.mean()).isnan()


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize("shape", [(5,), (1 << 20,), (300_007,), (64, 768), (4096, 33), (3, 100_000), (7, 129, 65)])
def test_variances(dtype: str, shape: tuple[int, ...]) -> None:
    """In double, so that the result is right to the dtype's last digit; PyTorch on the CPU in double is the measure."""
    a = random(*shape, dtype=dtype) + 3
    x = ours(a)
    for dim in [None, *range(len(shape))]:
        for correction in (0, 1):
            over = {"correction": correction} if dim is None else {"dim": dim, "correction": correction}
            near(x.var(**over), a.double().var(**over))
            near(x.std(**over), a.double().std(**over))
    if len(shape) == 3:
        near(x.transpose(0, 2).var((0, 1)), a.double().transpose(0, 2).var((0, 1)))
        near(x[:, ::2].std(1), a[:, ::2].double().std(1))


@pytest.mark.parametrize(
    "values", [[1e30, -1e30], [3e38, -2e38], [1e-30, -1e-30], [1e-40, 3e-40], [1e4, 10000.001], [0.1, 0.1]]
)
def test_variances_stay_in_range(values: list[float]) -> None:
    pair = reference.tensor(values)
    table = reference.stack([pair, pair * 0.5], 1).repeat(3000, 1)
    for a, dim in [(pair, None), (pair.repeat(50_000), None), (table, 0), (table, 1), (table, None)]:
        mine, wanted = theirs(ours(a).std(dim)), a.double().std(dim).float()
        reference.testing.assert_close(mine, wanted, rtol=1e-6, atol=1e-44 if values[0] != values[1] else 1e-9)
    equal = ours(reference.full((1000, 4096), 0.1))
    assert float(equal.std()) == 0.0 and not theirs(equal.std(1)).any() and not theirs(equal.var(0)).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_variances_behind_an_outlier(dtype: str) -> None:
    """Distances are counted from the first element: one far from the others costs no digits of the result."""
    a = random(8, 100_000, dtype=dtype)
    a[:, 0] = 1e6
    for b, dim in [(a, 1), (a.t().contiguous(), 0), (a, None)]:
        wanted = b.double().var() if dim is None else b.double().var(dim)
        mine = theirs(ours(b).var() if dim is None else ours(b).var(dim))
        reference.testing.assert_close(mine.double(), wanted, rtol=1e-6 if dtype == "float32" else 1e-8, atol=0)


def test_variances_of_what_is_not_a_number() -> None:
    for values in ([1.0, float("inf")], [float("inf"), 1.0], [float("nan"), 1.0, 2.0], [1.0]):
        x = torch.tensor(values, device="cuda")
        assert theirs(x.std()).isnan().item() and theirs(torch.stack([x] * 40).var(1)).isnan().all().item()
    assert theirs(torch.tensor([5.0], device="cuda").var(correction=0)).item() == 0.0
    assert theirs(torch.ones(0, 3, device="cuda").var(0)).isnan().all().item()


def test_bits_of_variances_repeat() -> None:
    x = ours(random(513, 20_001))
    assert theirs((x.var() == x.var()) & (x.var(0) == x.var(0)).all() & (x.var(1) == x.var(1)).all()).item()
