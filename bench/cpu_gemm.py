"""Matrix products on the CPU beside OpenBLAS's (NumPy's), PyTorch's and oneDNN's (inside PyTorch), in GFLOP/s.

    python bench/cpu_gemm.py [--threads 1 2] [--budget 0.6] [--only REGEX] [--dtypes float32 ...] [--libraries ...]

Square products, linear layers (the weight transposed, as nn.Linear keeps it), gradients of a small GPT's linear layers,
batched attention products, and long, wide, flat and small shapes in all four orders: "tn" has A transposed, as the
gradient of a weight. Writes bench/results/cpu_gemm.json (or --name, for another make of processor) after each case; a run
of some cases, or one that is cut short, replaces only their rows. Rows in which we are below --bar of the best of the
others are listed at the end.

Each library runs in a process of its own, and they take turns: OpenBLAS's and PyTorch's idle threads spin for a while
after a product, so that in one process they would take the cores from whoever comes next. The fastest run counts. On
one thread its time is the thread's own on a processor, which leaves out what other processes took.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from importlib.metadata import version

import gemm_cases
import numpy as np
import side_by_side

SETTLE = 0.05  # seconds between turns: OpenBLAS's threads spin for about half of it, others for less


class Worker:
    """A process that times one library."""

    def __init__(self, library: str, threads: int) -> None:
        environment = dict(os.environ, OPENBLAS_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
        environment.pop("OPENBLAS_CORETYPE", None)  # OpenBLAS shall pick its best kernel
        command = [sys.executable, __file__, "--worker", library, "--threads", str(threads)]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, case: int, seconds: float) -> float | None:
        """The fastest run of a case in seconds, None if the library has no such product."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(case, seconds, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.process.args} ended")
        return json.loads(answer)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def serve(library: str, threads: int) -> None:
    """A worker's life: a case's number and seconds come in, the fastest run goes out."""
    product_of = gemm_cases.prepare(library, threads)
    cases = list(gemm_cases.all_cases())
    current, run = -1, None
    clock = time.thread_time if threads == 1 else time.perf_counter
    for line in sys.stdin:
        case, seconds = line.split()
        if int(case) != current:
            current, run = int(case), product_of(cases[int(case)])
        best = side_by_side.best_seconds({library: run}, float(seconds), clock)[library] if run else None
        print(json.dumps(best), flush=True)


def measure(workers: dict[str, Worker], case: int, budget: float, turns: int) -> dict[str, float | None]:
    best: dict[str, float | None] = dict.fromkeys(workers)
    for _ in range(turns):
        for library, worker in workers.items():
            time.sleep(SETTLE)
            seconds = worker.ask(case, budget / turns)
            if seconds is not None:
                best[library] = min(seconds, best[library] or seconds)
    return best


def row_of(case: gemm_cases.Case, threads: int, best: dict[str, float | None]) -> dict[str, object]:
    row: dict[str, object] = {"case": case.name, "dtype": case.dtype, "threads": threads}
    for library, seconds in best.items():
        row[f"{library}_gflops"] = round(case.gflop / seconds, 1) if seconds else None
    ours = best.get("vibetensor")
    for library, seconds in best.items():
        if library != "vibetensor":
            row[f"over_{library}"] = round(seconds / ours, 3) if seconds and ours else None
    others = [seconds for library, seconds in best.items() if library != "vibetensor" and seconds]
    row["over_best"] = round(min(others) / ours, 3) if others and ours else None
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, len(os.sched_getaffinity(0))])
    parser.add_argument("--budget", type=float, default=0.6, help="seconds per case and library")
    parser.add_argument("--name", default="cpu_gemm", help="of the file in bench/results")
    parser.add_argument("--turns", type=int, default=4, help="that the libraries take in them")
    parser.add_argument("--bar", type=float, default=0.95, help="the share of the best library's speed to reach")
    parser.add_argument("--only", default="", help="a regular expression that a case's name has to match somewhere")
    parser.add_argument("--dtypes", nargs="+", default=["float32", "float64", "bfloat16", "float16"])
    parser.add_argument("--libraries", nargs="+", choices=gemm_cases.LIBRARIES, default=gemm_cases.LIBRARIES)
    parser.add_argument("--worker", choices=gemm_cases.LIBRARIES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return serve(arguments.worker, arguments.threads[0])

    chosen = [
        (index, case)
        for index, case in enumerate(gemm_cases.all_cases())
        if re.search(arguments.only, case.name) and case.dtype in arguments.dtypes
    ]
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    about = {"numpy": np.__version__, "blas": f"{blas['name']} {blas['version']}", "torch": version("torch")}
    results = side_by_side.Results(arguments.name, ("case", "dtype", "threads"), **about)
    rows = []
    for threads in sorted(set(arguments.threads)):
        workers = {library: Worker(library, threads) for library in arguments.libraries}
        for index, case in chosen:
            rows.append(row_of(case, threads, measure(workers, index, arguments.budget, arguments.turns)))
            results.add(rows[-1], printed=False)
        for worker in workers.values():
            worker.close()
    if not rows:
        parser.error("no case is left")
    side_by_side.show(rows)
    below = [row for row in rows if isinstance(row["over_best"], float) and row["over_best"] < arguments.bar]
    print(f"below {arguments.bar} of the best: {len(below)} of {len(rows)}")
    for row in below:
        print(f"  {row['case']}, {row['dtype']}, {row['threads']} threads: {row['over_best']}")


if __name__ == "__main__":
    main()
