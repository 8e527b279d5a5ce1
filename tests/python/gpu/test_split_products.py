"""float32 products on Hopper's tensor cores: their error against float64 beside that of multiply-adds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from vibetensor import _C

from .side import ours, random, reference, theirs, torch

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(
        not torch.cuda.is_available() or torch.cuda.get_device_capability() != (9, 0),
        reason="the kernel is for compute capability 9.0",
    ),
]


@pytest.fixture(autouse=True, params=[False, True], ids=["large tiles", "small tiles"])
def tiles(request: pytest.FixtureRequest) -> Iterator[None]:
    _C.set_split_tiles(request.param)
    yield
    _C.set_split_tiles(None)


ORDERS = [(False, False), (False, True), (True, False), (True, True)]  # which of the factors lie transposed
UNIT = 2.0**24


@contextmanager
def precision(name: str) -> Iterator[None]:
    before = torch.backends.cuda.matmul.fp32_precision
    torch.backends.cuda.matmul.fp32_precision = name
    try:
        yield
    finally:
        torch.backends.cuda.matmul.fp32_precision = before


def error(value: Any, exact: Any, size: Any) -> float:
    """Root of the mean square, in units of 2^-24 of the sum of the terms' sizes."""
    return float((((theirs(value).double() - exact) / size.clamp(min=1e-300)) ** 2).mean().sqrt()) * UNIT


def bits(value: Any) -> Any:
    return theirs(value).view(reference.int32)


def both(work: Any) -> tuple[Any, Any]:
    """What `work` gives by parts and by multiply-adds."""
    with precision("split"):
        split = work()
        assert bits(split).equal(bits(work())), "other bits the second time"
    with precision("ieee"):
        return split, work()


def compare(a: Any, b: Any, transposed: tuple[bool, bool] = (False, False), factor: float = 1) -> None:
    """The product of two CPU tensors: its error at most `factor` times that of multiply-adds."""
    x, y = (ours(t.transpose(-1, -2)).transpose(-1, -2) if way else ours(t) for t, way in zip((a, b), transposed))
    split, plain = both(lambda: x @ y)
    exact, size = a.double() @ b.double(), a.double().abs() @ b.double().abs()
    got, limit = error(split, exact, size), error(plain, exact, size)
    assert got <= factor * limit + 0.05, f"error {got:.3f}, of multiply-adds {limit:.3f}"


def data(kind: str, m: int, n: int, k: int) -> tuple[Any, Any]:
    a, b = random(m, k), random(k, n, seed=1)
    if kind == "positive":
        return a.abs() + 1, b.abs() + 1
    if kind == "scaled":
        along = reference.exp(random(k, seed=2) * 3)
        return a * reference.exp(random(m, 1, seed=3) * 6) * along, b * reference.exp(random(1, n, seed=4) * 6) * along[
            :, None
        ]
    if kind == "cancelling":
        half = k // 2
        a[:, half:] = -a[:, :half] + 1e-3 * random(m, half, seed=5)
        b[half:] = b[:half]
    return a, b


@pytest.mark.parametrize("k", [32, 96, 256, 1000, 4096, 20480])
@pytest.mark.parametrize(("kind", "factor"), [("random", 1), ("positive", 1), ("scaled", 1.5), ("cancelling", 1.5)])
def test_error(kind: str, factor: float, k: int) -> None:
    compare(*data(kind, 300, 260, k), factor=factor)


@pytest.mark.parametrize("transposed", ORDERS)
@pytest.mark.parametrize(
    ("m", "n", "k"),
    [(1, 1, 1), (128, 128, 32), (129, 127, 33), (77, 300, 515), (300, 132, 252), (1000, 64, 3001), (2500, 1900, 64)],
)
def test_sizes(m: int, n: int, k: int, transposed: tuple[bool, bool]) -> None:
    compare(random(m, k), random(k, n, seed=1), transposed)


@pytest.mark.parametrize("transposed", ORDERS)
def test_batches(transposed: tuple[bool, bool]) -> None:
    compare(random(7, 150, 80), random(7, 80, 136, seed=1), transposed)
    compare(random(3, 65, 37), random(3, 37, 131, seed=1), transposed)


@pytest.mark.parametrize("transposed", ORDERS)
def test_sections_of_a_long_sum(transposed: tuple[bool, bool]) -> None:
    compare(random(256, 20480), random(20480, 200, seed=1), transposed)


def test_views() -> None:
    """Rows apart, at odd addresses, and a factor that every matrix of the batch shares."""
    a, b = random(200, 301), random(310, 260, seed=1)
    x, y = ours(a), ours(b)
    for cut in (slice(0, 300), slice(1, 301), slice(2, 98)):
        split, plain = both(lambda cut=cut: x[:, cut] @ y[cut])
        exact, size = a[:, cut].double() @ b[cut].double(), a[:, cut].double().abs() @ b[cut].double().abs()
        assert error(split, exact, size) <= error(plain, exact, size) + 0.05
    many = random(4, 90, 70)
    shared = ours(random(70, 50, seed=1)).expand(4, 70, 50)
    split, _ = both(lambda: torch.bmm(ours(many), shared))
    reference.testing.assert_close(theirs(split), many @ random(70, 50, seed=1), rtol=1e-4, atol=1e-4)


