"""Reads PyTorch's checkpoint with other cuts, and writes one for it; prints what was not a tensor."""

import json
import sys

import vibetensor.torch as torch
import vibetensor.torch.distributed as dist
import vibetensor.torch.distributed.checkpoint as dcp
from vibetensor.torch.distributed import init_device_mesh
from vibetensor.torch.distributed.tensor import Replicate, Shard, distribute_tensor, zeros

dist.init_process_group("gloo")
size = dist.get_world_size()
mesh = init_device_mesh("cpu", (size,))
tensor = torch.arange(35, dtype=torch.float32).reshape(7, 5)
state = {
    "rows": zeros(7, 5, device_mesh=mesh, placements=[Shard(1)]),
    "columns": zeros(7, 5, dtype=torch.float64, device_mesh=mesh, placements=[Shard(0)]),
    "everywhere": torch.zeros(5, dtype=torch.bfloat16),
    "plain": {"t": zeros(7, 5, dtype=torch.int64, device_mesh=mesh, placements=[Shard(0)]), "text": "", "numbers": []},
}
dcp.load(state, checkpoint_id=sys.argv[1])
for found in (state["rows"], state["columns"], state["plain"]["t"]):
    assert torch.equal(found.full_tensor(), tensor.to(found.dtype))
assert torch.equal(state["everywhere"], tensor[0].bfloat16())
mine = {
    "rows": distribute_tensor(tensor, mesh, [Shard(0)]),
    "half": distribute_tensor(tensor.half(), mesh, [Shard(1)]),
    "everywhere": distribute_tensor(tensor[0], mesh, [Replicate()]),
    "plain": {"t": tensor.to(torch.int64), "text": "words"},
}
dcp.save(mine, checkpoint_id=sys.argv[2])
print(json.dumps({"text": state["plain"]["text"], "numbers": state["plain"]["numbers"]}))
dist.destroy_process_group()
