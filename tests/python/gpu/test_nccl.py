"""The backend nccl: alone on one GPU, and two processes with a GPU each."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import vibetensor.torch as torch
from vibetensor import _C
from vibetensor.torch.distributed import ReduceOp
from vibetensor.torch.distributed.process_group import ProcessGroup

pytestmark = [pytest.mark.cuda, pytest.mark.skipif(bool(_C.nccl_reason()), reason=f"NCCL: {_C.nccl_reason()}")]
needs_two = pytest.mark.skipif(torch.cuda.device_count() < 2, reason="takes two GPUs")
PROGRAM = Path(__file__).with_name("nccl_program.py")


@pytest.fixture
def alone() -> Any:
    from vibetensor.torch.distributed.nccl import GpuCollectives

    made = GpuCollectives(torch.device("cuda", 0), 0, 1, _C.nccl_unique_id, ProcessGroup("alone", "nccl"))
    yield made
    made.end()


@pytest.mark.parametrize("async_op", [False, True])
def test_every_call_of_a_group_of_one(alone: Any, async_op: bool) -> None:
    mine = torch.arange(6.0, device="cuda")

    def after(work: Any) -> None:
        if async_op:
            work.wait()

    for op in (ReduceOp.SUM, ReduceOp.AVG, ReduceOp.MAX, ReduceOp.MIN, ReduceOp.PRODUCT):
        t = mine.clone()
        after(alone.all_reduce([t, t.clone()], op, async_op))
        assert torch.equal(t, mine)
    spaced = torch.zeros(6, 2, device="cuda")[:, 0]
    for call in (
        lambda out: alone.all_gather([out], mine, async_op),
        lambda out: alone.all_gather_into_tensor(out, mine, async_op),
        lambda out: alone.reduce_scatter(out, [mine], ReduceOp.SUM, async_op),
        lambda out: alone.reduce_scatter_tensor(out, mine, ReduceOp.SUM, async_op),
        lambda out: alone.exchange("all_to_all", [(0, mine)], [(0, out)], async_op),
    ):
        for out in (torch.zeros(6, device="cuda"), spaced.zero_()):
            after(call(out))
            assert torch.equal(out, mine)
    for call in (lambda t: alone.reduce(t, 0, ReduceOp.SUM, async_op), lambda t: alone.broadcast(t, 0, async_op)):
        t = mine.clone()
        after(call(t))
        assert torch.equal(t, mine)
    z = torch.tensor([1 + 2j], device="cuda")
    after(alone.all_reduce([z], ReduceOp.SUM, async_op))
    assert z.tolist() == [1 + 2j]
    with pytest.raises(NotImplementedError, match="does not combine"):
        alone.all_reduce([torch.ones(1, dtype=torch.int16, device="cuda")], ReduceOp.SUM, False)
    with pytest.raises(RuntimeError, match="BAND"):
        alone.all_reduce([torch.ones(1, dtype=torch.int32, device="cuda")], ReduceOp.BAND, False)


def test_a_graph_has_the_calls_and_is_reset_with_the_group(alone: Any) -> None:
    t = torch.ones(4, device="cuda")
    alone.all_reduce([t], ReduceOp.SUM, False)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        t.mul_(2)
        work = alone.all_reduce([t], ReduceOp.SUM, True)
        work.wait()
        t.add_(1)
    graph.replay()
    graph.replay()
    assert t.tolist() == [7.0] * 4  # (1 * 2 + 1) * 2 + 1
    alone.end()
    with pytest.raises(RuntimeError):
        graph.replay()


def run(way: str) -> list[Any]:
    done = subprocess.run(
        [sys.executable, "-m", "vibetensor.launch", "--nproc-per-node", "2", str(PROGRAM), way],
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return sorted((json.loads(line) for line in re.findall(r"\{.*?\}", done.stdout)), key=lambda found: found["rank"])


@needs_two
def test_every_collective_of_two() -> None:
    found = run("collectives")
    assert len(found) == 2 and all(f["compared"] > 300 for f in found)


@needs_two
@pytest.mark.parametrize("way", ["eager", "graph", "zero"])
def test_two_learn_the_same_in_every_way(way: str) -> None:
    found, plain = run(way), run("eager")
    assert found[0]["losses"] == found[1]["losses"] and found[0]["losses"][-1] < found[0]["losses"][0]
    assert found[0]["losses"] == pytest.approx(plain[0]["losses"], rel=1e-4)


@needs_two
@pytest.mark.parametrize("way", ["killed", "late"])
def test_who_is_missing_is_named(way: str) -> None:
    (found,) = (f for f in run(way) if f["rank"] == 0)
    assert "rank 1" in found["error"] and found["seconds"] < 30
