"""Where the time of a training step on a GPU goes, by kernel, as our profiler sees it, or PyTorch's.

    python bench/profile_step.py gpt2 --out bench/results/profile_gpt2_h200.json

The step is one of bench/graph_step.py's workloads, run eagerly on VibeTensor, or with --framework torch on PyTorch. Times
are microseconds of a step. With --profiler pytorch the real PyTorch records our kernels, as a check on ours: both ask CUPTI.
With --graphed PyTorch's profiler sees the kernels of the replay of vibetensor.graph_step's recording, which is one event in
ours.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import graph_step
import torch as reference
import vibetensor
import vibetensor.torch as ours

STEPS = 2


PROFILERS = {"vibetensor": ours.profiler, "pytorch": reference.profiler}


def kernels(workload: str, by: str, framework: str, graphed: bool, trace: Path | None) -> list[dict[str, object]]:
    """Name, launches and microseconds per step, the most expensive first. All events go to the file `trace`."""
    work = graph_step.Workload(workload, framework, capturable=True)
    step = vibetensor.graph_step(work.step) if graphed else work.step
    x, y = work.next()
    for _ in range(5):
        step(x, y)
    work.torch.cuda.synchronize()
    profiler = PROFILERS[by]
    with profiler.profile(activities=[profiler.ProfilerActivity.CUDA]) as seen:
        for _ in range(STEPS):
            step(x, y)
        work.torch.cuda.synchronize()
    if trace is not None:
        seen.export_chrome_trace(str(trace))
    total: dict[str, list[float]] = {}
    for event in seen.events():
        if str(event.device_type).endswith("CUDA"):
            entry = total.setdefault(event.name, [0, 0.0])
            entry[0] += 1
            entry[1] += event.time_range.elapsed_us()
    rows = [
        {"kernel": name[:150], "launches": count / STEPS, "us": round(us / STEPS, 1)}
        for name, (count, us) in total.items()
    ]
    return sorted(rows, key=lambda row: -row["us"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=graph_step.WORKLOADS)
    parser.add_argument("--profiler", choices=PROFILERS, default="vibetensor")
    parser.add_argument("--framework", choices=["vibetensor", "torch"], default="vibetensor")
    parser.add_argument("--graphed", action="store_true", help="the step of vibetensor.graph_step")
    parser.add_argument("--trace", type=Path, help="where to write all events, for Perfetto")
    parser.add_argument("--out", type=Path, help="where to write the figures as JSON")
    arguments = parser.parse_args()
    ours_alone = arguments.framework == "vibetensor" and not arguments.graphed  # a replay is one event there
    by = arguments.profiler if ours_alone else "pytorch"
    rows = kernels(arguments.workload, by, arguments.framework, arguments.graphed, arguments.trace)
    for row in rows:
        print(f"{row['us']:9.1f} us {row['launches']:6.1f}x  {row['kernel']}")
    if arguments.out:
        device = reference.cuda.get_device_name()
        report = {"what": f"kernels of a step of {arguments.workload}", "device": device, "rows": rows}
        arguments.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
