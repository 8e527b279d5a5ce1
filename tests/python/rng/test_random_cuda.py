"""Random numbers on a GPU: moments, repeatability, independence of layout, graph-safe positions, errors."""

import math

import pytest
import vibetensor.torch as torch

pytestmark = pytest.mark.cuda

N = 1 << 20
FLOATING = ["float16", "bfloat16", "float32", "float64"]


def moments(x):
    x = x.double()
    return float(x.mean()), float(x.std())


@pytest.mark.parametrize("kind", FLOATING)
def test_moments(kind):
    torch.manual_seed(1)
    d = getattr(torch, kind)
    rounding = 5e-3 if kind in ("float16", "bfloat16") else 0
    close = lambda got, mean, std: (  # noqa: E731
        abs(got[0] - mean) < 6 * std / math.sqrt(N) + rounding and abs(got[1] - std) < 0.01 * std + rounding
    )
    assert close(moments(torch.rand(N, dtype=d, device="cuda")), 0.5, math.sqrt(1 / 12))
    assert close(moments(torch.randn(N, dtype=d, device="cuda")), 0, 1)
    x = torch.empty(N, dtype=d, device="cuda")
    assert close(moments(x.normal_(2, 0.5)), 2, 0.5)
    assert close(moments(x.uniform_(-1, 3)), 1, 4 / math.sqrt(12))
    assert close(moments(x.exponential_(2)), 0.5, 0.5)
    assert close(moments(x.geometric_(0.5)), 2, math.sqrt(2))
    assert close(moments(x.bernoulli_(0.3)), 0.3, math.sqrt(0.21))
    assert close(moments(x.log_normal_(0, 0.25).log()), 0, 0.25)
    assert abs(float(x.cauchy_(1, 2).double().median()) - 1) < 0.02


@pytest.mark.parametrize("kind", FLOATING)
def test_uniform_is_half_open(kind):
    x = torch.rand(N, dtype=getattr(torch, kind), device="cuda")
    assert float(x.min()) >= 0
    assert float(x.max()) < 1


def test_seeds_repeat_and_launches_differ():
    torch.manual_seed(5)
    a, b = torch.rand(1000, device="cuda"), torch.rand(1000, device="cuda")
    torch.manual_seed(5)
    assert bool((torch.rand(1000, device="cuda") == a).all())
    assert float((a == b).double().mean()) < 0.01


def test_a_prefix_does_not_depend_on_the_length():
    torch.manual_seed(5)
    long = torch.randn(1 << 22, device="cuda")
    torch.manual_seed(5)
    short = torch.randn(1001, device="cuda")
    assert bool((long[:1001] == short).all())


def test_a_transposed_tensor_is_filled_along_its_memory():
    torch.manual_seed(5)
    a = torch.rand(30, 40, device="cuda")
    torch.manual_seed(5)
    b = torch.empty(40, 30, device="cuda").t().uniform_()
    assert bool((a.flatten() == b.t().flatten()).all())
    torch.manual_seed(5)
    c = torch.empty(60, 40, device="cuda")[::2].uniform_()
    assert bool((a == c).all())


def test_integers():
    x = torch.randint(-3, 4, (N,), device="cuda")
    assert int(x.min()) == -3
    assert int(x.max()) == 3
    assert abs(float(x.double().mean())) < 0.02
    assert int(torch.randint(0, 2**62, (1000,), device="cuda").max()) > 2**61
    x = torch.empty(N, dtype=torch.uint8, device="cuda").random_()
    assert int(x.max()) == 255
    assert bool((torch.randperm(5000, device="cuda").sort()[0] == torch.arange(5000, device="cuda")).all())


@pytest.mark.parametrize("kind", FLOATING)
def test_dropout(kind):
    x = torch.randn(1001, 33, dtype=getattr(torch, kind), device="cuda", requires_grad=True)
    y, mask = torch.native_dropout(x, 0.25, True)
    assert abs(float(mask.double().mean()) - 0.75) < 0.02
    expected = x.detach() * mask / 0.75
    assert float((y.detach() - expected).abs().max()) < 0.05
    (g,) = torch.autograd.grad(y.sum(), x)
    assert bool(((g != 0) == mask).all())


def test_multinomial():
    torch.manual_seed(2)
    p = torch.tensor([[0.0, 1.0, 3.0], [5.0, 0.0, 0.0]], device="cuda")
    many = torch.multinomial(p, 40000, True)
    assert int(many[1].max()) == 0
    assert int((many[0] == 0).sum()) == 0
    assert abs(float((many[0] == 2).double().mean()) - 0.75) < 0.02
    one = torch.multinomial(p[:1].expand(40000, 3), 1)
    assert abs(float((one == 2).double().mean()) - 0.75) < 0.02
    both = torch.multinomial(p[:1].expand(1000, 3), 2)
    assert bool((both.sum(1) == 3).all())


def test_states():
    g = torch.Generator("cuda").manual_seed(3)
    torch.rand(10, device="cuda", generator=g)
    state = g.get_state()
    assert len(state) == 16
    a = torch.rand(10, device="cuda", generator=g)
    g.set_state(state)
    assert bool((torch.rand(10, device="cuda", generator=g) == a).all())
    assert g.get_offset() % 4 == 0
    with pytest.raises(RuntimeError):
        g.set_offset(3)


@pytest.mark.parametrize(
    "bad",
    [
        lambda: torch.multinomial(torch.tensor([1.0, -1.0], device="cuda"), 1),
        lambda: torch.multinomial(torch.tensor([1.0, float("nan")], device="cuda"), 2, True),
        lambda: torch.multinomial(torch.zeros(3, device="cuda"), 1),
        lambda: torch.zeros(3, device="cuda").bernoulli_(torch.tensor([0.5, 1.5, 0.5], device="cuda")),
    ],
)
def test_bad_weights_are_reported_and_the_context_survives(bad):
    with pytest.raises(RuntimeError):
        bad()
        torch.cuda.synchronize()
    assert float(torch.ones(3, device="cuda").sum()) == 3
