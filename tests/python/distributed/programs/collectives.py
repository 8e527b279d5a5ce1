"""Every collective against what it says, over dtypes, sizes, layouts and groups; prints how many it compared."""

import json
import os
import sys

import vibetensor.torch as torch
import vibetensor.torch.distributed as dist
from vibetensor.torch.distributed import ReduceOp
from vibetensor.torch.distributed import nn as dist_nn

dist.init_process_group(os.environ.get("BACKEND", "gloo"))
rank, size = dist.get_rank(), dist.get_world_size()
compared = 0


def same(ours, expected):
    global compared
    compared += 1
    assert ours.dtype == expected.dtype and torch.equal(ours, expected), (rank, ours, expected)


def value(of, numel, dtype, seed=0):
    """What process `of` brings: small whole numbers, so that sums are exact in every dtype and order."""
    torch.manual_seed(1000 * seed + of)
    return torch.randint(1, 3, (numel,)).to(dtype)


COMBINED = {
    ReduceOp.SUM: lambda stack: stack.sum(0),
    ReduceOp.PRODUCT: lambda stack: stack.prod(0),
    ReduceOp.MIN: lambda stack: stack.amin(0),
    ReduceOp.MAX: lambda stack: stack.amax(0),
}
for dtype in (
    torch.float32,
    torch.float64,
    torch.bfloat16,
    torch.float16,
    torch.int64,
    torch.int32,
    torch.uint8,
    torch.int8,
):
    for numel in (1, 7, 40_001):
        everybody = [value(r, numel, dtype) for r in range(size)]
        mine = everybody[rank]
        for op, combined in COMBINED.items():
            expected = combined(torch.stack(everybody)).to(dtype)
            t = mine.clone()
            dist.all_reduce(t, op)
            same(t, expected)
            t = mine.clone()
            dist.reduce(t, size - 1, op)
            same(t, expected if rank == size - 1 else mine)
        t = mine.clone()
        dist.broadcast(t, size - 1)
        same(t, everybody[size - 1])
        outs = [torch.empty_like(mine) for _ in range(size)]
        dist.all_gather(outs, mine)
        for out, expected in zip(outs, everybody, strict=True):
            same(out, expected)
        whole = torch.empty(size * numel, dtype=dtype)
        dist.all_gather_into_tensor(whole, mine)
        same(whole, torch.cat(everybody))
        parts = [[value(r, numel, dtype, 1 + p) for p in range(size)] for r in range(size)]
        out = torch.empty_like(mine)
        dist.reduce_scatter(out, parts[rank])
        expected = sum((parts[r][rank] for r in range(1, size)), parts[0][rank])
        same(out, expected)
        dist.reduce_scatter_tensor(out, torch.cat(parts[rank]))
        same(out, expected)
        outs = [torch.empty_like(mine) for _ in range(size)]
        dist.all_to_all(outs, parts[rank])
        for r, o in enumerate(outs):
            same(o, parts[r][rank])
        out = torch.empty(size * numel, dtype=dtype)
        dist.all_to_all_single(out, torch.cat(parts[rank]))
        same(out, torch.cat([parts[r][rank] for r in range(size)]))
        outs = [torch.empty_like(mine) for _ in range(size)] if rank == 0 else None
        dist.gather(mine, outs)
        for r, o in enumerate(outs or []):
            same(o, everybody[r])
        out = torch.empty_like(mine)
        dist.scatter(out, everybody if rank == size - 1 else None, src=size - 1)
        same(out, mine)
bits = torch.tensor([1 << rank, 3], dtype=torch.int32)
for op, expected in (
    (ReduceOp.BOR, [(1 << size) - 1, 3]),
    (ReduceOp.BAND, [0, 3]),
    (ReduceOp.BXOR, [(1 << size) - 1, 3 * (size % 2)]),
):
    t = bits.clone()
    dist.all_reduce(t, op)
    same(t, torch.tensor(expected, dtype=torch.int32))
