"""Cycles of Python objects that close through the graph are found by the garbage collector; hooks let go when removed."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import vibetensor.torch as torch
from vibetensor import _C

LEAF = torch.ones(3, requires_grad=True)


class Marker:
    """Something that a weak reference can watch."""


class SavesItsOutput(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.result = x * 2
        return ctx.result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad * 2


def hook_that_knows_its_tensor() -> Any:
    y = LEAF * 2
    y.marker = Marker()
    y.register_hook(lambda grad: grad * y.detach())
    return y


def hook_on_a_leaf() -> Any:
    leaf = torch.ones(2, requires_grad=True)
    leaf.marker = Marker()
    leaf.register_hook(lambda grad: grad * leaf.detach())
    leaf.register_post_accumulate_grad_hook(lambda t: leaf.zero_())
    return leaf


def hook_on_a_parameter() -> Any:
    layer = torch.nn.Linear(2, 2)
    layer.weight.marker = Marker()
    layer.weight.register_post_accumulate_grad_hook(lambda p: layer.zero_grad())
    layer(torch.ones(1, 2)).sum().backward()
    return layer.weight


def hook_on_a_node() -> Any:
    y = LEAF.exp()
    y.marker = Marker()
    y.grad_fn.register_hook(lambda outgoing, incoming: setattr(y, "seen", 1))
    y.grad_fn.register_prehook(lambda incoming: setattr(y, "before", 1))
    return y


def handle_kept_by_the_tensor() -> Any:
    y = LEAF * 2
    y.marker = Marker()
    y.handle = y.register_hook(lambda grad: setattr(y, "seen", 1))
    return y


def function_that_keeps_its_result() -> Any:
    y = SavesItsOutput.apply(LEAF)
    y.marker = Marker()
    return y


@pytest.mark.parametrize(
    "make",
    [
        hook_that_knows_its_tensor,
        hook_on_a_leaf,
        hook_on_a_parameter,
        hook_on_a_node,
        handle_kept_by_the_tensor,
        function_that_keeps_its_result,
    ],
    ids=lambda f: f.__name__,
)
def test_cycle_is_collected(make: Callable[[], Any]) -> None:
    (make() * 1).sum().backward()  # what a first call keeps for later ones
    LEAF.grad = None
    gc.collect()
    before = _C.live_counters()
    y = make()
    watched = weakref.ref(y.marker)
    gc.collect()
    assert watched() is not None, "collected while the tensor was in use"
    (y * 1).sum().backward()
    del y
    gc.collect()
    assert watched() is None
    LEAF.grad = None
    assert _C.live_counters() == before


def test_hook_in_a_cycle_still_runs() -> None:
    y = hook_that_knows_its_tensor()
    total = y.sum()
    del y
    gc.collect()
    LEAF.grad = None
    total.backward()
    assert LEAF.grad.tolist() == [4.0, 4.0, 4.0]
    LEAF.grad = None


def test_handle_keeps_nothing_alive() -> None:
    y = LEAF * 2
    held = Marker()
    handle = y.register_hook(lambda grad, held=held: None)
    watched = weakref.ref(held)
    del held, y
    assert watched() is None, "the handle kept the graph"
    handle.remove()
    handle.remove()


def test_removed_hooks_do_not_pile_up() -> None:
    leaf = torch.ones(2, requires_grad=True)
    calls: list[int] = []
    for i in range(100):
        leaf.register_hook(lambda grad, i=i: calls.append(i)).remove()
        leaf.register_post_accumulate_grad_hook(lambda t, i=i: calls.append(i)).remove()
    held = Marker()
    handle = leaf.register_hook(lambda grad, held=held: None)
    watched = weakref.ref(held)
    del held
    handle.remove()
    assert watched() is None, "a removed hook's function stays"
    leaf.register_hook(lambda grad: calls.append(-1))
    leaf.sum().backward()
    assert calls == [-1]


def test_hook_that_removes_itself() -> None:
    y = LEAF * 2
    calls: list[str] = []
    handles: list[Any] = []
    handles.append(y.register_hook(lambda grad: (calls.append("first"), handles[0].remove(), handles[1].remove())[-1]))
    handles.append(y.register_hook(lambda grad: calls.append("second")))
    y.backward(torch.ones(3), retain_graph=True)
    y.backward(torch.ones(3))
    assert calls == ["first", "second"], "a backward that has begun runs the hooks that it began with"
    LEAF.grad = None


class PassesOn(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x * 2

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad * 2


def result_on_its_node() -> Any:
    y = PassesOn.apply(LEAF)
    y.marker = Marker()
    y.grad_fn.result = y
    return y


def node_on_itself() -> Any:
    y = PassesOn.apply(LEAF)
    y.marker = Marker()
    y.grad_fn.result, y.grad_fn.node, y.node = y, y.grad_fn, y.grad_fn
    return y


def result_in_metadata() -> Any:
    y = LEAF.exp()
    y.marker = Marker()
    y.grad_fn.metadata["result"] = (y, y.grad_fn)
    return y


def node_in_its_hook() -> Any:
    y = LEAF.exp()
    y.marker = Marker()
    node = y.grad_fn
    node.register_hook(lambda outgoing, incoming, kept=(node, y): None)
    return y


@pytest.mark.parametrize("make", [result_on_its_node, node_on_itself, result_in_metadata, node_in_its_hook])
def test_cycles_through_a_grad_fn_are_collected(make: Callable[[], Any]) -> None:
    marker = weakref.ref(make().marker)
    gc.collect()
    assert marker() is None


@pytest.mark.parametrize("make", [result_on_its_node, node_on_itself, result_in_metadata, node_in_its_hook])
@pytest.mark.parametrize("held", ["result", "node", "graph above"])
def test_nothing_is_collected_that_is_held(make: Callable[[], Any], held: str) -> None:
    y = make()
    marker, node = weakref.ref(y.marker), y.grad_fn
    keeps = {"result": y, "node": node, "graph above": (y * 2).sum()}[held]
    del y, node
    gc.collect()
    assert marker() is not None
    if held == "graph above":
        keeps.backward()
        LEAF.grad = None


def test_a_node_has_one_object_while_it_lives() -> None:
    y = LEAF.exp()
    assert y.grad_fn is y.grad_fn
    assert y.grad_fn.next_functions[0][0] is y.grad_fn.next_functions[0][0]
    a, b = torch.ones(2, 3, requires_grad=True).unbind(0)
    assert a.grad_fn is b.grad_fn
    above = y * 2
    assert above.grad_fn.next_functions[0][0] is y.grad_fn
    y.grad_fn.metadata["note"] = 1
    assert above.grad_fn.next_functions[0][0].metadata == {"note": 1}
    with pytest.raises(AttributeError):
        y.grad_fn.note = 1
    f = PassesOn.apply(LEAF)
    f.grad_fn.note = 1
    assert f.grad_fn.note == 1


def test_detaching_lets_go_of_a_history_that_was_looked_at() -> None:
    x = torch.ones(3, requires_grad=True)
    h = x * 1
    history = weakref.ref(x)
    assert h.grad_fn is not None
    h.detach_()
    assert h.grad_fn is None
    del x
    assert history() is None