def test_factors_and_addends() -> None:
    a, b, c, row = random(150, 200), random(200, 170, seed=1), random(150, 170, seed=2), random(170, seed=3)
    x, y = ours(a), ours(b)
    size = a.double().abs() @ b.double().abs() + c.double().abs()
    for beta, alpha, addend in ((1, 1, row), (0.5, -2, c), (1, 1, c), (0, 3, c)):
        split, plain = both(lambda: torch.addmm(ours(addend), x, y, beta=beta, alpha=alpha))  # noqa: B023
        exact = reference.addmm(addend.double(), a.double(), b.double(), beta=beta, alpha=alpha)
        assert error(split, exact, size) <= 1.2 * error(plain, exact, size) + 0.05
    many, more, sums = random(3, 40, 50), random(3, 50, 60, seed=1), random(3, 40, 60, seed=2)
    split, _ = both(lambda: torch.baddbmm(ours(sums), ours(many), ours(more), beta=2))
    reference.testing.assert_close(theirs(split), reference.baddbmm(sums, many, more, beta=2), rtol=1e-4, atol=1e-4)


def test_a_linear_layer_and_its_gradients() -> None:
    x, weight, bias, grad = (
        random(6, 100, 192),
        random(320, 192, seed=1),
        random(320, seed=2),
        random(6, 100, 320, seed=3),
    )

    def gradients(side: Any, *values: Any) -> list[Any]:
        leaves = [value.detach().requires_grad_() for value in values[:3]]
        out = side.nn.functional.linear(*leaves)
        return [out, *side.autograd.grad(out, leaves, values[3])]

    right = gradients(reference, *(t.double() for t in (x, weight, bias, grad)))
    with precision("split"):
        got = gradients(torch, *map(ours, (x, weight, bias, grad)))
    for mine, exact in zip(got, right, strict=True):
        assert float((theirs(mine.detach()).double() - exact.detach()).norm() / exact.detach().norm()) < 3e-7


@pytest.mark.parametrize("transposed", ORDERS)
def test_values_that_have_no_parts(transposed: tuple[bool, bool]) -> None:
    """Infinities, NaN, the largest floats and sums that overflow give what multiply-adds in order give."""
    inf = float("inf")
    for value in (inf, -inf, float("nan"), 3.4028234e38, 3.3961775e38):
        for where in ("a", "b"):
            a, b = random(200, 96).abs(), random(96, 190, seed=1)
            (a if where == "a" else b)[50, 20] = value
            x, y = (ours(t.t()).t() if way else ours(t) for t, way in zip((a, b), transposed))
            with precision("split"):
                got = theirs(x @ y)
            right = reference.zeros(200, 190)
            for i in range(96):
                right = (right.double() + a[:, i, None].double() * b[i].double()).float()
            finite = right.isfinite()
            assert reference.equal(got.isnan(), right.isnan())
            assert reference.equal(got[~finite & ~right.isnan()], right[~finite & ~right.isnan()])
            reference.testing.assert_close(got[finite], right[finite], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("of_a", "of_b"), [(-60, -60), (-108, 0), (-112, 100), (-126, 120), (-140, 120), (-149, 20)])
def test_small_values(of_a: int, of_b: int) -> None:
    """Parts that are subnormal, parts that vanish, and results that are subnormal."""
    a, b = random(140, 64).sign() * (1 + random(140, 64).abs()), random(64, 130, seed=1)
    scaled = [reference.ldexp(t, reference.tensor(by)) for t, by in ((a.double(), of_a), (b.double(), of_b))]
    compare(*(t.float() for t in scaled), factor=1.5)


def test_in_a_graph() -> None:
    a, b = ours(random(256, 4096)), ours(random(4096, 128, seed=1))
    with precision("split"):
        right = theirs(a @ b)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            c = a @ b  # in sections, whose sums lie in the graph's scratch memory
        graph.replay()
        assert theirs(c).equal(right)


def test_the_default_is_one_of_the_two() -> None:
    """Measured once; then a shape has the same bits all the time, also under a capture."""
    a, b = ours(random(4096, 512)), ours(random(512, 1024, seed=1))
    split, plain = both(lambda: a @ b)
    first = a @ b
    assert all(theirs(a @ b).equal(theirs(first)) for _ in range(3))
    assert theirs(first).equal(theirs(split)) or float((theirs(first) - theirs(plain)).abs().max()) < 1e-3
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        again = a @ b
    graph.replay()
    assert theirs(again).equal(theirs(first))
