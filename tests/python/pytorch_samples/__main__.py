"""Run PyTorch's own samples of ops, layers and optimizers here and beside PyTorch, and write docs/opinfo.md.

    python -m pytorch_samples                     # all of them; status 1 if any that was whole is so no longer
    python -m pytorch_samples --only add cumsum   # these; prints what failed, and with --write renews them in the page
    python -m pytorch_samples --device cuda       # ours on the GPU, PyTorch on the CPU; --json says where it goes
    python -m pytorch_samples --check             # runs nothing: is the page what docs/opinfo.json makes?

`make opinfo` is the first of these. Each process takes a part of the samples; one that dies is followed by another behind
the op that it died with, and so is one that hangs.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pytorch_samples import report

SECONDS = 180  # that one op may take


def runs(device: str) -> dict[str, tuple[list[str], Callable[[str], dict[str, Any]]]]:
    """By kind: the names, and what runs one of them."""
    from pytorch_samples import layers, ops, optimizers

    return {
        "ops": (list(ops.infos()), lambda name: ops.run_op(name, device)),
        "layers": (list(layers.infos()), layers.run_layer),
        "optimizers": (list(optimizers.infos()), optimizers.run_optimizer),
    }


def worker(kind: str, device: str) -> None:
    """Returns None; runs the names on standard input, each answered by a line of JSON."""
    import torch
    import vibetensor.torch as vt

    torch.set_num_threads(1)
    vt.set_num_threads(1)
    run = runs(device)[kind][1]
    for name in sys.stdin.read().split():
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        print(json.dumps([name, run(name)]), flush=True)
        faulthandler.cancel_dump_traceback_later()


def results_of(kind: str, names: list[str], device: str) -> dict[str, dict[str, Any]]:
    """The results of these names, from processes of their own."""
    found: dict[str, dict[str, Any]] = {}
    command = [sys.executable, "-m", "pytorch_samples", "--worker", kind, "--device", device]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    left = names
    while left:
        done = subprocess.run(command, input=" ".join(left), capture_output=True, text=True, env=environment)
        lines = [line for line in done.stdout.splitlines() if line.startswith('["')]
        found.update(map(json.loads, lines))
        left = [name for name in left if name not in found]
        if left:
            why = "takes too long" if "Timeout" in done.stderr else f"the process ended with {done.returncode}"
            found[left[0]] = {"samples": 0, "compared": 0, "failed": 1, "kind": "crash", "reason": why}
            print(f"{kind} {left[0]}: {why}\n{done.stderr[-2000:]}", file=sys.stderr)
            left = left[1:]
    return found


def run_all(device: str, jobs: int, only: list[str]) -> dict[str, Any]:
    """Everything, or what `only` names, as docs/opinfo.json has it."""
    import torch

    found: dict[str, Any] = {"torch": torch.__version__.partition("+")[0]}
    for kind, (names, _) in runs(device).items():
        chosen = [name for name in names if not only or name in only or name.split(".")[-1] in only]
        if device != "cpu" and kind != "ops":
            continue
        parts = [chosen[i::jobs] for i in range(jobs)]
        with ThreadPoolExecutor(jobs) as pool:
            results = [
                result
                for part in pool.map(lambda p, k=kind: results_of(k, p, device), parts)
                for result in part.items()
            ]
        found[kind] = dict(sorted(results))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], help="names, or their last parts")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, help="write the results there")
    parser.add_argument(
        "--write", action="store_true", help="with --only: renew these in docs/opinfo.json and the page"
    )
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--worker", choices=["ops", "layers", "optimizers"], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        worker(args.worker, args.device)
        return 0
    if args.check:
        return 0 if report.page_is_current() else 1
    results = run_all(args.device, args.jobs, args.only)
    for line in report.summary(results):
        print(line)
    if args.json:
        args.json.write_text(report.as_json(results))
    if args.device != "cpu" or (args.only and not args.write):
        return 0
    lost = report.lost(results)
    report.write(report.renewed(results) if args.only else results)
    for line in lost:
        print(f"was whole: {line}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
