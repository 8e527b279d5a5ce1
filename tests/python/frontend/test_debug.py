"""Errors that name the module, and vibetensor.debug: the first op that makes a NaN."""

import pickle

import pytest
import vibetensor.torch as vt
from vibetensor import debug


class Attention(vt.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.to_qkv = vt.nn.Linear(4, width)

    def forward(self, x):
        return self.to_qkv(x)


class Net(vt.nn.Module):
    def __init__(self, width=3):
        super().__init__()
        self.blocks = vt.nn.ModuleList([vt.nn.Sequential(Attention(4), Attention(width)) for _ in range(2)])
        self.table = vt.nn.Embedding(5, 4)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


# The module in errors
# ----------------------------------------------------------------------------------------------------------------------


def test_an_ops_error_names_the_module():
    with pytest.raises(RuntimeError) as caught:
        Net()(vt.ones(2, 4))
    lines = str(caught.value).splitlines()
    assert lines[-1] == "In the module blocks.1.0.to_qkv (Linear 4 -> 4)"
    assert sum("In the module" in line for line in lines) == 1
    with pytest.raises(IndexError, match=r"In the module Embedding 5 -> 4$"):
        vt.nn.Embedding(5, 4)(vt.tensor([9]))
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)


def test_errors_of_hooks_and_methods_name_it_too():
    net = Net(width=4)
    net.blocks[1][0].register_forward_hook(lambda module, args, result: result.reshape(7))
    with pytest.raises(RuntimeError, match=r"In the module blocks\.1\.0 \(Attention\)$"):
        net(vt.ones(2, 4))


def test_other_errors_stay_as_they_are():
    class Refuses(vt.nn.Module):
        def forward(self, x):
            raise ValueError("no such mask")

    with pytest.raises(ValueError) as caught:
        vt.nn.Sequential(Refuses())(vt.ones(1))
    assert caught.value.args == ("no such mask",)
    with pytest.raises(RuntimeError) as caught:
        vt.ones(2) @ vt.ones(3)
    assert "In the module" not in str(caught.value)


# The first NaN
# ----------------------------------------------------------------------------------------------------------------------


class Layer(vt.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function
        self.scale = vt.nn.Parameter(vt.ones(3))

    def forward(self, x):
        return self.function(x * self.scale)


def network():
    return vt.nn.Sequential(Layer(lambda x: x - 1), vt.nn.Sequential(Layer(lambda x: x.log())), Layer(lambda x: x * 2))


def test_the_first_nan_of_forward():
    net = network()
    with debug.nans() as watch:
        net(vt.tensor([2.0, 3.0, 4.0]))
        watch.check()
        net(vt.tensor([2.0, 0.5, 4.0])).sum().backward()
        with pytest.raises(FloatingPointError) as caught:
            watch.check()
    text = str(caught.value)
    assert text.startswith("the first NaN is in the result of log, in the module 1.0 (Layer), in "), text
    assert "test_debug.py" in text and text.endswith("Layer(lambda x: x.log())), Layer(lambda x: x * 2))"), text


def test_the_first_nan_of_backward():
    net = vt.nn.Sequential(Layer(lambda x: x), Layer(lambda x: x.sqrt()), Layer(lambda x: x * 0))
    x = vt.tensor([0.0, 1.0, 4.0])
    with pytest.raises(FloatingPointError) as caught, debug.nans():
        net(x).sum().backward()
    text = str(caught.value)
    assert text.startswith(
        "the first NaN is in the gradients of SqrtBackward0, in the module 1 (Layer), called forward in"
    ), text
    with debug.nans(backward=False):
        net(x).sum().backward()


def test_infinities_count_when_asked():
    with debug.nans():
        (vt.ones(2) / vt.zeros(2)).sum()
    with (
        pytest.raises(FloatingPointError, match="the first infinity or NaN is in the result of div"),
        debug.nans(inf=True),
    ):
        (vt.ones(2) / vt.zeros(2)).sum()


def test_an_optimizer_does_not_step_over_a_nan():
    net = vt.nn.Linear(2, 1)
    before = net.weight.detach().clone()
    optimizer = vt.optim.SGD(net.parameters(), lr=0.1)
    with pytest.raises(FloatingPointError, match="the result of log"), debug.nans():
        (net(vt.ones(1, 2)).abs() * -1).log().sum().backward()
        optimizer.step()
    assert (net.weight == before).all().item()
    net.zero_grad()
    net(vt.ones(1, 2)).sum().backward()
    optimizer.step()  # nobody watches
    assert not (net.weight == before).all().item()


def test_memory_without_values_and_views_are_no_makers():
    with debug.nans():
        x = vt.empty(1000)
        x.zero_()
        vt.empty_like(x)
        x.view(10, 100).t()


def test_as_a_decorator_and_what_is_left_behind():
    @debug.nans(inf=True)
    def step(x):
        return x.log()

    assert step(vt.ones(1)).item() == 0.0
    with pytest.raises(FloatingPointError, match="the result of log"):
        step(vt.zeros(1))
    vt.tensor([-1.0]).log()
    with pytest.raises(ValueError, match="nothing to look at"):
        debug.nans(forward=False, backward=False)
    with pytest.raises(KeyError), debug.nans():  # the block's own error is the one that is seen
        vt.tensor([-1.0]).log()
        raise KeyError
