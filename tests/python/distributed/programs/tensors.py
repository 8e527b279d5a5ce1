"""DTensors of this process and its peers, beside the same calls of one tensor; prints how many values were compared."""

import json
import sys

import vibetensor.torch as torch
import vibetensor.torch.distributed as dist
from vibetensor.torch import nn
from vibetensor.torch.distributed import init_device_mesh
from vibetensor.torch.distributed.tensor import (
    DTensor,
    Partial,
    Replicate,
    Shard,
    distribute_module,
    distribute_tensor,
)
from vibetensor.torch.distributed.tensor import empty as dempty
from vibetensor.torch.distributed.tensor import full as dfull
from vibetensor.torch.distributed.tensor import ones as dones
from vibetensor.torch.distributed.tensor import rand as drand
from vibetensor.torch.distributed.tensor import randn as drandn
from vibetensor.torch.distributed.tensor import zeros as dzeros

F = nn.functional
dist.init_process_group("gloo")
rank, size = dist.get_rank(), dist.get_world_size()
mesh = init_device_mesh("cpu", (size,), mesh_dim_names=("all",))
compared = 0


def same(found, expected, tolerance=1e-5):
    global compared
    found = found.full_tensor() if isinstance(found, DTensor) else found
    assert found.shape == expected.shape, (found.shape, expected.shape)
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance)
    compared += 1


def raises(kind, text, function):
    global compared
    try:
        function()
    except kind as error:
        assert text in str(error), error
        compared += 1
    else:
        raise AssertionError(f"no {kind.__name__}")


# ---- placements, there and back

whole = torch.arange(7 * 3.0).reshape(7, 3)
for placement in (Replicate(), Shard(0), Shard(1), Shard(-1)):
    t = distribute_tensor(whole if rank == 0 else torch.zeros(7, 3), mesh, [placement])
    assert isinstance(t, DTensor) and not isinstance(whole, DTensor) and t.shape == (7, 3)
    assert t.placements[0].is_replicate() == isinstance(placement, Replicate)
    same(t, whole)
    if isinstance(placement, Shard):
        parts = whole.chunk(size, placement.dim)  # fewer than processes where the last are empty
        mine = parts[rank] if rank < len(parts) else whole.narrow(placement.dim, 0, 0)
        same(t.to_local(), mine)
    for other in (Replicate(), Shard(0), Shard(1)):
        moved = t.redistribute(placements=[other])
        assert moved.placements == (other,)
        same(moved, whole)
assert not hasattr(whole, "to_local") and not hasattr(whole, "full_tensor") and not hasattr(whole, "placements")
part = torch.full((2, 3), float(rank + 1))
same(DTensor.from_local(part, mesh, [Shard(0)]), torch.cat([torch.full((2, 3), i + 1.0) for i in range(size)]))
same(DTensor.from_local(part, mesh, [Partial()]), torch.full((2, 3), size * (size + 1) / 2))
same(DTensor.from_local(part, mesh, [Partial("avg")]), torch.full((2, 3), (size + 1) / 2))
same(DTensor.from_local(part, mesh, [Partial("max")]), torch.full((2, 3), float(size)))
same(
    DTensor.from_local(part, mesh, [Partial()]).redistribute(placements=[Shard(1)]),
    torch.full((2, 3), size * (size + 1) / 2),
)
shared = DTensor.from_local(part, mesh, [Shard(0)])
shared.mul_(2)
same(part, torch.full((2, 3), 2.0 * (rank + 1)))  # one memory
uneven = torch.arange(float(size + 1))
pieces = uneven.chunk(size)
own = pieces[rank] if rank < len(pieces) else uneven[:0]
same(DTensor.from_local(own, mesh, [Shard(0)], shape=uneven.shape, stride=uneven.stride()), uneven)
raises(
    ValueError,
    "expected a part of sizes",
    lambda: DTensor.from_local(torch.zeros(99), mesh, [Shard(0)], shape=(4,), stride=(1,)),
)
raises(ValueError, "same length", lambda: distribute_tensor(whole, mesh, [Shard(0), Shard(1)]))
assert repr(distribute_tensor(whole, mesh, [Shard(0)])).startswith("DTensor(local_tensor=tensor(")

# ---- factories

for make, expected in ((dzeros, torch.zeros(5, 4)), (dones, torch.ones(5, 4))):
    same(make(5, 4, device_mesh=mesh, placements=[Shard(0)]), expected)
same(dfull((5, 4), 3.5, device_mesh=mesh, placements=[Shard(1)]), torch.full((5, 4), 3.5))
assert dempty(5, 4, device_mesh=mesh).shape == (5, 4)
for make, plain in ((drand, torch.rand), (drandn, torch.randn)):
    torch.manual_seed(3)
    found = make(5, 4, device_mesh=mesh, placements=[Shard(0)])
    torch.manual_seed(3)
    same(found, plain(5, 4))

# ---- calls, and their gradients


