"""Products and negatives of captured steps that wait for their sums: each replay has the bits of eager calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from compare import same_bits

from .side import torch

pytestmark = pytest.mark.cuda

Make = Callable[..., list[torch.Tensor]]


def same_in_replays(make: Make, inputs: list[torch.Tensor], replays: int = 3) -> None:
    """Compares make(*inputs) captured with eager calls, on new inputs each time."""
    make(*inputs)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        captured = make(*inputs)
    for turn in range(replays):
        for x in inputs:
            with torch.no_grad():
                x.copy_(torch.randn(x.shape, device="cuda") * (1 + turn))
                if turn == 2:
                    x.view(-1)[::7] = float("inf")
                    x.view(-1)[::5] = float("nan")
                    x.view(-1)[::3] = -0.0
        graph.replay()
        kept = [t.clone() for t in captured]
        for ours, eager in zip(kept, make(*inputs), strict=True):
            same_bits(ours, eager)


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    half = x.shape[-1] // 2
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def angles(t: int, half: int) -> tuple[torch.Tensor, torch.Tensor]:
    angle = torch.arange(t, device="cuda", dtype=torch.float32)[:, None] * torch.linspace(0.1, 1, half, device="cuda")
    return angle.cos(), angle.sin()


@pytest.mark.parametrize("half", [16, 7, 1])
def test_rotary(half: int) -> None:
    cos, sin = angles(12, half)

    def make(rows: torch.Tensor) -> list[torch.Tensor]:
        x = rows.detach().requires_grad_(True)
        q, k, v = x.view(2, 12, 3, 4, 2 * half).permute(2, 0, 3, 1, 4).unbind(0)
        y = (rotate(q, cos, sin) * rotate(k, cos, sin)).sum(-1, keepdim=True) * v
        return [y.detach(), *torch.autograd.grad((y * y).sum(), x)]

    same_in_replays(make, [torch.randn(2, 12, 24 * half, device="cuda")])


CASES: dict[str, Make] = {
    "a difference": lambda a, b, c, d: [a * b - c * d],
    "a sum with what is there": lambda a, b, c, d: [a + b * c, b * c - d, d - b * c],
    "negatives": lambda a, b, c, d: [(-a) * b + c * (-d), -a - b * c, (-a) * (-b), -(a * b), torch.neg(-a)],
    "the same product twice": lambda a, b, c, d: [(p := a * b) + p, p - p, p * p, p],
    "products of products": lambda a, b, c, d: [(a * b) * (c * d), (a * b) * c + d],
    "three terms": lambda a, b, c, d: [a * b + c * d + a * d, a * b - (c * d - a)],
    "rows and columns": lambda a, b, c, d: [a * b[0] - c[:, :1] * d, a[0] * b[:, :1] + c * d[1, 1]],
    "views": lambda a, b, c, d: [(a.t() * b.t()).t() + c * d, a[:, ::2] * b[:, ::2] - c[:, 1::2], a.t() * b + c],
    "numbers": lambda a, b, c, d: [a * 2 + b * 0.5, a * b + 1, 3 - a * b, torch.add(a * b, c, alpha=2)],
    "other dtypes": lambda a, b, c, d: [a * b.double() - c, (a.half() * b.half()) + c.half(), a * b + c.double()],
    "one element": lambda a, b, c, d: [a[0, 0] * b[0, 0] - c[0, 0] * d[0, 0], a[:1, :1] * b[:1, :1] + c[:1, :1]],
    "nothing": lambda a, b, c, d: [a[:0] * b[:0] - c[:0]],
}


@pytest.mark.parametrize("name", CASES)
def test_expressions(name: str) -> None:
    same_in_replays(CASES[name], [torch.randn(6, 6, device="cuda") for _ in range(4)])


def test_factors_that_are_written_to_before_the_sum() -> None:
    def make(a: torch.Tensor, b: torch.Tensor) -> list[torch.Tensor]:
        x = a.clone()
        first = x * b
        x.add_(1)
        second = x * b
        x.mul_(2)
        x[0] = 5
        return [first - second, x * first, x]

    same_in_replays(make, [torch.randn(8, 9, device="cuda") for _ in range(2)])


def test_products_that_are_written_to_and_read_through_views() -> None:
    def make(a: torch.Tensor, b: torch.Tensor) -> list[torch.Tensor]:
        product = a * b
        row = product[2]
        product += a
        other = a * b
        other[1] = 0
        return [product - row, row.clone(), other + product, (a * b)[:, 1:3].sum()]

    same_in_replays(make, [torch.randn(8, 9, device="cuda") for _ in range(2)])


def test_products_on_another_stream() -> None:
    def make(a: torch.Tensor, b: torch.Tensor) -> list[torch.Tensor]:
        side = torch.cuda.Stream()
        product = a * b
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            doubled = product + a * b
        torch.cuda.current_stream().wait_stream(side)
        return [doubled - product * a]

    same_in_replays(make, [torch.randn(8, 9, device="cuda") for _ in range(2)])


def test_many_dims() -> None:
    def make(a: torch.Tensor, b: torch.Tensor) -> list[torch.Tensor]:
        x, y = a.view(2, 3, 2, 3, 2).permute(4, 0, 2, 1, 3), b.view(2, 3, 2, 3, 2).permute(1, 3, 0, 2, 4)
        return [
            x * 1.5 - x * x,
            y[:, :1] * y.transpose(0, 1)[:, :, :1],
            a.view(2, 1, 3, 1, 2, 6) * b.view(2, 1, 3, 1, 2, 6) - 1,
        ]

    same_in_replays(make, [torch.randn(72, device="cuda") for _ in range(2)])


def test_products_that_are_never_written() -> None:
    """A product that only its sum wants takes no launch of its own."""
    a, b, c, d = (torch.randn(1000, device="cuda") for _ in range(4))
    P = torch.profiler
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = a * b - c * d
    graph.replay()
    torch.cuda.synchronize()
    with P.profile(activities=[P.ProfilerActivity.CUDA]) as seen:
        graph.replay()
        torch.cuda.synchronize()
    kernels = [e.name for e in seen.events() if str(e.device_type).endswith("CUDA")]
    assert len(kernels) == 1 and "sum_terms" in kernels[0], kernels
    same_bits(result, a * b - c * d)
