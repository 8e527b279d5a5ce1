"""One of two processes with a GPU each: `python -m vibetensor.launch --nproc-per-node 2 nccl_program.py collectives`."""

import json
import os
import sys
import time
from datetime import timedelta

import vibetensor.torch as torch
import vibetensor.torch.distributed as dist
from vibetensor.graphs import graph_step
from vibetensor.torch.distributed.optim import ZeroRedundancyOptimizer

way = sys.argv[1]
device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
torch.cuda.set_device(device)
dist.init_process_group("nccl", timeout=timedelta(seconds=5 if way in ("killed", "late") else 120))
rank, size = dist.get_rank(), dist.get_world_size()
nn, ReduceOp = torch.nn, dist.ReduceOp


def value(of, dtype, numel):
    """What process `of` brings: small whole numbers, whose sums are exact."""
    generator = torch.Generator().manual_seed(of)
    return torch.randint(1, 4, (numel,), generator=generator).to(dtype).to(device)


def collectives():
    compared = 0

    def same(ours, expected):
        nonlocal compared
        compared += 1
        assert ours.dtype == expected.dtype and torch.equal(ours, expected), (rank, ours, expected)

    for dtype in (torch.float32, torch.bfloat16, torch.float16, torch.float64, torch.int64, torch.int32, torch.uint8):
        for numel in (1, 1000, 1 << 20):
            everybody = [value(r, dtype, numel) for r in range(size)]
            mine, total = everybody[rank], sum(everybody[1:], everybody[0])
            for async_op in (False, True):
                t = mine.clone()
                work = dist.all_reduce(t, async_op=async_op)
                if async_op:
                    work.wait()
                same(t, total)
            for op, expected in (
                (ReduceOp.MAX, torch.stack(everybody).amax(0)),
                (ReduceOp.MIN, torch.stack(everybody).amin(0)),
            ):
                t = mine.clone()
                dist.all_reduce(t, op)
                same(t, expected)
            t = mine.clone()
            dist.reduce(t, size - 1)
            if rank == size - 1:
                same(t, total)
            t = mine.clone()
            dist.broadcast(t, 1)
            same(t, everybody[1])
            outs = [torch.empty_like(mine) for _ in range(size)]
            dist.all_gather(outs, mine)
            for out, expected in zip(outs, everybody, strict=True):
                same(out, expected)
            whole = torch.empty(size * numel, dtype=dtype, device=device)
            dist.all_gather_into_tensor(whole, mine)
            same(whole, torch.cat(everybody))
            out = torch.empty_like(mine)
            dist.reduce_scatter_tensor(out, whole)
            same(out, whole.chunk(size)[rank] * size)
            dist.reduce_scatter(out, list(whole.chunk(size)))
            same(out, whole.chunk(size)[rank] * size)
            outs = [torch.empty_like(mine) for _ in range(size)]
            dist.all_to_all(outs, [mine + r for r in range(size)])
            for r, out in enumerate(outs):
                same(out, everybody[r] + rank)
            outs = [torch.empty_like(mine) for _ in range(size)] if rank == 0 else None
            dist.gather(mine, outs)
            for out, expected in zip(outs or [], everybody, strict=False):
                same(out, expected)
            out = torch.empty_like(mine)
            dist.scatter(out, everybody if rank == 0 else None)
            same(out, mine)
            following, before = (rank + 1) % size, (rank - 1) % size
            for work in dist.batch_isend_irecv(
                [dist.P2POp(dist.isend, mine, following), dist.P2POp(dist.irecv, out, before)]
            ):
                work.wait()
            same(out, everybody[before])
    t = torch.full((3,), 1.0 + rank, device=device)
    dist.all_reduce(t, ReduceOp.AVG)
    same(t, torch.full((3,), (1 + size) / 2, device=device))
    t = torch.arange(6.0, device=device).reshape(2, 3).t()
    dist.all_reduce(t)
    same(t, size * torch.arange(6.0, device=device).reshape(2, 3).t())
    t = torch.tensor([rank == 0, False], device=device)
    dist.all_reduce(t)
    same(t, torch.tensor([True, False], device=device))
    found = [None] * size
    dist.all_gather_object(found, rank)
    assert found == list(range(size))
    dist.barrier()
    return {"compared": compared}


def training(kind):
    """Losses over the whole batch: eager, as graph, or with the optimizer in parts."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 8)).to(device)
    model = nn.parallel.DistributedDataParallel(net, device_ids=[device.index], bucket_cap_mb=0.2)
    if kind == "zero":
        optimizer = ZeroRedundancyOptimizer(model.parameters(), torch.optim.AdamW, lr=1e-3)
    else:
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(64, 64, generator=generator).to(device).chunk(size)[rank]
    y = torch.randint(0, 8, (64,), generator=generator).to(device).chunk(size)[rank]

    def step(x, y):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        whole = loss.detach().clone()
        dist.all_reduce(whole, ReduceOp.AVG)
        return whole

    call = graph_step(step) if kind == "graph" else step
    return {"losses": [call(x, y).item() for _ in range(12)]}


def fault():
    """Process 1 is killed, or too late; process 0 says what it heard."""
    t = torch.ones(1 << 20, device=device)
    dist.all_reduce(t)
    torch.cuda.synchronize()
    if rank == 1:
        if way == "killed":
            os._exit(0)
        time.sleep(30)
        os._exit(0)
    begin = time.monotonic()
    dist.all_reduce(t)
    error = None
    while error is None and time.monotonic() - begin < 60:
        time.sleep(0.5)
        try:
            dist.all_reduce(torch.ones(1, device=device))
        except dist.DistBackendError as caught:
            error = str(caught)
    return {"error": error, "seconds": time.monotonic() - begin}


found = collectives() if way == "collectives" else fault() if way in ("killed", "late") else training(way)
print(json.dumps({"rank": rank, **found}), flush=True)
if way in ("killed", "late"):
    os._exit(0)
dist.destroy_process_group()