def network(x, w, b, v, table):
    h = F.gelu(F.linear(x, w, b))
    h = F.layer_norm(h, h.shape[-1:])
    h = h.view(6, 2, 4).transpose(0, 1)
    h = (h.softmax(-1) + h.relu()).reshape(2, 6, 4)
    e = F.embedding(torch.tensor([0, 5, 2, 2, 1, 3]), table)
    y = torch.cat([h[0] @ v, e], 1)
    y = y - y.mean(0) + y.amax(1, keepdim=True)
    return F.cross_entropy(y, torch.tensor([0, 1, 2, 3, 4, 5])) + y[1:].pow(2).sum() / 50 + torch.linalg.vector_norm(y)


torch.manual_seed(0)
shapes = [(6, 5), (8, 5), (8,), (4, 7), (6, 3)]
values = [torch.randn(s) for s in shapes]
for seed in range(12):
    g = torch.Generator().manual_seed(seed)
    plain = [v.clone().requires_grad_() for v in values]
    expected = network(*plain)
    expected.backward()
    placed = []
    for v in values:
        d = int(torch.randint(0, v.dim() + 1, (1,), generator=g))
        leaf = distribute_tensor(v, mesh, [Replicate() if d == v.dim() else Shard(d)], src_data_rank=None)
        placed.append(leaf.requires_grad_())
    found = network(*placed)
    found.backward()
    same(found.detach(), expected.detach(), 1e-4)
    for p, q in zip(placed, plain, strict=True):
        assert isinstance(p.grad, DTensor)
        same(p.grad, q.grad, 1e-4)

# ---- parts out of a DTensor and into one

x = torch.randn(4 * size, 3)
leaf = x.clone().requires_grad_()
(leaf.exp() * 2).sum().backward()
own = x.chunk(size)[rank].clone().requires_grad_()
t = DTensor.from_local(own, mesh, [Shard(0)])
loss = (t.exp().to_local() * 2).sum()
loss.backward()
same(own.grad, leaf.grad.chunk(size)[rank])
t = distribute_tensor(x, mesh, [Shard(0)]).requires_grad_()
(t.redistribute(placements=[Replicate()]).to_local().exp() * 2).sum().backward()
assert t.grad.placements == (Shard(0),)
same(t.grad, leaf.grad)

# ---- optimizers, norms, modules

for kind in (torch.optim.SGD, torch.optim.AdamW):
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))
    other = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))
    other.load_state_dict(net.state_dict())

    def cut(name, module, mesh):
        if isinstance(module, nn.Linear):
            module.weight = nn.Parameter(distribute_tensor(module.weight.detach(), mesh, [Shard(0)]))

    distribute_module(other, mesh, cut)
    assert all(isinstance(p, DTensor) and isinstance(p, nn.Parameter) for p in other.parameters())
    first, second = kind(net.parameters(), 0.1), kind(other.parameters(), 0.1)
    for step in range(3):
        data = torch.randn(4, 5)
        for module, optimizer in ((net, first), (other, second)):
            optimizer.zero_grad()
            module(data).pow(2).sum().backward()
        norms = [nn.utils.clip_grad_norm_(m.parameters(), 0.5, [2.0, 3.0, float("inf")][step]) for m in (net, other)]
        same(norms[1], norms[0], 1e-4)
        first.step(), second.step()
    for p, q in zip(other.parameters(), net.parameters(), strict=True):
        same(p.detach(), q.detach(), 1e-4)

# ---- two dimensions

if size == 4:
    grid = init_device_mesh("cpu", (2, 2), mesh_dim_names=("dp", "tp"))
    assert grid["tp"].size() == 2 and grid["tp"].mesh.tolist() == [rank // 2 * 2, rank // 2 * 2 + 1]
    assert grid["dp"].mesh.tolist() == [rank % 2, rank % 2 + 2] and grid.get_coordinate() == [rank // 2, rank % 2]
    assert grid["tp", "dp"].mesh.tolist() == grid.mesh.T.tolist() and grid.get_local_rank("dp") == rank // 2
    flat = grid._flatten("both")
    assert flat.mesh.tolist() == [0, 1, 2, 3] and grid["both"] is flat and flat.get_local_rank() == rank
    a, b = torch.randn(6, 5), torch.randn(5, 4)
    for places in ([Shard(0), Shard(1)], [Shard(1), Shard(0)], [Replicate(), Shard(1)], [Shard(0), Replicate()]):
        s, t = distribute_tensor(a, grid, places), distribute_tensor(b, grid, places[::-1])
        same(s, a)
        same(s @ t, a @ b, 1e-4)
        same(s[0, 0], a[0, 0])
        same(s[3], a[3])
        same(torch.linalg.vector_norm(s, dim=1), torch.linalg.vector_norm(a, dim=1))
        same(s.redistribute(placements=[Shard(1), Replicate()]), a)
else:
    raises(RuntimeError, "should not be bigger", lambda: init_device_mesh("cpu", (size, 2)))

print(json.dumps({"rank": rank, "compared": compared}))
dist.destroy_process_group()
sys.stdout.flush()
