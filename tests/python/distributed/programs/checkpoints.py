"""Trains a module that is cut; saves after three steps, or resumes there; prints the losses of the three steps that follow.

argv: "save" or "resume", a folder, and "bare" (the objects' own state dicts) or "helpers" (those by name).
"""

import json
import sys

import vibetensor.torch as torch
import vibetensor.torch.distributed as dist
import vibetensor.torch.distributed.checkpoint as dcp
from vibetensor.torch import nn
from vibetensor.torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_state_dict,
    set_model_state_dict,
    set_state_dict,
)
from vibetensor.torch.distributed.fsdp import fully_shard
from vibetensor.torch.distributed.tensor import DTensor

dist.init_process_group("gloo")
rank, size = dist.get_rank(), dist.get_world_size()
way, folder, kind = sys.argv[1:]
torch.manual_seed(0 if way == "save" else 1 + rank)
model = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 7), nn.BatchNorm1d(7, affine=False), nn.Linear(7, 3))
if size > 1:
    for layer in (model[0], model[2]):
        fully_shard(layer)
    fully_shard(model)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2 if way == "save" else 1.0)


class Progress:
    """Where a run is, and its random numbers."""

    def __init__(self):
        self.step, self.seen = 0, torch.zeros(2, dtype=torch.int64)

    def state_dict(self):
        return {"step": self.step, "seen": self.seen, "notes": ["a", {"b": torch.arange(self.step)}]}

    def load_state_dict(self, state):
        self.step, self.seen = state["step"], state["seen"]


progress = Progress()


def train(steps):
    losses = []
    for _ in range(steps):
        generator = torch.Generator().manual_seed(progress.step)
        data = torch.randn(12, 5, generator=generator)
        target = torch.randn(12, 3, generator=generator)
        loss = (
            (model.eval()(data) - target).pow(2).mean()
        )  # the whole batch everywhere: one number of processes is as another
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        progress.step += 1
        progress.seen += 12
        losses.append(loss.item())
    return losses


if way == "save":
    train(3)
else:
    progress.step = 3  # the tensor in the notes has this many elements
if kind == "bare":
    state = {"model": model, "progress": progress, "optimizer": {}}
    if way == "save":
        state["optimizer"] = optimizer.state_dict()
        dcp.save(state, checkpoint_id=folder)
    else:
        train_state, _ = get_state_dict(model, optimizer)  # the optimizer has something to be loaded into
        state["optimizer"] = optimizer.state_dict()
        dcp.load(state, checkpoint_id=folder)
        optimizer.load_state_dict(state["optimizer"])
else:
    model_state, optimizer_state = get_state_dict(model, optimizer)
    assert "0.weight" in optimizer_state["state"] and optimizer_state["param_groups"][0]["params"][0] == "0.weight"
    state = {"model": model_state, "optimizer": optimizer_state, "progress": progress}
    if way == "save":
        dcp.save(state, checkpoint_id=folder)
    else:
        dcp.load(state, checkpoint_id=folder)
        set_state_dict(model, optimizer, model_state_dict=state["model"], optim_state_dict=state["optimizer"])
assert optimizer.param_groups[0]["lr"] == 1e-2 and progress.step == 3
optimizer.zero_grad()
losses = train(3)
assert progress.seen.tolist() == [72, 72]

# whole tensors out of all processes and from the first into all
whole = get_model_state_dict(model, options=StateDictOptions(full_state_dict=True))
assert not any(isinstance(v, DTensor) for v in whole.values())
first = get_model_state_dict(model, options=StateDictOptions(full_state_dict=True, cpu_offload=True))
assert bool(first) == (rank == 0)
with torch.no_grad():
    for p in model.parameters():
        p.zero_()
set_model_state_dict(model, first, options=StateDictOptions(full_state_dict=True, broadcast_from_rank0=True))
again = get_model_state_dict(model, options=StateDictOptions(full_state_dict=True))
assert all(torch.equal(again[name], value) for name, value in whole.items())

if size > 1:  # a module that never was whole in one process
    with torch.device("meta"):
        empty = nn.Sequential(
            nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 7), nn.BatchNorm1d(7, affine=False), nn.Linear(7, 3)
        )
    fully_shard(empty, mesh=dist.init_device_mesh("cpu", (size,)))
    empty.to_empty(device="cpu")
    set_model_state_dict(empty, first, options=StateDictOptions(full_state_dict=True, broadcast_from_rank0=True))
    sample = torch.ones(2, 5)
    torch.testing.assert_close(empty.eval()(sample), model.eval()(sample))

failure = ""
try:
    dcp.load({"model": {"0.weight": torch.zeros(2, 2)}}, checkpoint_id=folder)
except (dcp.CheckpointException, ValueError) as error:
    failure = str(error)
print(json.dumps({"losses": losses, "failure": failure}))
dist.destroy_process_group()
