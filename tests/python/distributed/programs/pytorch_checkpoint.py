"""PyTorch's processes write a checkpoint of DTensors and other values."""

import sys

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import Replicate, Shard, distribute_tensor

dist.init_process_group("gloo")
mesh = init_device_mesh("cpu", (dist.get_world_size(),))
tensor = torch.arange(35, dtype=torch.float32).reshape(7, 5)
state = {
    "rows": distribute_tensor(tensor, mesh, [Shard(0)]),
    "columns": distribute_tensor(tensor.double(), mesh, [Shard(1)]),
    "everywhere": distribute_tensor(tensor[0].bfloat16(), mesh, [Replicate()]),
    "plain": {"t": tensor.to(torch.int64), "text": "words", "numbers": [1, 2.5]},
}
dcp.save(state, checkpoint_id=sys.argv[1])
dist.destroy_process_group()
print("{}")
