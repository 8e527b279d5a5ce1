"""Process r has 2 + r inputs; what comes out is compared with what one process computes for all."""

import json
import sys

import vibetensor.torch as torch
import vibetensor.torch.distributed as dist
from vibetensor.torch import nn
from vibetensor.torch.distributed.algorithms.join import Join
from vibetensor.torch.distributed.optim import ZeroRedundancyOptimizer

dist.init_process_group("gloo")
rank, size = dist.get_rank(), dist.get_world_size()
way = sys.argv[1]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.norm, self.second = nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Linear(5, 2)
        self.other = nn.Linear(5, 2)
        if way != "buffers":
            self.norm = nn.Identity()

    def forward(self, x, other=False):
        return (self.other if other else self.second)(torch.tanh(self.norm(self.first(x))))


def new_net():
    torch.manual_seed(3)
    net = Net()
    net.other.requires_grad_(way == "unused")
    return net


def input_of(r, i):
    torch.manual_seed(100 * r + i)
    return torch.randn(4, 3)


def loss_of(model, r, i):
    return model(input_of(r, i), *((i % 2 == 1,) if way == "unused" else ())).square().sum()


def reference():
    """The parameters that one process comes to, which computes everybody's gradients itself."""
    net = new_net()
    optimizer = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], lr=0.05)
    for i in range(2 + size - 1):
        active = [r for r in range(size) if i < 2 + r]
        divisor = len(active) if way == "active" else size
        for r in active:
            (loss_of(net, r, i) / divisor).backward()
        if way != "accumulate" or i % 2 == 1:
            optimizer.step()
            optimizer.zero_grad()
    return net


net = new_net()
model = nn.parallel.DistributedDataParallel(net, bucket_cap_mb=1e-5, find_unused_parameters=way == "unused")
parameters = [p for p in model.parameters() if p.requires_grad]
if way == "zero":
    optimizer = ZeroRedundancyOptimizer(parameters, torch.optim.Adam, lr=0.05)
    context = Join([model, optimizer])
else:
    optimizer = torch.optim.Adam(parameters, lr=0.05)
    context = model.join(divide_by_initial_world_size=way != "active", throw_on_early_termination=way == "throw")
steps, error = 0, None
try:
    with context:
        for i in range(2 + rank):
            if way == "accumulate" and i % 2 == 0:
                with model.no_sync():
                    loss_of(model, rank, i).backward()
                continue
            loss_of(model, rank, i).backward()
            optimizer.step()
            optimizer.zero_grad()
            steps += 1
except RuntimeError as caught:
    error = str(caught)
compared = 0
total = torch.cat([t.detach().reshape(-1).float() for t in model.state_dict().values()])
everybody = [torch.empty_like(total) for _ in range(size)]
if way != "throw":
    dist.all_gather(everybody, total)
    for theirs in everybody:
        assert torch.equal(theirs, total)
        compared += 1
if way in ("all", "active", "zero", "unused") or (way == "accumulate" and size == 1):
    for ours, expected in zip(net.parameters(), reference().parameters(), strict=True):
        assert torch.allclose(ours, expected, rtol=1e-5, atol=1e-6), (rank, ours, expected)
        compared += 1
print(json.dumps({"steps": steps, "error": error or "", "compared": compared}))
