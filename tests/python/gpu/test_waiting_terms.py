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


def kernels_of(make: Callable[[], list[torch.Tensor]]) -> int:
    """How many kernels a replay of the captured work runs."""
    make()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        kept = make()
    graph.replay()
    torch.cuda.synchronize()
    P = torch.profiler
    with P.profile(activities=[P.ProfilerActivity.CUDA]) as seen:
        graph.replay()
        torch.cuda.synchronize()
    del kept
    return sum(str(e.device_type).endswith("CUDA") for e in seen.events())


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


def test_queries_keys_and_values_of_one_projection() -> None:
    """As a decoder has them: halves rotated and joined, gradients back in the projection's rows."""
    cos, sin = angles(12, 8)

    def make(rows: torch.Tensor, gq: torch.Tensor, gk: torch.Tensor, gv: torch.Tensor) -> list[torch.Tensor]:
        x = rows.detach().requires_grad_(True)
        q, k, v = x.view(2, 12, 3, 4, 16).permute(2, 0, 3, 1, 4).unbind(0)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        grads = [g.view(2, 12, 4, 16).transpose(1, 2) for g in (gq, gk, gv)]
        return [q.detach(), k.detach(), *torch.autograd.grad([q, k, v], x, grads)]

    same_in_replays(
        make, [torch.randn(2, 12, 3 * 64, device="cuda"), *(torch.randn(2, 12, 64, device="cuda") for _ in range(3))]
    )


MOVES: dict[str, Make] = {
    "cat": lambda a, b, c, d: [torch.cat([a * b + c * d, a, b * c, -a], i) for i in (0, 1)],
    "stack": lambda a, b, c, d: [torch.stack([a * b - c, b, c * d], i) for i in (0, 1, 2)],
    "cat of what is kept": lambda a, b, c, d: [p := a * b, torch.cat([p, p * 2, c]), torch.cat([p, c])],
    "cat of parts": lambda a, b, c, d: [torch.cat([(a * b)[1:3], c[:2], (c * d)[:, :6]])],
    "cat of cat": lambda a, b, c, d: [torch.stack([torch.cat([a * b, c]), torch.cat([d, a * c + b])], 1)],
    "other lengths": lambda a, b, c, d: [torch.cat([a[:, :3] * b[:, :3], c * d, (a * c)[:, :1]], 1)],
    "orders": lambda a, b, c, d: [
        torch.stack([a * b, c * d]).permute(1, 0, 2).contiguous(),
        torch.stack([a * b, c * d]).permute(2, 1, 0).contiguous(),
        (a * b).t().contiguous(),
        torch.stack([(a * b).t(), (c * d).t()], 1).transpose(0, 1).reshape(-1),
    ],
    "rows and columns": lambda a, b, c, d: [torch.cat([a * b[0], b[:, :1] * c, a[1] * d[2, 2] + c])],
    "written later": lambda a, b, c, d: [(p := torch.cat([a * b, c * d])), p.mul_(2), torch.cat([p * p, p])],
}


@pytest.mark.parametrize("name", MOVES)
def test_moves(name: str) -> None:
    same_in_replays(MOVES[name], [torch.randn(6, 6, device="cuda") for _ in range(4)])


def test_factors_that_are_written_to_before_they_are_joined() -> None:
    def make(a: torch.Tensor, b: torch.Tensor) -> list[torch.Tensor]:
        x = a.clone()
        joined = torch.cat([x * b, b * b])
        x.add_(1)
        again = torch.cat([x * b, b * x])
        x.zero_()
        return [joined, again, x]

    same_in_replays(make, [torch.randn(8, 9, device="cuda") for _ in range(2)])


@pytest.mark.parametrize(
    "slices", [[(0, 4), (4, 8)], [(4, 8), (0, 4)], [(0, 2), (6, 8)], [(1, 5), (3, 8)], [(0, 8), (2, 4)]]
)
def test_gradients_of_slices(slices: list[tuple[int, int]]) -> None:
    def make(rows: torch.Tensor, w: torch.Tensor) -> list[torch.Tensor]:
        found = []
        for dim in (0, 1):
            x = rows.detach().requires_grad_(True)
            parts = [x.narrow(dim, a, b - a) * w.narrow(dim, a, b - a) for a, b in slices]
            found += torch.autograd.grad(parts, x, [w.narrow(dim, a, b - a) for a, b in slices])
            x = rows.detach().requires_grad_(True)
            y = x * w
            parts = [y.narrow(dim, a, b - a) * w.narrow(dim, a, b - a) for a, b in slices]
            found += torch.autograd.grad(parts, x, [w.narrow(dim, a, b - a) for a, b in slices])
        return found

    same_in_replays(make, [torch.randn(8, 8, device="cuda") for _ in range(2)])


@pytest.mark.parametrize("n", [1, 7, 128, 768, 5000, 100_000])
def test_norms_of_sums(n: int) -> None:
    """A norm that comes after a sum writes both."""
    weight, bias = torch.randn(n, device="cuda"), torch.randn(n, device="cuda")
    F = torch.nn.functional

    def make(a: torch.Tensor, b: torch.Tensor) -> list[torch.Tensor]:
        found = []
        for addend in (b, b.bfloat16(), b.half()):
            for norm in (
                lambda x: F.layer_norm(x, (n,), weight, bias),
                lambda x: F.rms_norm(x, (n,), weight, 1e-6),
                lambda x: F.layer_norm(x, (n,)),
            ):
                x = a + addend
                found += [norm(x), x]
                found += [norm((addend + a)[1:]), norm(a + addend), (x + addend).sum()]
        with torch.autocast("cuda", dtype=torch.bfloat16):
            x = a + b.bfloat16()
            y = F.layer_norm(x, (n,), weight, bias)
            found += [x, y, y.to(torch.bfloat16)]
        leaf = a.detach().requires_grad_(True)
        x = leaf + b
        y = F.rms_norm(x, (n,), weight, 1e-6)
        found += torch.autograd.grad((x + y * y).sum(), leaf)
        return found

    same_in_replays(make, [torch.randn(5, n, device="cuda") for _ in range(2)])


def test_a_norm_of_a_sum_is_one_kernel() -> None:
    a, b = torch.randn(64, 768, device="cuda"), torch.randn(64, 768, device="cuda").bfloat16()
    assert kernels_of(lambda: [x := a + b, torch.nn.functional.layer_norm(x, (768,))]) == 1


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
    """A product that only its sum wants takes no launch of its own, nor does a sum that is only moved."""
    a, b, c, d = (torch.randn(1000, device="cuda") for _ in range(4))
    assert kernels_of(lambda: [a * b - c * d]) == 1
    assert kernels_of(lambda: [torch.cat([a * b - c * d, a])]) == 1
    cos, sin = angles(12, 8)
    rows = torch.randn(2, 12, 3, 4, 16, device="cuda")
    both = [lambda x=x: rotate(x, cos, sin) for x in rows.permute(2, 0, 3, 1, 4).unbind(0)[:2]]
    assert kernels_of(lambda: [f() for f in both]) == 1  # needed at the same time
