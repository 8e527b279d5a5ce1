"""Fabric tensors over the GPUs of a machine: sums over peer memory, programs, training."""

from __future__ import annotations

import copy

import pytest
import vibetensor.torch as torch
from vibetensor import fabric

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


@needs_two
def test_reductions() -> None:
    for reduction, function in (("max", torch.maximum), ("min", torch.minimum), ("product", torch.mul)):
        parts = parts_of((100,), torch.float32)[:2]
        expected = function(parts[0].cpu(), parts[1].cpu())
        fabric.all_reduce(parts, reduction)
        assert all(torch.equal(p.cpu(), expected) for p in parts)


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
