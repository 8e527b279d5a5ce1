"""Layers of an LSTM in waves, each on a stream of its own, beside PyTorch on the CPU."""

from __future__ import annotations

from typing import Any

import pytest

from .side import near, ours, random, reference, theirs, torch

pytestmark = pytest.mark.cuda


def pair(layers: int, bias: bool = True) -> tuple[Any, Any]:
    reference.manual_seed(layers)
    of_torch = reference.nn.LSTM(24, 32, layers, bias=bias, batch_first=True)
    layer = torch.nn.LSTM(24, 32, layers, bias=bias, batch_first=True)
    layer.load_state_dict({k: torch.tensor(v.numpy()) for k, v in of_torch.state_dict().items()})
    return of_torch, layer.cuda()


def results(side: Any, layer: Any, x: Any, states: Any, g: Any) -> list[Any]:
    x, h, c = (t.requires_grad_() for t in (x, *states))
    y, (last, cell) = layer(x, (h, c))
    loss = (y * g).sum() + (last * 0.5).sum() + cell.sum()
    return [y, last, cell, *side.autograd.grad(loss, (x, h, c, *layer.parameters()))]


@pytest.mark.parametrize(("layers", "steps", "bias"), [(2, 70, True), (3, 48, True), (2, 33, False)])
def test_layers_beside_pytorch(layers: int, steps: int, bias: bool) -> None:
    of_torch, layer = pair(layers, bias)
    x, g = random(5, steps, 24), random(5, steps, 32, seed=1)
    states = [random(layers, 5, 32, seed=seed) for seed in (2, 3)]
    expected = results(reference, of_torch, x.clone(), [s.clone() for s in states], g)
    stream = torch.cuda.Stream()
    for on in (torch.cuda.current_stream(), stream):
        with torch.cuda.stream(on):
            found = results(torch, layer, ours(x), [ours(s) for s in states], ours(g))
        torch.cuda.synchronize()
        for a, b in zip(found, expected, strict=True):
            near(a, b, 30)


def test_replayed() -> None:
    _, layer = pair(2)
    x, g = ours(random(5, 70, 24)), ours(random(5, 70, 32, seed=1))
    parameters = list(layer.parameters())

    def step() -> list[Any]:
        y = layer(x)[0]
        return [y, *torch.autograd.grad(y, parameters, g)]

    with torch.cuda.stream(torch.cuda.Stream()):
        for _ in range(2):
            step()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        found = step()
    x.copy_(ours(random(5, 70, 24, seed=7)))
    graph.replay()
    for a, b in zip(found, step(), strict=True):
        assert torch.equal(a, b)


def test_derivative_of_the_derivative() -> None:
    found = []
    for side, layer in zip((reference, torch), pair(2), strict=True):
        x = random(2, 40, 24) if side is reference else ours(random(2, 40, 24))
        x.requires_grad_()
        (gradient,) = side.autograd.grad(layer(x)[0].sum(), x, create_graph=True)
        found.append(side.autograd.grad((gradient * gradient).sum(), layer.weight_hh_l0)[0])
    near(found[1], found[0], 100)


def test_half_precision_under_autocast() -> None:
    of_torch, layer = pair(2)
    x = random(8, 64, 24)
    with torch.autocast("cuda", dtype=torch.bfloat16):
        y = layer(ours(x))[0]
    assert y.dtype == torch.bfloat16
    assert reference.allclose(theirs(y.float()), of_torch(x)[0], atol=0.03)
