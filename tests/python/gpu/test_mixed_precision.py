"""Passes that norms and backward leave out under autocast: the numbers are those of the passes."""

from __future__ import annotations

from typing import Any

import pytest
from compare import same
from mixed_precision import PROGRAMS, Numbers, Program

from .side import identical, ours, random, reference, torch

pytestmark = pytest.mark.cuda
F = torch.nn.functional
WIDTHS = [5, 8, 64, 65, 768, 1000, 4096, 50304, 50257]


@pytest.mark.parametrize("fn", PROGRAMS, ids=lambda fn: fn.__name__)
def test_program_behaves_as_on_pytorch(fn: Program) -> None:
    assert same(fn(torch, Numbers(torch, "cuda")), fn(reference, Numbers(reference)), rtol=2e-2, atol=5e-2) > 0


def residual(norm: str, n: int, rows: int, dtype: str, observe: bool) -> list[Any]:
    """Gradients of y + (norm of y, in `dtype`) where y is x, in float32, plus z, in `dtype`. `observe`: with hooks, so
    that each step is a pass of its own."""
    x, w, b = (ours(random(*shape, seed=i)).requires_grad_() for i, shape in enumerate([(rows, n), (n,), (n,)]))
    z = ours(random(rows, n, dtype=dtype, seed=4)).requires_grad_()
    g = ours(random(rows, n, seed=3))
    y = x + z
    h = F.layer_norm(y, (n,), w, b) if norm == "layer_norm" else F.rms_norm(y, (n,), w, 1e-6) + b
    half = h.to(getattr(torch, dtype))
    out = y + half * 2
    if observe:
        for t in (x, z, y, h, out):
            t.register_hook(lambda g: None)
            if t.grad_fn is not None:
                t.grad_fn.register_hook(lambda into, outof: None)
    out.backward(g)
    return [x.grad, z.grad, w.grad, b.grad]


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
@pytest.mark.parametrize("rows", [3, 1500])
@pytest.mark.parametrize("n", WIDTHS)
@pytest.mark.parametrize("norm", ["layer_norm", "rms_norm"])
def test_gradients_are_those_of_separate_passes(norm: str, n: int, rows: int, dtype: str) -> None:
    if rows * n > 1 << 24:
        rows = 100
    assert identical(residual(norm, n, rows, dtype, False), residual(norm, n, rows, dtype, True)) > 0


@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_gradients_that_wait_in_other_dtypes(dtype: str) -> None:
    def gradient(observe: bool) -> Any:
        x = ours(random(40, 72, dtype=dtype)).requires_grad_()
        y = x * 1
        h = F.layer_norm(y, (72,))
        if observe:
            h.grad_fn.register_hook(lambda into, outof: None)
        (h * 2 + y).backward(ours(random(40, 72, dtype=dtype, seed=1)))
        return x.grad

    identical(gradient(False), gradient(True))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("n", WIDTHS)
@pytest.mark.parametrize("norm", ["layer_norm", "rms_norm"])
def test_what_a_norm_writes_narrow_is_its_cast(norm: str, n: int, dtype: str) -> None:
    x, kind = ours(random(70, n)), getattr(torch, dtype)
    w = ours(random(n, seed=1))
    run = (lambda: F.layer_norm(x, (n,), w)) if norm == "layer_norm" else (lambda: F.rms_norm(x, (n,), w, 1e-6))
    plain = run()
    with torch.autocast("cuda", dtype=kind):
        h = run()
    identical(h, plain)
    first, second = h.to(kind), h.to(kind)  # the copy; a conversion
    identical(first, plain.to(kind))
    identical(second, first)
    first.zero_()
    identical(second, plain.to(kind))


def test_a_narrow_copy_is_not_taken_across_streams() -> None:
    x, n = ours(random(64, 256)), 256
    side = torch.cuda.Stream()
    with torch.autocast("cuda", dtype=torch.bfloat16):
        h = F.layer_norm(x, (n,))
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        half = h.bfloat16()
    torch.cuda.synchronize()
    identical(half, h.bfloat16())


def test_a_graph_casts_what_it_reads_from_outside() -> None:
    """A copy made before a capture is not part of it: the graph sees what is written to the tensor later."""
    x, n = ours(random(64, 256)), 256
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream), torch.autocast("cuda", dtype=torch.bfloat16):
        h = F.layer_norm(x, (n,))
        graph = torch.cuda.CUDAGraph()
        torch.cuda.synchronize()
        with torch.cuda.graph(graph, stream=stream):
            half = h.bfloat16()
        h.fill_(3)
    torch.cuda.synchronize()
    graph.replay()
    torch.cuda.synchronize()
    assert bool((half == 3).all())


def test_a_narrow_copy_costs_memory_until_it_is_taken() -> None:
    x, n = ours(random(1024, 1024)), 1024
    with torch.autocast("cuda", dtype=torch.bfloat16), torch.no_grad():
        F.layer_norm(x, (n,)).bfloat16()
        before = torch.cuda.memory_allocated()
        h = F.layer_norm(x, (n,))
        assert torch.cuda.memory_allocated() - before >= 6 * x.numel()
        half = h.bfloat16()
        del h
        assert torch.cuda.memory_allocated() - before == 2 * half.numel()