for value_, dtype in ((1.0 + rank, torch.float32), (1j * (1 + rank), torch.complex64)):
    t = torch.full((3,), value_, dtype=dtype)
    dist.all_reduce(t, ReduceOp.AVG)
    assert torch.allclose(t, torch.full((3,), value_ / (1 + rank) * (size + 1) / 2, dtype=dtype))
# a transposed tensor, a view with gaps, one that requires grad
t = torch.arange(6.0).reshape(2, 3).t()
dist.all_reduce(t)
same(t, size * torch.arange(6.0).reshape(2, 3).t())
base = torch.ones(10)
dist.all_reduce(base[::2])
same(base, torch.tensor([float(size), 1.0] * 5))
# uneven parts
rows = [torch.full((1 + r, 2), float(r)) for r in range(size)]
outs = [torch.empty(1 + r, 2) for r in range(size)]
dist.all_gather(outs, rows[rank])
for r, o in enumerate(outs):
    same(o, rows[r])
given = torch.cat([torch.full((1 + r,), 10.0 * rank + r) for r in range(size)])
out = torch.empty((1 + rank) * size)
dist.all_to_all_single(out, given, [1 + rank] * size, [1 + r for r in range(size)])
same(out, torch.cat([torch.full((1 + rank,), 10.0 * r + rank) for r in range(size)]))
# several at a time end in order
works = [dist.all_reduce(torch.full((5,), float(i)), async_op=True) for i in range(20)]
for i, work in enumerate(works):
    work.wait()
    same(work.result()[0], torch.full((5,), float(i * size)))
# messages, with tags out of order, from whoever
following, before = (rank + 1) % size, (rank - 1) % size
sent = [dist.isend(torch.full((4,), float(10 * rank + tag)), following, tag=tag) for tag in (1, 2)]
second, first = torch.empty(4), torch.empty(4)
assert dist.recv(second, before, tag=2) == before and dist.recv(first, tag=1) == before
same(first, torch.full((4,), 10.0 * before + 1))
same(second, torch.full((4,), 10.0 * before + 2))
for work in sent:
    work.wait()
a, b = torch.full((100_000,), float(rank)), torch.empty(100_000)
for work in dist.batch_isend_irecv([dist.P2POp(dist.isend, a, following), dist.P2POp(dist.irecv, b, before)]):
    work.wait()
same(b, torch.full((100_000,), float(before)))
# objects
found = [None] * size
dist.all_gather_object(found, {"rank": rank, "text": "x" * (1 + 100 * rank)})
assert [f["rank"] for f in found] == list(range(size))
listed = [f"from {rank}", rank] if rank == 0 else [None, None]
dist.broadcast_object_list(listed, 0)
assert listed == ["from 0", 0]
gathered = [None] * size if rank == 0 else None
dist.gather_object((rank, "y" * rank), gathered)
assert gathered is None or gathered == [(r, "y" * r) for r in range(size)]
mine = [None]
dist.scatter_object_list(mine, [f"for {r}" for r in range(size)] if rank == 0 else None)
assert mine == [f"for {rank}"]
# groups
even = dist.new_group(list(range(0, size, 2)))
if rank % 2 == 0:
    t = torch.ones(2)
    dist.all_reduce(t, group=even)
    same(t, torch.full((2,), float((size + 1) // 2)))
    assert dist.get_rank(even) == rank // 2 and dist.get_global_rank(even, rank // 2) == rank
else:
    assert even == dist.GroupMember.NON_GROUP_MEMBER
# gradients flow
x = torch.full((3,), float(rank + 1), requires_grad=True)
(dist_nn.all_reduce(x * x) * (rank + 1)).sum().backward()
same(x.grad, 2 * x.detach() * sum(range(1, size + 1)))
dist.barrier()
dist.monitored_barrier()
dist.destroy_process_group()
assert not dist.is_initialized()
print(json.dumps({"rank": rank, "compared": compared}))
sys.stdout.flush()
