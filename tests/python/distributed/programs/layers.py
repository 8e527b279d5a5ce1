"""Trains a small transformer block that is cut over all processes; prints losses, which are those of one process.

argv: "columns" (ColwiseParallel, RowwiseParallel), "sequence" (SequenceParallel between them) or "loss" (loss_parallel).
"""

import json
import sys
from contextlib import nullcontext

import vibetensor.torch as torch
import vibetensor.torch.distributed as dist
from vibetensor.torch import nn
from vibetensor.torch.distributed import init_device_mesh
from vibetensor.torch.distributed.tensor import DTensor, Replicate, Shard
from vibetensor.torch.distributed.tensor.parallel import (
    ColwiseParallel,
    PrepareModuleInput,
    PrepareModuleOutput,
    RowwiseParallel,
    SequenceParallel,
    loss_parallel,
    parallelize_module,
)

F = nn.functional
dist.init_process_group("gloo")
rank, size = dist.get_rank(), dist.get_world_size()
way = sys.argv[1]
WORDS, WIDTH, HEADS, LENGTH = 24, 16, 4, 8


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x):
        q, k, v = (f(x).unflatten(-1, (-1, WIDTH // HEADS)).transpose(1, 2) for f in (self.q, self.k, self.v))
        return self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.attention = nn.LayerNorm(WIDTH), Attention()
        self.second, self.up, self.down = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        x = x + self.attention(self.first(x))
        return x + self.down(F.gelu(self.up(self.second(x))))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(WORDS, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(2))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WORDS, bias=False)

    def forward(self, x):
        x = self.words(x)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


torch.manual_seed(rank)  # the first process's parameters are everybody's
model = Model()
if size > 1:
    mesh = init_device_mesh("cpu", (size,))
    cut = way == "sequence"
    along = Shard(1) if cut else Replicate()
    plan = {
        "words": RowwiseParallel(input_layouts=Replicate(), output_layouts=along, use_local_output=not cut),
        "blocks.*.attention.[qkv]": ColwiseParallel(),
        "blocks.*.attention.out": RowwiseParallel(output_layouts=along, use_local_output=not cut),
        "blocks.*.up": ColwiseParallel(input_layouts=along),
        "blocks.*.down": RowwiseParallel(output_layouts=along, use_local_output=not cut),
        "head": ColwiseParallel(
            input_layouts=along,
            output_layouts=Shard(-1) if way == "loss" else Replicate(),
            use_local_output=way != "loss",
        ),
    }
    if cut:
        norms = SequenceParallel()
        plan.update({"blocks.*.first": norms, "blocks.*.second": norms, "norm": norms})
        plan["blocks.*.attention"] = PrepareModuleInput(
            input_layouts=Shard(1), desired_input_layouts=Replicate(), use_local_output=True
        )
    else:
        plan["norm"] = PrepareModuleOutput(output_layouts=Replicate(), desired_output_layouts=Replicate())
        # what no style names is the first process's too
        for norm in (m for m in model.modules() if isinstance(m, nn.LayerNorm)):
            for p in norm.parameters():
                dist.broadcast(p.detach(), 0)
    parallelize_module(model, mesh, plan)
    assert (
        isinstance(model.blocks[1].up.weight, DTensor) and model.blocks[1].up.weight.to_local().shape[0] == 64 // size
    )
    assert model.words.weight.placements == (Shard(0),)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
torch.manual_seed(7)
losses = []
for _ in range(4):
    words = torch.randint(0, WORDS, (3, LENGTH + 1))
    with loss_parallel() if way == "loss" else nullcontext():
        logits = model(words[:, :-1])
        assert logits.shape == (3, LENGTH, WORDS)
        loss = F.cross_entropy(logits.flatten(0, 1), words[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
    optimizer.step()
    losses.append((loss.full_tensor() if isinstance(loss, DTensor) else loss).item())

if way == "loss" and size > 1:  # every reduction, beside one tensor's
    torch.manual_seed(3)
    x, target, weight = torch.randn(6, 11, 2), torch.randint(0, 11, (6, 2)), torch.rand(11)
    target[0, 0] = -100
    part = DTensor.from_local(x, mesh, [Replicate()]).redistribute(placements=[Shard(1)])
    for options in ({}, {"reduction": "sum"}, {"reduction": "none"}, {"weight": weight}, {"ignore_index": 3}):
        one, several = x.clone().requires_grad_(), part.detach().clone().requires_grad_()
        labels = target.clamp(0) if "ignore_index" in options else target
        expected = F.cross_entropy(one, labels, **options)
        with loss_parallel():
            found = F.cross_entropy(several, labels, **options)
            found.full_tensor().sum().backward()
        expected.sum().backward()
        assert several.grad.placements == (Shard(1),)
        torch.testing.assert_close(found.full_tensor(), expected)
        torch.testing.assert_close(several.grad.full_tensor(), one.grad)

print(json.dumps({"losses": losses}))
dist.destroy_process_group()
