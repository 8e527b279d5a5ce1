"""Running means under DistributedDataParallel: after a step of other inputs in each process, at the next evaluation."""

import json

import vibetensor.torch as torch
from vibetensor.torch import distributed

distributed.init_process_group("gloo")
model = torch.nn.parallel.DistributedDataParallel(torch.nn.BatchNorm1d(2))
model(torch.full((4, 2), 1.5 + 15.0 * distributed.get_rank())).sum().backward()
after_step = model.module.running_mean.tolist()
model.eval()
with torch.no_grad():
    model(torch.ones(4, 2))
print(json.dumps({"after_step": after_step, "evaluated": model.module.running_mean.tolist()}))
distributed.destroy_process_group()
