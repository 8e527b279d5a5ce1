"""Process 1 does not do what the others do; process 0 says what it heard of it."""

import json
import os
import sys
import time
from datetime import timedelta

import vibetensor.torch as torch
import vibetensor.torch.distributed as dist

way = sys.argv[1]
dist.init_process_group("gloo", timeout=timedelta(seconds=2 if way == "slow" else 20))
rank = dist.get_rank()
dist.all_reduce(torch.ones(4))
if rank == 1:
    if way == "killed":
        os._exit(0)
    if way == "slow":
        time.sleep(6)
        os._exit(0)
begin = time.monotonic()
error = None
try:
    if way == "other" and rank == 1:
        dist.broadcast(torch.ones(4), 0)
    elif way == "size" and rank == 1:
        dist.all_reduce(torch.ones(5))
    elif way == "dtype" and rank == 1:
        dist.all_reduce(torch.ones(4, dtype=torch.int32))
    else:
        dist.all_reduce(torch.ones(4))
except dist.DistBackendError as caught:
    error = str(caught)
again = None
try:
    dist.barrier()
except dist.DistBackendError as caught:
    again = str(caught)
print(json.dumps({"error": error, "again": again, "seconds": time.monotonic() - begin}), flush=True)
os._exit(0)
