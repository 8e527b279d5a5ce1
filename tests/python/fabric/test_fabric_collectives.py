"""What is seen of collectives: events, deadlines, cost models."""

from __future__ import annotations

import pytest
import vibetensor.torch as torch
from vibetensor import fabric


def test_events() -> None:
    parts = [torch.ones(3, dtype=torch.int32), torch.full((3,), 2, dtype=torch.int32)]
    before = fabric.stats()["all_reduce"]["calls"]
    fabric.all_reduce(parts, "product")
    assert all(p.tolist() == [2, 2, 2] for p in parts)
    assert fabric.stats()["all_reduce"]["calls"] == before + 1
    event = fabric.events()[-1]
    assert (event.op, event.reduction, event.way, event.dtype, event.shape) == (
        "all_reduce",
        "product",
        "copies",
        "int32",
        (3,),
    )
    assert "test_fabric_collectives.py" in event.place and event.place.endswith("in test_events")
    assert len(event.devices) == 2 and event.times == {}
    fabric.all_reduce(parts)
    assert [e.sequence for e in fabric.events()[-2:]] == [event.sequence, event.sequence + 1]


def test_deadline() -> None:
    for wrong in (0, -1, float("nan"), 1e7):
        with pytest.raises(ValueError, match="expected a deadline"):
            fabric.set_deadline(wrong)
    fabric.set_deadline(60)


def test_cost_models() -> None:
    sizes = [1 << p for p in range(10, 31, 4)]
    for way in ("lines", "shares", "ring", "NCCL"):
        true = fabric.CostModel(way, launch=2.0, wait=1.5, gigabytes_per_second=400.0)
        found = fabric.CostModel.fit(way, 2, [(s, true.microseconds(2, s)) for s in sizes], launch=2.0)
        assert found.wait == pytest.approx(1.5, rel=1e-6)
        assert found.gigabytes_per_second == pytest.approx(400.0, rel=1e-6)
        for members in (8, 64):
            assert found.microseconds(members, 1 << 20) == pytest.approx(true.microseconds(members, 1 << 20), rel=1e-6)
        measured = [{"members": 2, "bytes": s, f"{way}_us": true.microseconds(2, s)} for s in sizes]
        assert set(fabric.models_of(measured)) == {way}
    ring, shares = (fabric.CostModel(way, 0.0, 1.0, 100.0) for way in ("ring", "shares"))
    assert ring.microseconds(64, 1024) > 10 * shares.microseconds(64, 1024)
    assert ring.microseconds(1, 1024) == 0
    with pytest.raises(ValueError, match="two sizes"):
        fabric.CostModel.fit("ring", 2, [(1, 1.0)])
    with pytest.raises(ValueError, match="expected one of"):
        fabric.CostModel.fit("tree", 2, [(1, 1.0), (2, 2.0)])
