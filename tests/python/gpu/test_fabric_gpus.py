"""Fabric tensors over the GPUs of a machine: sums over peer memory, programs, training."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import vibetensor
import vibetensor.torch as torch
from vibetensor import fabric
from vibetensor.graphs import graph_step

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.cuda
needs_two = pytest.mark.skipif(torch.cuda.device_count() < 2, reason="takes two GPUs")
nn, F = torch.nn, torch.nn.functional


def parts_of(shape: tuple[int, ...], dtype: torch.dtype) -> list[torch.Tensor]:
    torch.manual_seed(0)
    return [torch.randn(shape).to(dtype).to(f"cuda:{i}") for i in range(torch.cuda.device_count())]


@needs_two
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("size", [1, 7, 1000, 4096, 131072, 131073, 1 << 20, (1 << 22) + 8])
def test_all_reduce(dtype: torch.dtype, size: int) -> None:
    parts = parts_of((size,), dtype)
    wide = torch.float64 if dtype == torch.float64 else torch.float32
    total = parts[0].cpu().to(wide)
    for part in parts[1:]:
        total = total + part.cpu().to(wide)
    expected = total.to(dtype)
    for _ in range(3):
        mine = [p.clone() for p in parts]
        fabric.all_reduce(mine)
        for m in mine:
            assert torch.equal(m.cpu(), expected)


@needs_two
def test_many_in_a_row() -> None:
    parts = [torch.ones(3000, device=p.device) for p in parts_of((1,), torch.float32)]
    for _ in range(20):
        fabric.all_reduce(parts, "mean")
    assert all(bool((p == 1).all()) for p in parts)


FUNCTIONS = {"sum": torch.add, "max": torch.maximum, "min": torch.minimum, "product": torch.mul}


@needs_two
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int8, torch.uint8, torch.int32, torch.int64])
@pytest.mark.parametrize("size", [100, 1001, 200000])
def test_reductions(dtype: torch.dtype, size: int) -> None:
    for reduction, function in FUNCTIONS.items():
        torch.manual_seed(1)
        parts = [torch.randint(0, 9, (size,)).to(dtype).to(f"cuda:{i}") for i in range(2)]
        expected = function(parts[0].cpu(), parts[1].cpu())
        fabric.all_reduce(parts, reduction)
        assert all(torch.equal(p.cpu(), expected) for p in parts), reduction


@needs_two
@pytest.mark.parametrize("size", [5, 300000])
def test_reductions_of_nan_and_bool(size: int) -> None:
    parts = [torch.ones(size, device=f"cuda:{i}") for i in range(2)]
    parts[1][3] = float("nan")
    fabric.all_reduce(parts, "max")
    for p in parts:
        assert p.isnan().nonzero().flatten().tolist() == [3]
    parts = [torch.zeros(size, dtype=torch.bool, device=f"cuda:{i}") for i in range(2)]
    parts[1][2] = True
    fabric.all_reduce(parts)
    assert all(p.nonzero().flatten().tolist() == [2] for p in parts)


@needs_two
def test_views_that_begin_anywhere() -> None:
    for offset in (1, 3):
        parts = [torch.arange(300001.0, device=f"cuda:{i}")[offset:] for i in range(2)]
        expected = parts[0].cpu() * 2
        fabric.all_reduce(parts)
        assert all(torch.equal(p.cpu(), expected) for p in parts)


@needs_two
def test_streams() -> None:
    """Collectives of several streams do not run into each other."""
    parts = [torch.ones(1 << 20, device=f"cuda:{i}") for i in range(2)]
    streams = [[torch.cuda.Stream(i) for i in range(2)] for _ in range(2)]
    for turn in range(10):
        for i in range(2):
            torch.cuda.synchronize(i)
        mine = [p.clone() for p in parts]
        for pair in streams:
            for i in range(2):
                pair[i].wait_stream(torch.cuda.current_stream(i))
            with torch.cuda.stream(pair[0]), torch.cuda.stream(pair[1]):
                fabric.all_reduce(mine if pair is streams[turn % 2] else [p.clone() for p in parts])
        for i in range(2):
            torch.cuda.synchronize(i)
        assert all(bool((m == 2).all()) for m in mine)


@needs_two
@pytest.mark.parametrize("size", [1000, 1 << 20])
def test_captured(size: int) -> None:
    parts = [torch.full((size,), float(i + 1), device=f"cuda:{i}") for i in range(2)]
    fabric.all_reduce(parts)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(3):
            fabric.all_reduce(parts)
            for p in parts:
                p.mul_(0.5)
    assert all(bool((p == 3).all()) for p in parts)
    for turn in range(5):
        for i, p in enumerate(parts):
            p.fill_(float(turn + i))
        graph.replay()
        assert all(bool((p == (2 * turn + 1) / 2).all()) for p in parts)


@needs_two
def test_a_device_that_does_not_join() -> None:
    busy = torch.randn(8192, 8192, device="cuda:1")
    parts = [torch.ones(1 << 20, device=f"cuda:{i}") for i in range(2)]
    fabric.all_reduce(parts)
    for i in range(2):
        torch.cuda.synchronize(i)
    fabric.set_deadline(0.02)
    try:
        for _ in range(30):  # a second and more on the second GPU alone
            busy @ busy
        fabric.all_reduce(parts)
        with pytest.raises(RuntimeError, match=r"all_reduce: cuda:1 did not join within 0.02 s .*test_fabric_gpus.py"):
            torch.cuda.synchronize(0)
    finally:
        fabric.set_deadline(60)
        torch.cuda.synchronize(1)
    again = [torch.ones(1 << 20, device=f"cuda:{i}") for i in range(2)]
    fabric.all_reduce(again)
    assert all(bool((p == 2).all()) for p in again)


@needs_two
def test_events_and_links() -> None:
    parts = [torch.ones(1000, device=f"cuda:{i}") for i in range(2)]
    fabric.all_reduce(parts)
    for i in range(2):
        torch.cuda.synchronize(i)
    event = fabric.events()[-1]
    assert event.way == "lines" and set(event.times) == {"cuda:0", "cuda:1"}
    assert all(0 <= end - begin < 10**9 for begin, end in event.times.values())
    assert fabric.stats()["cuda:0->cuda:1"]["bytes"] > 0
    assert "cuda:1" in str(fabric.topology())


@needs_two
def test_placements() -> None:
    mesh = fabric.Mesh(2)
    x = torch.randn(7, 6)
    for dim in (0, 1):
        placed = fabric.shard(x.cuda(), mesh, dim)
        assert [s.device.index for s in placed.shards] == [0, 1]
        assert torch.equal(fabric.gather(placed).cpu(), x)
        assert torch.equal(fabric.gather(fabric.distribute(placed, mesh, fabric.Shard(1 - dim))).cpu(), x)
        assert torch.equal(fabric.gather(placed[1:5].t() * 2).cpu(), x[1:5].t() * 2)
        assert placed.sum().item() == pytest.approx(x.sum().item(), rel=1e-4)


@needs_two
@pytest.mark.parametrize("way", ["data", "tensor"])
def test_training(way: str) -> None:
    mesh = fabric.Mesh(2)
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.LayerNorm(64), nn.Linear(64, 10)).cuda()
    placed = copy.deepcopy(plain)
    if way == "data":
        placed = fabric.data_parallel(placed, mesh)
    else:
        placed = fabric.parallelize(placed, {"0": "column", "3": "row"}, mesh)
    x, y = torch.randn(48, 32, device="cuda"), torch.randint(10, (48,), device="cuda")
    losses = []
    for model in (plain, placed):
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        losses.append([])
        for _ in range(5):
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses[-1].append(loss.item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


@needs_two
def test_a_step_over_gpus_in_a_graph() -> None:
    mesh = fabric.Mesh(2)
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 10)).cuda()
    placed = fabric.data_parallel(copy.deepcopy(plain), mesh)
    x, y = torch.randn(48, 32, device="cuda"), torch.randint(10, (48,), device="cuda")
    losses = []
    for model in (plain, placed):
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)

        def step(x: torch.Tensor, y: torch.Tensor, model: nn.Module = model, o: torch.optim.AdamW = optimizer) -> Any:
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            o.step()
            o.zero_grad()
            return loss

        run = graph_step(step) if model is placed else step
        losses.append([fabric.gather(run(x, y)).item() for _ in range(8)])
        if model is placed:
            assert run.reason is None and run.replays > 2, run.reason
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


@needs_two
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("size", [1, 7, 4096, 131073, (1 << 22) + 8])
def test_ring_plugin(dtype: torch.dtype, size: int) -> None:
    path = ROOT / "build" / "dev" / "plugins" / "ring_allreduce.so"
    if not path.exists():
        pytest.skip("plugins were not built")
    if not hasattr(torch.ops.ring_allreduce, "all_reduce"):
        vibetensor.load_plugin(str(path))
    torch.ops.ring_allreduce.set_deadline(5.0)
    parts = [p.round() for p in parts_of((size,), dtype)]
    expected = parts[0].cpu()
    for part in parts[1:]:
        expected = expected + part.cpu()
    for _ in range(3):
        for sum in torch.ops.ring_allreduce.all_reduce(parts):
            assert torch.equal(sum.cpu(), expected)
