"""Captured kernels that start before the ones before them are done: whatever lies between, each sees what was written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .side import identical, torch

pytestmark = pytest.mark.cuda

REPLAYS = 50


def replays_like_eager(make: Callable[[], object], inputs: list[torch.Tensor]) -> None:
    """make() of `inputs`, captured, gives what it gives eagerly, replay after replay with other inputs."""
    make()  # what is measured or allocated once
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        captured = make()
    for turn in range(REPLAYS):
        for x in inputs:
            x.copy_(torch.randn(x.shape, device="cuda") + turn)
        graph.replay()
        kept = [t.clone() for t in captured]
        for ours, eager in zip(kept, make(), strict=True):
            assert identical(ours, eager)


@pytest.mark.parametrize("size", [1, 1000, 1 << 16, 1 << 22])
def test_a_chain_of_short_kernels(size: int) -> None:
    x = torch.randn(size, device="cuda")

    def make() -> list[torch.Tensor]:
        y = x
        seen = []
        for i in range(40):
            y = y * 0.5 + i
            seen.append(y.sum())
            y = y - y.mean()
        return [y, *seen]

    replays_like_eager(make, [x])


def test_memory_that_is_given_again() -> None:
    """The memory of one step's results is the next one's: a kernel too early would overwrite what is still read."""
    x = torch.randn(512, 1024, device="cuda")
    w = torch.randn(1024, device="cuda")

    def make() -> list[torch.Tensor]:
        y = x
        for _ in range(20):
            y = torch.nn.functional.layer_norm(y, (1024,), w)
            y = torch.softmax(y, -1) + torch.nn.functional.gelu(y)
            y = torch.cat([y[:, 512:], y[:, :512]], 1)
        return [y]

    replays_like_eager(make, [x, w])


def test_products_copies_and_fills_between() -> None:
    x = torch.randn(256, 256, device="cuda")
    w = torch.randn(256, 256, device="cuda")

    def make() -> list[torch.Tensor]:
        y = x
        for _ in range(10):
            z = torch.zeros(256, 256, device="cuda")
            z.copy_(y)
            y = torch.tanh(z @ w * 0.05) + z.t().contiguous()
        return [y]

    replays_like_eager(make, [x, w])


def test_work_of_a_second_stream_between() -> None:
    x = torch.randn(1 << 20, device="cuda")
    side = torch.cuda.Stream()

    def make() -> list[torch.Tensor]:
        main = torch.cuda.current_stream()
        y = x
        for i in range(10):
            side.wait_stream(main)
            with torch.cuda.stream(side):
                a = y * 2 + i
                a = a.sin()
            b = y * 3 - i
            b = b.cos()
            main.wait_stream(side)
            y = a + b
        return [y]

    replays_like_eager(make, [x])


def test_a_training_step() -> None:
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Embedding(50, 64),
        torch.nn.TransformerEncoderLayer(64, 4, 128, dropout=0.0, batch_first=True),
        torch.nn.Linear(64, 50),
    ).cuda()
    tokens = torch.randint(50, (8, 32), device="cuda")
    parameters = list(model.parameters())

    def make() -> list[torch.Tensor]:
        loss = torch.nn.functional.cross_entropy(model(tokens).view(-1, 50), tokens.view(-1))
        return [loss, *torch.autograd.grad(loss, parameters)]

    replays_like_eager(make, [])
