"""Sample rows of the registry on DTensors of all processes, as tests/python/fabric has them on a mesh of devices.

argv: which rows: from one number to another, in steps. Prints how many values were compared, and what failed.
"""

import json
import sys
import warnings
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE), str(HERE / "fabric")]

import test_fabric_ops as rows  # noqa: E402
import vibetensor.torch.distributed as dist  # noqa: E402
from op_checks import our_function  # noqa: E402
from vibetensor import fabric  # noqa: E402

warnings.simplefilter("ignore")
dist.init_process_group("gloo", timeout=timedelta(seconds=20))
mesh = fabric.Mesh.numbered(dist.init_device_mesh("cpu", (dist.get_world_size(),))._id())
first, last, step = map(int, sys.argv[1:4])
compared, failures = 0, []
for sample in rows.SAMPLES[first:last:step]:
    try:
        compared += sum(
            rows.check_call(sample, call, our_function(sample), mesh, sample.grad, False) for call in sample.calls
        )
    except Exception as error:
        failures.append(f"{sample.op}: {str(error)[:400]}")
        if "timed out" in str(error) or "failed before" in str(error):
            break
print(json.dumps({"compared": compared, "failures": failures, "rows": len(rows.SAMPLES)}))
