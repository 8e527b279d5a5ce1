"""Trains a small network, its gradients or parameters in parts; prints losses over the whole batch.

The parameters of all processes are compared at the end.
"""

import json
import os
import sys

import vibetensor.torch as torch
import vibetensor.torch.distributed as dist
from vibetensor.torch import nn
from vibetensor.torch.distributed.algorithms.ddp_comm_hooks import default_hooks
from vibetensor.torch.distributed.fsdp import fully_shard
from vibetensor.torch.distributed.optim import ZeroRedundancyOptimizer

dist.init_process_group(os.environ.get("BACKEND", "gloo"))
rank, size = dist.get_rank(), dist.get_world_size()
way = sys.argv[1]
torch.manual_seed(rank)  # the first process's parameters are everybody's


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.norm, self.second = nn.Linear(8, 300), nn.BatchNorm1d(300), nn.Linear(300, 4)
        self.other = nn.Linear(300, 4)

    def forward(self, x, other=False):
        x = torch.relu(self.norm(self.first(x)))
        return (self.other if other else self.second)(x)


options = {"find_unused_parameters": True} if way == "unused" else {}
net = Net()
if way != "unused":
    net.other.requires_grad_(False)
if way == "sync":
    net = nn.SyncBatchNorm.convert_sync_batchnorm(net)
elif way != "buffers":
    net.norm = nn.Identity()
if way == "fully_shard":
    for tensor in net.state_dict().values():
        dist.broadcast(tensor, 0)  # which DistributedDataParallel does by itself
    for layer in (net.first, net.second):
        fully_shard(layer)
    model = fully_shard(net)
else:
    model = nn.parallel.DistributedDataParallel(
        net, bucket_cap_mb=0.005, gradient_as_bucket_view=way == "views", broadcast_buffers=way == "buffers", **options
    )
if way == "hook":
    model.register_comm_hook(None, default_hooks.bf16_compress_hook)


def new_optimizer():
    if not way.startswith("zero"):
        return torch.optim.AdamW(model.parameters(), lr=1e-2)
    views = way == "zero_views"
    return ZeroRedundancyOptimizer(model.parameters(), torch.optim.AdamW, parameters_as_bucket_view=views, lr=1e-2)


optimizer = new_optimizer()
torch.manual_seed(7)
data, labels = torch.randn(24, 8), torch.randint(0, 4, (24,))
mine = slice(rank * 24 // size, (rank + 1) * 24 // size)
losses = []
for step in range(6):
    optimizer.zero_grad(set_to_none=way != "views")
    if way == "accumulate":
        half = 12 // size
        begin = mine.start
        with model.no_sync():
            (
                nn.functional.cross_entropy(model(data[begin : begin + half]), labels[begin : begin + half]) / 2
            ).backward()
        loss = nn.functional.cross_entropy(model(data[begin + half : mine.stop]), labels[begin + half : mine.stop])
        (loss / 2).backward()
    else:
        arguments = (step % 2 == 1,) if way == "unused" else ()
        loss = nn.functional.cross_entropy(model(data[mine], *arguments), labels[mine])
        loss.backward()
    optimizer.step()
    if way == "zero_resumed" and step == 2:
        optimizer.consolidate_state_dict(to=size - 1)
        saved = [optimizer.state_dict() if rank == size - 1 else None]
        dist.broadcast_object_list(saved, size - 1)
        optimizer = new_optimizer()
        optimizer.load_state_dict(saved[0])
    whole = loss.detach().clone()
    dist.all_reduce(whole, dist.ReduceOp.AVG)
    losses.append(whole.item())
if way.startswith("zero") and size > 1:
    states = [None] * size
    dist.all_gather_object(states, len(optimizer.optim.state))
    assert sum(states) == len([p for p in model.parameters() if p.requires_grad]) and max(states) < sum(states)
parts = [p.detach() for p in model.parameters()]
total = torch.cat([(p.full_tensor() if way == "fully_shard" else p).reshape(-1) for p in parts])
everybody = [torch.empty_like(total) for _ in range(size)]
dist.all_gather(everybody, total)
assert all(torch.equal(everybody[0], theirs) for theirs in everybody), "parameters drifted apart"
print(json.dumps({"losses": losses}))
