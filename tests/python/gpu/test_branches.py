"""Products of a captured backward pass that are branches of its graph: each replay gives what an eager pass gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .side import identical, torch

pytestmark = pytest.mark.cuda

REPLAYS = 30


def replays_like_eager(make: Callable[[], list[torch.Tensor]], inputs: list[torch.Tensor]) -> None:
    """make() of `inputs`, captured, gives what it gives eagerly, replay after replay with other inputs."""
    make()  # what is measured or allocated once
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        captured = make()
    for turn in range(REPLAYS):
        for x in inputs:
            x.copy_(torch.randn(x.shape, device="cuda") * (1 + turn % 3))
        graph.replay()
        kept = [t.clone() for t in captured]
        for ours, eager in zip(kept, make(), strict=True):
            assert identical(ours, eager)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("rows", [64, 4096])
def test_layers(rows: int, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    layers = torch.nn.Sequential(
        *(m for _ in range(4) for m in (torch.nn.Linear(128, 512), torch.nn.GELU(), torch.nn.Linear(512, 128)))
    )
    layers = layers.to("cuda", dtype)
    x = torch.randn(rows, 128, device="cuda", dtype=dtype)
    parameters = list(layers.parameters())

    def make() -> list[torch.Tensor]:
        y = x.detach().requires_grad_(True)
        return list(torch.autograd.grad(layers(y).square().sum(), [y, *parameters]))

    replays_like_eager(make, [x])


def test_batches_and_heads() -> None:
    rows = torch.randn(8, 64, 3 * 4 * 32, device="cuda")
    w = torch.randn(8, 64, 64, device="cuda")

    def make() -> list[torch.Tensor]:
        x, v = rows.detach().requires_grad_(True), w.detach().requires_grad_(True)
        q, k, u = x.view(8, 64, 3, 4, 32).permute(2, 0, 3, 1, 4).unbind(0)
        y = (((q * 0.1) @ k.transpose(-2, -1)).softmax(-1) @ u).transpose(1, 2).reshape(8, 64, 128)
        return list(torch.autograd.grad((torch.bmm(v, y) ** 2).sum(), [x, v]))

    replays_like_eager(make, [rows, w])


def test_tied_weights_and_gradients_that_add_up() -> None:
    """What a branch makes is added to what others made, in the graph and over replays."""
    torch.manual_seed(0)
    layer = torch.nn.Linear(64, 64).cuda()
    x = torch.randn(32, 64, device="cuda")

    def make() -> list[torch.Tensor]:
        for p in layer.parameters():
            p.grad = torch.ones_like(p)
        for _ in range(3):
            (layer(torch.tanh(layer(x))) ** 2).mean().backward()
        return [p.grad.clone() for p in layer.parameters()]

    replays_like_eager(make, [x])


def test_memory_of_branches_is_reused() -> None:
    """Each graph takes as much memory as the one before, and gives it back."""
    layers = torch.nn.Sequential(*(torch.nn.Linear(256, 256) for _ in range(6))).cuda()
    x = torch.randn(256, 256, device="cuda")
    used = []
    for _ in range(4):
        graph = torch.cuda.CUDAGraph()
        layers(x).sum().backward()
        layers.zero_grad()
        with torch.cuda.graph(graph):
            layers(x).sum().backward()
        graph.replay()
        torch.cuda.synchronize()
        layers.zero_grad()
        del graph
        torch.cuda.empty_cache()
        used.append(torch.cuda.memory_allocated())
    assert used[1] == used[2] == used[3]
