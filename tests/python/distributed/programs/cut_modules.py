"""Trains a small transformer by fully_shard; prints losses over the whole batch, which are those of one process.

argv: "plain", "keep" (wholes are kept between forward and backward), "replicas" (a mesh of two dims), "layers" (with tensor
parallelism), "mixed" (bfloat16), "accumulate" (gradients of two passes), "checkpoint" (activations are computed again).
"""

import json
import sys

import vibetensor.torch as torch
import vibetensor.torch.distributed as dist
from vibetensor.torch import nn
from vibetensor.torch.distributed import init_device_mesh
from vibetensor.torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from vibetensor.torch.distributed.tensor import DTensor, Shard
from vibetensor.torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, parallelize_module
from vibetensor.torch.utils.checkpoint import checkpoint

F = nn.functional
dist.init_process_group("gloo")
rank, size = dist.get_rank(), dist.get_world_size()
way = sys.argv[1]
WORDS, WIDTH, HEADS, LENGTH, BATCH = 23, 12, 2, 6, 24


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.qkv, self.out = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.second, self.up, self.down = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        q, k, v = (t.unflatten(-1, (HEADS, -1)).transpose(1, 2) for t in self.qkv(self.first(x)).chunk(3, -1))
        x = x + self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))
        return x + self.down(F.gelu(self.up(self.second(x))))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(WORDS, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(3))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WORDS, bias=False)
        self.head.weight = self.words.weight  # one parameter under two names
        self.scale = nn.Parameter(torch.ones(1))
        self.unused = nn.Linear(2, 2)

    def forward(self, x):
        x = self.words(x)
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=False) if way == "checkpoint" else block(x)
        return self.head(self.norm(x)) * self.scale


torch.manual_seed(0)
model = Model()
for p in model.blocks[0].first.parameters():
    p.requires_grad_(False)
options = {}
if size > 1 and way == "replicas":
    options["mesh"] = init_device_mesh("cpu", (2, size // 2), mesh_dim_names=("replicate", "shard"))
elif size > 1 and way == "layers":
    grid = init_device_mesh("cpu", (size // 2, 2), mesh_dim_names=("dp", "tp"))
    options["mesh"] = grid["dp"]
    for block in model.blocks:
        parallelize_module(block, grid["tp"], {"up": ColwiseParallel(), "down": RowwiseParallel()})
if way == "mixed":
    options["mp_policy"] = MixedPrecisionPolicy(torch.bfloat16, torch.float32)
if way == "keep":
    options["reshard_after_forward"] = False
if size > 1:
    total = sum(p.numel() for p in model.parameters())
    for block in model.blocks:
        fully_shard(block, **options)
    if way == "mixed":
        options["mp_policy"] = MixedPrecisionPolicy(torch.bfloat16, torch.float32, torch.float32)
    fully_shard(model, **options)
    assert isinstance(model, FSDPModule) and type(model).__name__ == "FSDPModel" and isinstance(model, Model)
    assert all(isinstance(p, DTensor) for p in model.parameters()) and model.head.weight is model.words.weight
    assert model.words.weight.placements[-1] == Shard(0)
    assert sum(p.numel() for p in model.parameters()) == total
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
torch.manual_seed(7)
parts = size // 2 if way == "layers" and size > 1 else size
place = rank // 2 if way == "layers" and size > 1 else rank
mine = slice(place * BATCH // parts, (place + 1) * BATCH // parts)
losses, norms = [], []


def loss_of(words):
    return F.cross_entropy(model(words[:, :-1]).flatten(0, 1), words[:, 1:].flatten())


def fails(function):
    try:
        function()
    except (IndexError, RuntimeError, ArithmeticError):
        return
    raise AssertionError("it did not fail")


def stop(grad):
    raise ArithmeticError("in backward")


if way in ("plain", "keep"):  # what fails leaves nothing behind
    fails(lambda: model(torch.full((2, 3), WORDS + 1)))
    found = model(torch.zeros((2, 3), dtype=torch.int64))
    found.register_hook(stop)
    fails(found.sum().backward)

for _ in range(5):
    words = torch.randint(0, WORDS, (BATCH, LENGTH + 1))[mine]
    optimizer.zero_grad()
    if way == "accumulate":
        halves = words.chunk(2)
        if size > 1:
            model.set_requires_gradient_sync(False)
        first = loss_of(halves[0]) / 2
        first.backward()
        if size > 1:
            assert all(p.grad is None for p in model.parameters())
            model.set_requires_gradient_sync(True)
        loss = loss_of(halves[1]) / 2
        loss.backward()
        loss = loss + first
    else:
        loss = loss_of(words)
        loss.backward()
    if size > 1:
        assert all(isinstance(p, DTensor) for p in model.parameters())
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # over two meshes if some layers are cut
    norms.append((norm.full_tensor() if isinstance(norm, DTensor) else norm).item())
    optimizer.step()
    whole = loss.detach().clone()
    dist.all_reduce(whole, dist.ReduceOp.AVG)
    losses.append(whole.item())
    assert model.unused.weight.grad is None and model.blocks[0].first.weight.grad is None
with torch.no_grad():
    last = loss_of(torch.randint(0, WORDS, (BATCH, LENGTH + 1))).item()
state = model.state_dict()
assert (size == 1) or all(isinstance(v, DTensor) for v in state.values())
# a bias of keys has no gradient but for rounding, which AdamW makes steps of
compared = [v for name, v in state.items() if not name.endswith("qkv.bias")]
checks = [(v.full_tensor() if size > 1 else v).double().sum().item() for v in compared]
print(json.dumps({"losses": losses, "norms": norms, "last": last, "checks": checks}))
dist.destroy_process_group()
