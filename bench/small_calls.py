"""Small calls that overhead.py times and instructions.py counts: what a program pays per op beside the arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def chain(torch: Any, device: str, length: int = 100) -> Callable[[], Any]:
    x = torch.ones(16, device=device, requires_grad=True)

    def run() -> None:
        y = x
        for _ in range(length // 2):
            y = y * x + x
        y.sum().backward()
        x.grad = None

    return run


def replay(torch: Any) -> Callable[[], Any]:
    """The replay of a graph of three small kernels."""
    x, graph = torch.ones(16, device="cuda"), torch.cuda.CUDAGraph()
    torch.cuda.synchronize()
    with torch.cuda.graph(graph):
        _ = ((x + x) * x).relu()
    return graph.replay


def rows(torch: Any, device: str) -> dict[str, tuple[Callable[[], Any], int]]:
    """Calls by name, and how many ops one call stands for."""
    x, y = torch.ones(16, device=device), torch.ones(16, device=device)
    g = torch.ones(16, device=device, requires_grad=True)
    m = torch.ones(4, 4, device=device)
    big = torch.ones(64, 64, device=device)
    calls: dict[str, tuple[Callable[[], Any], int]] = {
        "add": (lambda: x + y, 1),
        "torch.add": (lambda: torch.add(x, y), 1),
        "mul by a number": (lambda: x * 2.0, 1),
        "add_": (lambda: x.add_(y, alpha=0.0), 1),
        "relu": (lambda: torch.relu(x), 1),
        "sum": (lambda: x.sum(), 1),
        "add with autograd": (lambda: g + y, 1),
        "view": (lambda: m.view(16), 1),
        "transpose": (lambda: m.t(), 1),
        "x[0]": (lambda: m[0], 1),
        "x[:, 1:3]": (lambda: m[:, 1:3], 1),
        "empty": (lambda: torch.empty(16, device=device), 1),
        "zeros": (lambda: torch.zeros(16, device=device), 1),
        "matmul 64": (lambda: big @ big, 1),
        "shape": (lambda: m.shape, 1),
        "chain of 100, forward and backward": (chain(torch, device), 100),
    }
    if device == "cuda":
        calls["graph replay"] = (replay(torch), 1)
    return calls
