"""Memory of kept tensors, written over or given back by a derivative where nobody can tell, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import vibetensor.torch as torch

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)]
F = torch.nn.functional


class Seen:
    """Where the logits of a loss lay, and where the gradient that its backward pass gave them lies."""

    def __init__(self, device: str, dtype: torch.dtype = torch.float32, view: bool = True):
        torch.manual_seed(0)
        self.leaf = torch.randn(40, 3, 50, device=device).to(dtype).requires_grad_(True)
        self.leaf.register_hook(self.see)
        self.target = torch.randint(50, (120,), device=device)
        self.view = view
        self.places: list[int] = []

    def see(self, gradient: torch.Tensor) -> None:
        self.places.append(gradient.data_ptr())

    def logits(self) -> torch.Tensor:
        x = self.leaf.clone()
        self.place = x.data_ptr()
        return x.view(-1, 50) if self.view else x.flatten(0, 1)

    def loss(self, x: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(x, self.target) * 2  # not 1: no gradient that forward has made ready

    def in_place(self) -> bool:
        return self.places[-1] == self.place

    def right(self) -> torch.Tensor:
        x = self.leaf.detach().double().view(-1, 50).requires_grad_(True)
        self.loss(x).backward()
        return x.grad.view(self.leaf.shape)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("view", [True, False])
def test_logits_that_nobody_holds_become_the_gradient(device: str, dtype: torch.dtype, view: bool) -> None:
    seen = Seen(device, dtype, view)
    seen.loss(seen.logits()).backward()
    assert seen.in_place()
    assert (seen.leaf.grad - seen.right()).abs().max() < (1e-7 if dtype == torch.float32 else 2e-4)


def hold(seen: Seen, keep: list[Any]) -> torch.Tensor:
    x = seen.logits()
    keep.append(x)
    return seen.loss(x)


def hold_a_view(seen: Seen, keep: list[Any]) -> torch.Tensor:
    x = seen.logits()
    keep.append(x[3:7])
    return seen.loss(x)


def hold_detached(seen: Seen, keep: list[Any]) -> torch.Tensor:
    x = seen.logits()
    keep.append(x.detach())
    return seen.loss(x)


def hold_what_others_see(seen: Seen, keep: list[Any]) -> torch.Tensor:
    x = seen.logits()
    keep.append(torch.from_dlpack(x.detach()) if x.is_cuda else x.detach().numpy())
    return seen.loss(x)


def read_by_another_node(seen: Seen, keep: list[Any]) -> torch.Tensor:
    x = seen.logits()
    return seen.loss(x) + (x * x).sum() * 0


def read_through_a_view(seen: Seen, keep: list[Any]) -> torch.Tensor:
    x = seen.logits()
    return seen.loss(x) + (x[:4] * x[1:5]).sum() * 0


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(
    "make", [hold, hold_a_view, hold_detached, hold_what_others_see, read_by_another_node, read_through_a_view]
)
def test_logits_that_somebody_may_read_stay(device: str, make: Callable[..., torch.Tensor]) -> None:
    seen = Seen(device)
    keep: list[Any] = []
    loss = make(seen, keep)
    before = [torch.as_tensor(k).clone() for k in keep]
    loss.backward()
    assert not seen.in_place()
    assert (seen.leaf.grad - seen.right()).abs().max() < 1e-7
    assert all(torch.equal(torch.as_tensor(k), b) for k, b in zip(keep, before, strict=True))


@pytest.mark.parametrize("device", DEVICES)
def test_logits_for_another_pass_stay(device: str) -> None:
    seen = Seen(device)
    loss = seen.loss(seen.logits())
    loss.backward(retain_graph=True)
    first = seen.leaf.grad.clone()
    assert not seen.in_place()
    seen.leaf.grad = None
    loss.backward()  # the last
    assert seen.in_place() and torch.equal(seen.leaf.grad, first)
    with pytest.raises(RuntimeError, match="second time"):
        loss.backward()


@pytest.mark.parametrize("device", DEVICES)
def test_logits_of_a_gradient_that_is_differentiated_stay(device: str) -> None:
    seen = Seen(device)
    (g,) = torch.autograd.grad(seen.loss(seen.logits()), seen.leaf, create_graph=True)
    (second,) = torch.autograd.grad((g * g).sum(), seen.leaf)
    x = seen.leaf.detach().double().requires_grad_(True)
    (g,) = torch.autograd.grad(seen.loss(x.view(-1, 50)), x, create_graph=True)
    (right,) = torch.autograd.grad((g * g).sum(), x)
    assert (second - right).abs().max() < 1e-8


@pytest.mark.parametrize("device", DEVICES)
def test_a_backward_pass_within_one(device: str) -> None:
    """A hook's own pass, which keeps its graph, says nothing of the pass around it, nor the other way round."""
    outer, inner = Seen(device), Seen(device)
    places = []

    def run_inner(g: torch.Tensor) -> None:
        with torch.enable_grad():
            inner.loss(inner.logits()).backward(retain_graph=True)
        places.append(inner.in_place())

    scaled = outer.loss(outer.logits()) * 1
    scaled.register_hook(run_inner)
    scaled.backward()
    assert places == [False] and outer.in_place()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("held", [False, True])
def test_a_copied_weight_makes_room_for_its_gradient(device: str, held: bool) -> None:
    """A linear layer's derivative needs the weight for the input's gradient alone."""
    weight = torch.randn(1024, 1024, device=device, requires_grad=True)
    x = torch.randn(3, 1024, device=device, requires_grad=True)
    places: list[int] = []
    doubled = weight * 2
    doubled.register_hook(lambda g: places.append(g.data_ptr()))
    copy = doubled.clone()
    places.append(copy.data_ptr())
    y = F.linear(x, copy)
    right_x, right_w = 2 * weight.detach().sum(0).expand(3, 1024), 2 * x.detach().sum(0).expand(1024, 1024)
    if not held:
        del copy
    y.sum().backward()
    assert (places[0] == places[1]) != held
    assert (x.grad - right_x).abs().max() < 1e-3
    assert (weight.grad - right_w).abs().max() < 1e-4
    if held:
        assert torch.equal(copy, weight * 2)


@pytest.mark.cuda
def test_logits_that_another_stream_may_read_stay() -> None:
    seen = Seen("cuda")
    x = seen.logits()
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        total = x.detach().sum()
    x.record_stream(side)
    loss = seen.loss(x)
    del x
    loss.backward()
    assert not seen.in_place()
    torch.cuda.current_stream().wait_stream(side)
    assert abs(total - seen.leaf.detach().sum()) < 1e-2


@pytest.mark.cuda
def test_a_captured_pass_writes_over_what_the_capture_made_alone() -> None:
    inside = Seen("cuda")
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        inside.loss(inside.logits()).backward()
    assert inside.in_place()
    for scale in (1.0, 0.5):
        with torch.no_grad():
            inside.leaf.mul_(scale)
        graph.replay()
        assert (inside.leaf.grad - inside.right()).abs().max() < 1e-7

    outside = Seen("cuda")
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        loss = outside.loss(outside.logits())
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=stream):
        (gradient,) = torch.autograd.grad(loss, outside.leaf)
    assert not outside.in_place()
    for _ in range(2):
        graph.replay()
        assert (gradient - outside.right()).abs().max() < 1e-7
