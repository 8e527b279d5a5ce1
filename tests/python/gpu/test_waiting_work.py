"""Batch norm's last pass waits for what follows: the bits are those of one pass after another, whoever looks when."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from .side import random, torch

pytestmark = pytest.mark.cuda
F = torch.nn.functional

SHAPES = [(4, 64, 9, 7), (8, 64, 16, 16), (2, 256, 14, 14), (3, 24, 4, 8), (2, 10, 5, 3), (6, 32)]


def tensor(shape: tuple[int, ...], dtype: str, last: bool, seed: int) -> Any:
    x = torch.tensor(random(*shape, seed=seed).numpy(), device="cuda").to(getattr(torch, dtype))
    return x.contiguous(memory_format=torch.channels_last) if last and x.dim() == 4 else x


def shown(x: Any) -> Any:
    x.data_ptr()
    return x


def untouched(x: Any) -> Any:
    return x


Block = Callable[..., Any]


def normalize(x: Any, w: Any, b: Any) -> Any:
    return F.batch_norm(x, None, None, w, b, True)


# Each calls see() on what lies between: shown, or left alone.
def relu(see: Block, x: Any, s: Any, w: Any, b: Any) -> Any:
    return torch.relu(see(normalize(x, w, b)))


def relu_inplace(see: Block, x: Any, s: Any, w: Any, b: Any) -> Any:
    return torch.relu_(see(normalize(x, w, b)))


def shortcut(see: Block, x: Any, s: Any, w: Any, b: Any) -> Any:
    y = see(normalize(x, w, b))
    y += s
    return F.relu(see(y), inplace=True)


def shortcut_before(see: Block, x: Any, s: Any, w: Any, b: Any) -> Any:
    return torch.relu(see(s + see(normalize(x, w, b))))


def two_norms(see: Block, x: Any, s: Any, w: Any, b: Any) -> Any:
    y = see(normalize(x, w, b))
    y += see(normalize(s, b, w))
    return torch.relu_(see(y))


def sum_alone(see: Block, x: Any, s: Any, w: Any, b: Any) -> Any:
    return see(normalize(x, w, b)) + s


def twice(see: Block, x: Any, s: Any, w: Any, b: Any) -> Any:
    y = see(normalize(x, w, b))
    return torch.relu(see(y + y)) + y * 2


def two_relus(see: Block, x: Any, s: Any, w: Any, b: Any) -> Any:
    y = see(normalize(x, w, b))
    return torch.relu(see(y + s)) + torch.relu(y)


def weighted_sum(see: Block, x: Any, s: Any, w: Any, b: Any) -> Any:
    return torch.relu(see(torch.add(see(normalize(x, w, b)), s, alpha=0.5)))


def chain(see: Block, x: Any, s: Any, w: Any, b: Any) -> Any:
    y = shortcut(see, x, s, w, b)
    z = torch.relu_(see(normalize(y, w, b)))
    z = see(normalize(z, b, w))
    z += y
    return torch.relu_(see(z))


BLOCKS = [relu, relu_inplace, shortcut, shortcut_before, two_norms, sum_alone, twice, two_relus, weighted_sum, chain]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "float64"])
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("block", BLOCKS)
def test_same_bits(block: Block, shape: tuple[int, ...], last: bool, dtype: str) -> None:
    wide = "float64" if dtype == "float64" else "float32"
    results = []
    for see in (shown, untouched):
        x, s = (tensor(shape, dtype, last, seed).requires_grad_() for seed in (1, 2))
        w, b = (tensor(shape[1:2], wide, False, seed).requires_grad_() for seed in (3, 4))

        def seen_on(y: Any, see: Block = see) -> Any:
            if see is shown and y.requires_grad:
                y.register_hook(shown)
            return see(y)

        y = block(seen_on, x, s, w, b)
        g = tensor(shape, dtype, last, 5)
        wanted = (x, w, b) if block in (relu, relu_inplace, twice) else (x, s, w, b)
        results.append([y, *torch.autograd.grad(y, wanted, g)])
        with torch.no_grad():
            results[-1].append(block(see, x, s, w, b))
    for i, (a, b) in enumerate(zip(*results, strict=True)):
        assert torch.equal(a, b), i
        assert a.stride() == b.stride()


def waiting(x: Any) -> Any:
    return F.batch_norm(x, None, None, None, None, True)


def flat(y: Any) -> Any:
    return y.as_strided((y.numel(),), (1,))


def on_another_stream(y: Any, x: Any) -> Any:
    s = torch.cuda.Stream()
    s.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(s):
        z = y * 2
    torch.cuda.current_stream().wait_stream(s)
    return z


def in_another_thread(y: Any, x: Any) -> Any:
    found = []
    thread = Thread(target=lambda: found.append(y * 2))
    thread.start()
    thread.join()
    return found[0]


def written_into(y: Any, x: Any) -> Any:
    x.mul_(3)
    return y


def resized(y: Any, x: Any) -> Any:
    torch.mul(x, 2, out=y)
    return y


USES: dict[str, Callable[[Any, Any], Any]] = {
    "conv": lambda y, x: F.conv2d(y, y[:4, :, :3, :3].clone()),
    "one convolution": lambda y, x: F.conv2d(y, torch.ones(8, 16, 3, 3, device="cuda")),
    "product": lambda y, x: y.flatten(1) @ y.flatten(1).t(),
    "pool": lambda y, x: F.max_pool2d(y, 3, 2, 1),
    "average": lambda y, x: F.adaptive_avg_pool2d(y, 1),
    "cat": lambda y, x: torch.cat([x, y], 1),
    "stack": lambda y, x: torch.stack([y, x]),
    "view": lambda y, x: flat(y)[3:] + 1,
    "sum": lambda y, x: y.sum((0, 2)),
    "softmax": lambda y, x: y.softmax(1),
    "sort": lambda y, x: y.sort(1).values,
    "cumsum": lambda y, x: y.cumsum(2),
    "gather": lambda y, x: y.gather(1, torch.zeros_like(y).long()),
    "index": lambda y, x: y[[0, 1]],
    "where": lambda y, x: torch.where(x > 0, y, x),
    "group norm": lambda y, x: F.group_norm(y, 4),
    "layer norm": lambda y, x: F.layer_norm(y, y.shape[1:]),
    "interpolate": lambda y, x: F.interpolate(y, scale_factor=2, mode="bilinear"),
    "pad": lambda y, x: F.pad(y, (1, 1)),
    "fft": lambda y, x: torch.fft.rfft(y).real,
    "norm": lambda y, x: torch.linalg.norm(y),
    "host": lambda y, x: y.cpu(),
    "item": lambda y, x: torch.tensor(y.flatten()[5].item()),
    "clone": lambda y, x: y.clone(),
    "cast": lambda y, x: y.half(),
    "foreach": lambda y, x: torch._foreach_mul([y, x], 2)[0],
    "relu of a view": lambda y, x: torch.relu(flat(y)),
    "sum with a view": lambda y, x: y + x.view_as(y),
    "in-place": lambda y, x: y.add_(1),
    "other": lambda y, x: x - y,
    "stream": on_another_stream,
    "thread": in_another_thread,
    "written": written_into,
    "out": resized,
    "filled": lambda y, x: y.zero_(),
    "copied over": lambda y, x: y.copy_(x),
    "detached": lambda y, x: torch.relu_(y.detach()),
    "dlpack": lambda y, x: torch.from_dlpack(y).clone(),
    "kept": lambda y, x: [torch.relu(y), y][1],
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("last", [False, True])
def test_every_use_finds_it_done(use: str, last: bool) -> None:
    found = []
    for see in (shown, untouched):
        x = tensor((4, 16, 16, 16), "float32", last, 1)
        junk = torch.full_like(x, float("nan"))
        del junk  # what memory that was not written holds
        with torch.no_grad():
            found.append(USES[use](see(waiting(x)), x))
    assert torch.equal(*found)


def alias(x: Any) -> Any:
    """Other storage over the same memory, as another library would have it."""
    return torch.from_dlpack(x.detach())


def input_written(x: Any, s: Any, g: Any) -> Any:
    known = alias(x)
    y = waiting(x)
    known.zero_()
    return torch.relu(y)


def shortcut_written(x: Any, s: Any, g: Any) -> Any:
    known = alias(s)
    y = waiting(x) + s
    known.zero_()
    return torch.relu(y)


def sum_read(x: Any, s: Any, g: Any) -> Any:
    known = alias(s)
    s += waiting(x)
    return known.clone()


def gradient_written(x: Any, s: Any, g: Any) -> Any:
    known, x = alias(g), x.requires_grad_()
    between = waiting(x)

    def write(_: Any) -> None:
        known.zero_()

    between.register_hook(write)
    return torch.autograd.grad(torch.relu(between), x, g)[0]


def gradient_read(x: Any, s: Any, g: Any) -> Any:
    x = x.requires_grad_()
    between = waiting(x)
    between.retain_grad()
    torch.relu(between).backward(g)
    g.zero_()
    return between.grad


@pytest.mark.parametrize("use", [input_written, shortcut_written, sum_read, gradient_written, gradient_read])
def test_memory_that_others_know(use: Block) -> None:
    found = []
    for side in (torch.device("cuda"), torch.device("cpu")):
        x, s, g = (torch.tensor(random(4, 16, 16, 16, seed=seed).numpy(), device=side) for seed in (1, 2, 3))
        found.append(use(x, s, g).cpu())
    assert torch.allclose(*found, rtol=1e-5, atol=1e-5)


def test_in_a_graph() -> None:
    x, out = tensor((4, 16, 8, 8), "bfloat16", True, 1), tensor((4, 16, 8, 8), "bfloat16", True, 2)
    wanted = torch.relu(shown(waiting(x)))
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        y = torch.relu(waiting(x))
        out.copy_(y)
        z = torch.relu(waiting(x))
    graph.replay()
    assert torch.equal(out, wanted) and torch.equal(z, wanted)


def test_running_statistics() -> None:
    layers = [torch.nn.BatchNorm2d(16).cuda() for _ in range(2)]
    for seed in range(3):
        x = tensor((4, 16, 8, 8), "float32", True, seed)
        for layer in layers:
            layer(x)
    x = tensor((4, 16, 8, 8), "float32", True, 7)
    mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
    before = layers[0].running_mean.clone(), layers[0].running_var.clone()
    version = layers[0].running_mean._version
    layers[0](x)
    assert layers[0].running_mean._version > version
    assert torch.allclose(layers[0].running_mean, before[0] * 0.9 + mean * 0.1, atol=1e-5)
    assert torch.allclose(layers[0].running_var, before[1] * 0.9 + var * 0.1, atol=1e-5)
