"""Gamma, Dirichlet, binomial and Poisson numbers: PyTorch's bits, on every branch of their algorithms; gradients."""

import pytest
import torch as reference
import vibetensor.torch as ours
from compare import ours_of, same, theirs_of
from same_stream import SIZES, assert_same_error, run_both

KINDS = ["float32", "float64"]


def spread(torch, low, high, n, kind):
    """n numbers from low to high by a constant factor, the same bits on both sides."""
    values = reference.logspace(
        reference.tensor(low).log10(), reference.tensor(high).log10(), n, dtype=getattr(reference, kind)
    )
    return ours_of(values) if torch is ours else values


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", SIZES)
def test_gamma_of_all_shapes(kind, n):
    run_both(lambda t: t._standard_gamma(spread(t, 1e-3, 1e4, n, kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_gamma_of_hard_shapes(kind):
    def draw(t):
        shapes = t.tensor([0.0, 1.0, -1.0, float("inf"), float("nan"), 1e-30, 0.999999], dtype=getattr(t, kind))
        return t._standard_gamma(shapes), t.randn(3, dtype=t.float64), t._standard_gamma(shapes.flip(0)), t.randn(1)

    run_both(draw)


@pytest.mark.parametrize("kind", KINDS)
def test_memory_order(kind):
    run_both(lambda t: t._standard_gamma(spread(t, 0.1, 10, 24, kind).reshape(4, 6).t()))
    run_both(lambda t: t._sample_dirichlet(spread(t, 0.1, 10, 24, kind).reshape(4, 6).t()))
    run_both(
        lambda t: t.binomial(
            spread(t, 1, 99, 24, kind).reshape(4, 6).t(), spread(t, 0.01, 0.9, 6, kind)[:, None].expand(6, 4)
        )
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("categories", [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 21, 32, 33, 64, 100, 255])
def test_dirichlet(kind, categories):
    run_both(lambda t: t._sample_dirichlet(spread(t, 1e-2, 50, 9 * categories, kind).reshape(9, categories)))
    run_both(lambda t: t._sample_dirichlet(spread(t, 1e-2, 50, categories, kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_binomial_of_all_counts(kind):
    for p in (0.0, 1e-6, 1e-4, 0.1, 0.4, 0.5, 0.6, 0.97, 1.0, 1.5, -0.5, float("nan")):

        def draw(t, p=p):
            counts = spread(t, 1, 1e7, 700, kind).floor()
            return t.binomial(counts, t.full_like(counts, p)), t.rand(2)

        run_both(draw)


@pytest.mark.parametrize("kind", ["float16", "bfloat16", *KINDS])
def test_poisson_of_all_rates(kind):
    run_both(lambda t: t.poisson(spread(t, 1e-2, 1e4, 333, kind)))


def test_a_generator_of_its_own():
    for draw in ("_standard_gamma", "_sample_dirichlet", "poisson"):

        def own(t, draw=draw):
            g = t.Generator().manual_seed(7)
            return getattr(t, draw)(t.full((5, 3), 2.5), generator=g), getattr(t, draw)(t.full((5, 3), 2.5))

        run_both(own)


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "int64"])
def test_dtypes_that_are_refused(kind):
    for draw in (
        lambda t: t._standard_gamma(t.ones(3).to(getattr(t, kind))),
        lambda t: t._sample_dirichlet(t.ones(3).to(getattr(t, kind))),
        lambda t: t.binomial(t.ones(3).to(getattr(t, kind)), t.ones(3).to(getattr(t, kind))),
    ):
        assert_same_error(draw)
    assert_same_error(lambda t: t.binomial(t.ones(3), t.ones(3).double()))


def test_gradient_of_a_gamma_draw():
    """PyTorch's gradient is an approximation of a thousandth; both change the draw's scale alike."""
    gradients = []
    for t in (ours, reference):
        t.manual_seed(3)
        shapes = spread(t, 1e-2, 1e3, 500, "float64").requires_grad_()
        (t._standard_gamma(shapes) * spread(t, 1, 2, 500, "float64")).sum().backward()
        gradients.append(shapes.grad)
    same(*gradients, rtol=2e-3, atol=1e-12)


@pytest.mark.parametrize("categories", [2, 3, 10])
def test_gradient_of_a_dirichlet_draw(categories):
    gradients = []
    for t in (ours, reference):
        t.manual_seed(3)
        c = spread(t, 0.2, 30, 20 * categories, "float64").reshape(20, categories).requires_grad_()
        weights = spread(t, 1, 9, categories, "float64")
        draw = ours._sample_dirichlet(c) if t is ours else reference.distributions.Dirichlet(c).rsample()
        (draw * weights).sum().backward()
        gradients.append(c.grad)
    same(*gradients, rtol=5e-3, atol=1e-4)


def test_gradients_of_counts_are_zero():
    count, p = ours.full((3,), 5.0, requires_grad=True), ours.full((3,), 0.5, requires_grad=True)
    ours.binomial(count, p).sum().backward()
    assert theirs_of(count.grad).abs().sum() == 0 and theirs_of(p.grad).abs().sum() == 0
