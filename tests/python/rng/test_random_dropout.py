"""Dropout drops PyTorch's elements and scales like it, bit for bit, forward and backward."""

import pytest
from same_stream import FLOATING, SIZES, dtype, run_both

RATES = [0.0, 0.1, 0.25, 0.5, 1 / 3, 0.9, 1.0]


def with_gradient(torch, x, dropped):
    weight = (torch.arange(dropped.numel(), dtype=torch.float32) / 8 - 1).reshape(dropped.shape).to(x.dtype)
    (gradient,) = torch.autograd.grad((dropped * weight).sum(), x)
    return dropped.detach(), gradient.contiguous()


@pytest.mark.parametrize("p", RATES)
@pytest.mark.parametrize("kind", FLOATING)
def test_dropout(kind, p):
    def code(torch):
        results = []
        for n in SIZES:
            x = torch.randn(n, dtype=dtype(torch, kind), requires_grad=True)
            results += with_gradient(torch, x, torch.nn.functional.dropout(x, p))
        return results

    run_both(code)


@pytest.mark.parametrize("train", [True, False, None])
@pytest.mark.parametrize("p", RATES)
@pytest.mark.parametrize("kind", FLOATING)
def test_native_dropout(kind, p, train):
    def code(torch):
        x = torch.randn(300, dtype=dtype(torch, kind), requires_grad=True)
        dropped, mask = torch.native_dropout(x, p, train)
        # PyTorch's gradient for train=None lacks the scale of the forward
        return [mask, *(with_gradient(torch, x, dropped) if train is not None else [dropped.detach()])]

    run_both(code)


@pytest.mark.parametrize(
    "layout",
    [
        lambda x: x.t(),
        lambda x: x[:, 1],
        lambda x: x[::2, 1:4],
        lambda x: x[:1].expand(5, 9),
        lambda x: x.view(3, 2, 9).permute(2, 0, 1),
        lambda x: x[0, 0],
    ],
)
def test_layouts(layout):
    def code(torch):
        x = layout(torch.randn(6, 9)).requires_grad_()
        return with_gradient(torch, x, torch.nn.functional.dropout(x, 0.3))

    run_both(code)


@pytest.mark.parametrize("p", RATES)
def test_in_place(p):
    def code(torch):
        x = torch.randn(40, requires_grad=True)
        y = x * 2
        result = torch.nn.functional.dropout(y, p, inplace=True)
        assert result is y
        return with_gradient(torch, x, y)

    run_both(code)


@pytest.mark.parametrize("p", RATES)
def test_features(p):
    def code(torch):
        x = torch.randn(4, 5, 6, requires_grad=True)
        drops = (torch.feature_dropout, torch.feature_alpha_dropout, torch.alpha_dropout)
        return [result for drop in drops for result in with_gradient(torch, x, drop(x, p, True))]

    run_both(code)


def test_special_values_survive_as_in_a_product():
    def code(torch):
        x = torch.tensor([float("inf"), float("-inf"), float("nan"), -1.0, -0.0] * 8)
        return torch.nn.functional.dropout(x, 0.5)

    run_both(code)


def test_evaluation_returns_the_input():
    import vibetensor.torch as torch

    x = torch.ones(3)
    assert torch.nn.functional.dropout(x, 0.5, training=False) is x
    module = torch.nn.Dropout(0.5)
    module.eval()
    assert module(x) is x


def test_second_derivative():
    def code(torch):
        x = torch.randn(20, dtype=torch.float64, requires_grad=True)
        (g,) = torch.autograd.grad((torch.nn.functional.dropout(x, 0.5) ** 3).sum(), x, create_graph=True)
        (gg,) = torch.autograd.grad(g.sum(), x)
        return gg

    run_both(code)
