"""torch.utils.flop_counter beside PyTorch's: the same counts by module and op."""

import pytest
import torch
import vibetensor.torch as vt
import vibetensor.torch.utils.flop_counter as ours
from torch.utils import flop_counter as theirs

COUNTERS = {vt: ours, torch: theirs}


def counted(t, program):
    with COUNTERS[t].FlopCounterMode(display=False) as counter:
        program(t)
    counts = {
        name: {str(op): n for op, n in by_op.items()} for name, by_op in counter.get_flop_counts().items() if by_op
    }
    return counter.get_total_flops(), counts


def net(t, x_grad):
    n = t.nn
    model = n.Sequential(n.Conv2d(3, 8, 3, padding=1), n.ReLU(), n.Flatten(), n.Sequential(n.Linear(8 * 64, 10)))
    model(t.randn(2, 3, 8, 8, requires_grad=x_grad)).sum().backward()


def attention(t):
    layer = t.nn.MultiheadAttention(8, 2)
    y = t.randn(3, 2, 8, requires_grad=True)
    layer(y, y, y)[0].sum().backward()


def twice(t):
    layer = t.nn.Linear(4, 5)
    layer(layer(t.ones(3, 4))[:, :4]).sum().backward()


def frozen(t):
    layers = t.nn.Sequential(t.nn.Linear(4, 4), t.nn.Linear(4, 2))
    layers[0].requires_grad_(False)
    layers(t.ones(3, 4)).sum().backward()


PROGRAMS = {
    "a net": lambda t: net(t, False),
    "a net and its input": lambda t: net(t, True),
    "attention": attention,
    "a layer twice": twice,
    "a frozen layer": frozen,
    "groups": lambda t: (
        t.nn.Conv1d(4, 8, 3, groups=2, stride=2)(t.randn(2, 4, 16, requires_grad=True)).sum().backward()
    ),
    "transposed": lambda t: (
        t.nn.ConvTranspose2d(2, 4, 3, stride=2, groups=2)(t.randn(2, 2, 4, 4, requires_grad=True)).sum().backward()
    ),
    "dilated": lambda t: t.nn.Conv2d(2, 4, 3, dilation=2, padding=(1, 2))(t.randn(1, 2, 9, 8)).sum().backward(),
    "without bias": lambda t: t.nn.Linear(4, 5, bias=False)(t.ones(2, 3, 4)).sum().backward(),
    "mm": lambda t: t.ones(3, 4) @ t.ones(4, 5),
    "mv": lambda t: t.ones(3, 4) @ t.ones(4),
    "addmm": lambda t: t.addmm(t.ones(5), t.ones(3, 4), t.ones(4, 5)),
    "baddbmm": lambda t: t.baddbmm(t.ones(2, 3, 5), t.ones(2, 3, 4), t.ones(2, 4, 5)),
    "einsum": lambda t: t.einsum("bij,bjk->bik", t.ones(2, 3, 4), t.ones(2, 4, 5)),
    "nothing": lambda t: t.ones(3).exp(),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_counts(name):
    assert counted(vt, PROGRAMS[name]) == counted(torch, PROGRAMS[name])


def test_attention_counts_as_on_cuda():
    """PyTorch counts it on CUDA only: two products of scores and values, five more in the gradient."""
    q = vt.randn(1, 2, 8, 16, requires_grad=True)
    total, counts = counted(vt, lambda t: t.nn.functional.scaled_dot_product_attention(q, q, q).sum().backward())
    one = 2 * 2 * 8 * 8 * 16
    assert counts["Global"] == {
        "aten._scaled_dot_product_flash_attention": 2 * one,
        "aten._scaled_dot_product_flash_attention_backward": 5 * one,
    }
    assert total == 7 * one


def test_inside_and_after(capsys):
    with ours.FlopCounterMode() as counter:
        vt.ones(3, 4) @ vt.ones(4, 5)
        assert counter.get_total_flops() == 120
        vt.ones(3, 4) @ vt.ones(4, 5)
    assert counter.get_total_flops() == 240 and "aten.mm" in capsys.readouterr().out
    with counter:
        pass
    assert counter.get_total_flops() == 0
    with pytest.raises(ZeroDivisionError), ours.FlopCounterMode(display=False):
        1 / 0  # noqa: B018
    vt.ones(3, 4) @ vt.ones(4, 5)  # nothing counts any more
    with pytest.raises(NotImplementedError, match="custom_mapping"):
        ours.FlopCounterMode(custom_mapping={vt.ops.aten.mm: len})
