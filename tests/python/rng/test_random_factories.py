"""The functions that make random tensors draw PyTorch's numbers."""

import pytest
from same_stream import FLOATING, INTEGRAL, SIZES, dtype, run_both


@pytest.mark.parametrize("kind", [*FLOATING, "complex64", "complex128"])
def test_rand_and_randn(kind):
    run_both(lambda torch: [f(n, dtype=dtype(torch, kind)) for n in SIZES for f in (torch.rand, torch.randn)])


def test_ways_to_give_a_size():
    run_both(
        lambda torch: [
            torch.rand(2, 3),
            torch.rand((2, 3)),
            torch.rand([2, 3]),
            torch.rand(torch.Size((4,))),
            torch.rand(()),
            torch.randn(2, 0, 3),
            torch.randint(5, (2, 3)),
            torch.randint(2, 7, (3,)),
        ]
    )


@pytest.mark.parametrize("kind", [*INTEGRAL, *FLOATING])
def test_randint(kind):
    run_both(lambda torch: [torch.randint(3, 99, (n,), dtype=dtype(torch, kind)) for n in SIZES])


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (-5, 5), (0, 2**28 - 1), (0, 2**28), (-(2**40), 2**41), (-(2**63), 2**63 - 1)]
)
def test_randint_ranges(low, high):
    run_both(lambda torch: [torch.randint(low, high, (n,)) for n in SIZES])


@pytest.mark.parametrize("kind", [None, "int32", "int16", "float64", "float32"])
def test_randperm(kind):
    run_both(lambda torch: [torch.randperm(n, dtype=kind and dtype(torch, kind)) for n in SIZES])


@pytest.mark.parametrize(("kind", "n"), [("uint8", 256), ("int8", 128), ("float16", 2049), ("bfloat16", 300)])
def test_largest_randperm(kind, n):
    run_both(lambda torch: torch.randperm(n, dtype=dtype(torch, kind)))


def test_like():
    def code(torch):
        x = torch.zeros(4, 5)
        transposed, window = torch.zeros(6, 3).t(), torch.zeros(9, 9)[::2, 1:4]
        batch = torch.zeros(2, 3, 4, 5)
        return [
            torch.rand_like(x),
            torch.rand_like(transposed),
            torch.randn_like(transposed),
            torch.randn_like(window),
            torch.rand_like(window.t()),
            torch.rand_like(x[:1].expand(4, 5)),
            torch.randn_like(transposed, memory_format=torch.contiguous_format),
            torch.randn_like(batch, memory_format=torch.channels_last),
            torch.randint_like(x, 9),
            torch.randint_like(transposed, 3, 8),
            torch.rand_like(x, dtype=torch.float64),
        ]

    run_both(code)


@pytest.mark.parametrize("kind", FLOATING)
def test_normal(kind):
    def code(torch):
        d = dtype(torch, kind)
        mean, std = torch.arange(20, dtype=d), torch.arange(20, dtype=d) / 8
        return [
            torch.normal(mean, std),
            torch.normal(mean, 0.5),
            torch.normal(2.0, std),
            torch.normal(mean.view(4, 5), std[:5]),
            torch.normal(0.5, 2.0, (3, 7)),
            torch.normal(0.5, 2.0, (3, 7), dtype=d),
        ]

    run_both(code)


def test_bernoulli():
    def code(torch):
        p = torch.rand(5, 7)
        return [
            torch.bernoulli(p),
            torch.bernoulli(p.t()),
            torch.bernoulli(p, 0.25),
            p.bernoulli(),
            torch.bernoulli(p.double()),
            torch.bernoulli(torch.ones(3, dtype=torch.int64), 0.5),
        ]

    run_both(code)


@pytest.mark.parametrize("replacement", [False, True])
@pytest.mark.parametrize("samples", [1, 2, 5, 20])
@pytest.mark.parametrize("kind", FLOATING)
def test_multinomial(kind, samples, replacement):
    def code(torch):
        d = dtype(torch, kind)
        flat, rows = torch.rand(20).to(d), torch.rand(6, 31).to(d)
        many = torch.rand(3, 3000).to(d)
        return [
            torch.multinomial(p, samples, replacement)
            for p in (flat, rows, rows.t()[:, :4].t(), many, flat.expand(3, 20), torch.rand(40, 5).to(d).t())
        ]

    run_both(code)


def test_multinomial_over_zero_weights():
    def code(torch):
        p = torch.tensor([0.0, 3.0, 0.0, 0.0, 1.0, 0.0])
        return [
            torch.multinomial(p, n, r)
            for n, r in [(1, False), (2, False), (4, False), (6, False), (1, True), (9, True)]
        ]

    run_both(code)


@pytest.mark.parametrize("kind", FLOATING)
def test_poisson(kind):
    def code(torch):
        rates = torch.rand(20, 30).to(dtype(torch, kind))
        return [torch.poisson(r) for r in (rates, rates * 9, rates.t() * 40, rates[:, 1] * 2000, rates * 0)]

    run_both(code)


def test_multinomial_of_no_rows():
    run_both(lambda torch: [torch.multinomial(torch.zeros(0, 3), 2), torch.multinomial(torch.zeros(0, 3), 2, True)])


def test_own_generator_leaves_the_default_alone():
    def code(torch):
        g = torch.Generator()
        g.manual_seed(99)
        return [
            torch.rand(3, generator=g),
            torch.randn(20, generator=g),
            torch.randint(9, (4,), generator=g),
            torch.randperm(6, generator=g),
            torch.multinomial(torch.ones(9), 3, generator=g),
            torch.zeros(3).uniform_(generator=g),
            torch.bernoulli(torch.full((5,), 0.5), generator=g),
            torch.rand(2),
        ]

    run_both(code)


def test_out():
    def code(torch):
        a, b, c = torch.zeros(4), torch.zeros(2, 3), torch.zeros(5, dtype=torch.int64)
        torch.rand(4, out=a)
        torch.randn(2, 3, out=b)
        torch.randperm(5, out=c)
        return a, b, c

    run_both(code)


def test_requires_grad():
    import vibetensor.torch as torch

    assert torch.rand(3, requires_grad=True).requires_grad
    assert torch.randn(3, requires_grad=True).is_leaf
    assert not torch.rand(3).requires_grad


def test_samples_have_zero_gradients():
    def code(torch):
        mean, std, p = (torch.full((4,), 0.5, requires_grad=True) for _ in range(3))
        (torch.normal(mean, std).sum() + torch.normal(mean, 1.0).sum() + torch.bernoulli(p).sum()).backward()
        return mean.grad, std.grad, p.grad

    run_both(code)
