"""In-place fills draw PyTorch's numbers, whatever the dtype, size and layout."""

import pytest
from same_stream import FLOATING, INTEGRAL, REAL, SIZES, dtype, run_both

FILLS = {
    "uniform": (lambda x: x.uniform_(), FLOATING),
    "uniform_range": (lambda x: x.uniform_(-0.05, 3.1), FLOATING),
    "uniform_point": (lambda x: x.uniform_(0.3, 0.3), FLOATING),
    "normal": (lambda x: x.normal_(), FLOATING),
    "normal_scaled": (lambda x: x.normal_(-1.5, 0.02), FLOATING),
    "normal_zero_std": (lambda x: x.normal_(2.0, 0.0), FLOATING),
    "log_normal": (lambda x: x.log_normal_(), FLOATING),
    "log_normal_scaled": (lambda x: x.log_normal_(-1, 0.25), FLOATING),
    "exponential": (lambda x: x.exponential_(), FLOATING),
    "exponential_rate": (lambda x: x.exponential_(0.3), FLOATING),
    "cauchy": (lambda x: x.cauchy_(), FLOATING),
    "cauchy_scaled": (lambda x: x.cauchy_(2, 0.5), FLOATING),
    "geometric": (lambda x: x.geometric_(0.3), INTEGRAL + FLOATING),
    "geometric_rare": (lambda x: x.geometric_(1e-9), INTEGRAL + FLOATING),
    "bernoulli": (lambda x: x.bernoulli_(), REAL),
    "bernoulli_p": (lambda x: x.bernoulli_(1 / 3), REAL),
    "bernoulli_never": (lambda x: x.bernoulli_(0.0), REAL),
    "bernoulli_always": (lambda x: x.bernoulli_(1.0), REAL),
    "random": (lambda x: x.random_(), REAL),
    "random_to": (lambda x: x.random_(2), REAL),
    "random_from": (lambda x: x.random_(3, 100), [*INTEGRAL, *FLOATING]),
    "random_negative": (lambda x: x.random_(-50, 50), [*INTEGRAL[1:], *FLOATING]),
    "random_open": (lambda x: x.random_(7, None), [*INTEGRAL, *FLOATING]),
    "random_28_bits": (lambda x: x.random_(0, 2**28), ["int32", "int64", "float64"]),
    "random_below_28_bits": (lambda x: x.random_(0, 2**28 - 1), ["int32", "int64", "float64"]),
    "random_63_bits": (lambda x: x.random_(-(2**62), 2**62), ["int64"]),
    "random_64_bits": (lambda x: x.random_(-(2**63), 2**63 - 1), ["int64"]),
    "random_all": (lambda x: x.random_(-(2**63), None), ["int64", "bfloat16", "float32", "float64"]),
}
CASES = [(name, kind) for name, (_, kinds) in FILLS.items() for kind in kinds]


@pytest.mark.filterwarnings("ignore:.*is out of bounds")
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_contiguous(name, kind):
    fill = FILLS[name][0]
    run_both(lambda torch: [fill(torch.zeros(n, dtype=dtype(torch, kind))) for n in SIZES])


LAYOUTS = {
    "transposed": lambda torch, d: torch.zeros(7, 9, dtype=d).t(),
    "permuted": lambda torch, d: torch.zeros(3, 4, 5, dtype=d).permute(2, 0, 1),
    "stepped": lambda torch, d: torch.zeros(60, dtype=d)[::3],
    "column": lambda torch, d: torch.zeros(30, 4, dtype=d)[:, 1],
    "inner_window": lambda torch, d: torch.zeros(6, 8, dtype=d)[1:5, 2:7],
    "transposed_window": lambda torch, d: torch.zeros(6, 8, dtype=d).t()[1:5, 2:6],
    "offset": lambda torch, d: torch.zeros(64, dtype=d)[3:],
    "ones_between": lambda torch, d: torch.zeros(4, 1, 6, dtype=d).transpose(0, 2),
    "scalar": lambda torch, d: torch.zeros((), dtype=d),
    "empty": lambda torch, d: torch.zeros(3, 0, dtype=d),
}


@pytest.mark.filterwarnings("ignore:.*is out of bounds")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", FILLS)
def test_layouts(name, layout):
    fill, kinds = FILLS[name]

    def code(torch):
        views = [LAYOUTS[layout](torch, dtype(torch, kind)) for kind in (kinds[0], kinds[-1])]
        for view in views:
            fill(view)
        return views

    run_both(code)


@pytest.mark.parametrize("kind", ["complex64", "complex128"])
@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 100])
def test_complex(kind, n):
    run_both(
        lambda torch: [
            torch.zeros(n, dtype=dtype(torch, kind)).uniform_(-1, 2),
            torch.zeros(n, dtype=dtype(torch, kind)).normal_(0.5, 2),
            torch.zeros(n, 3, dtype=dtype(torch, kind)).t().normal_(),
        ]
    )


@pytest.mark.parametrize("p_kind", FLOATING)
@pytest.mark.parametrize("kind", ["bool", "uint8", "int64", "float16", "bfloat16", "float32", "float64"])
def test_bernoulli_with_a_probability_each(kind, p_kind):
    def code(torch):
        d, p_d = dtype(torch, kind), dtype(torch, p_kind)
        p = torch.rand(20, 30, dtype=p_d)
        return [
            torch.zeros(20, 30, dtype=d).bernoulli_(p),
            torch.zeros(20, 30, dtype=d).bernoulli_(p[0]),
            torch.zeros(30, 20, dtype=d).t().bernoulli_(p),
            torch.zeros(20, 30, dtype=d).bernoulli_(p[:, :1]),
            torch.zeros(40, 30, dtype=d)[::2].bernoulli_(p),
        ]

    run_both(code)


def test_the_cached_normal_passes_from_call_to_call_and_dtype_to_dtype():
    def code(torch):
        first = torch.zeros(3).normal_()
        blocks = torch.zeros(16).normal_()
        second = torch.zeros(2, dtype=torch.float64).normal_(5, 2)
        third = torch.zeros(3, dtype=torch.bfloat16).log_normal_()
        return first, blocks, second, third, torch.rand(3)

    run_both(code)


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**32, 2**32 + 1, 2**63, 2**64 - 1, -1, -(2**63)])
def test_seeds(seed):
    run_both(lambda torch: [torch.rand(5), torch.randn(20)], seed)


def test_two_million_normals():
    run_both(lambda torch: torch.zeros(2_000_003).normal_())


def test_a_fill_counts_as_one_write():
    import vibetensor.torch as torch

    for x in (torch.zeros(4), torch.zeros(8)[::2], torch.zeros(3, dtype=torch.complex64)):
        before = x._version
        x.uniform_()
        assert x._version == before + 1


def test_a_fill_ends_the_history():
    def code(torch):
        x = torch.ones(5, requires_grad=True)
        y = x * 3
        y.normal_()
        (y * 2).sum().backward()
        return x.grad

    run_both(code)


def test_a_leaf_that_requires_grad_is_not_filled():
    from same_stream import assert_same_error

    assert_same_error(lambda torch: torch.ones(3, requires_grad=True).normal_())
