"""GPT-2 124M in bfloat16 by DistributedDataParallel over NCCL, a process per GPU, beside PyTorch's and one GPU in one run.

    python bench/ddp_gpt.py --out bench/results/ddp_gpt_h200.json

Every GPU has the same batch size in all. Tokens per second are of all GPUs, of the slowest process; each is the median of the
steps after the first few. `--cpu` runs a small model on two processes over gloo, to try the script.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from fabric_gpt import train
from process_groups import SIDES, free_port


def one_process(framework: str, args: argparse.Namespace) -> dict[str, Any]:
    sys.argv = [sys.argv[0], "--framework", "torch" if framework == "pytorch" else framework]  # which gpt.py reads
    gpt = importlib.import_module("gpt")
    torch = importlib.import_module(SIDES[framework])
    dist = importlib.import_module(SIDES[framework] + ".distributed")
    rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    device = "cpu" if args.cpu else f"cuda:{rank}"
    if not args.cpu:
        torch.cuda.set_device(rank)
    dist.init_process_group("gloo" if args.cpu else "nccl")

    def prepare(model: Any) -> Any:
        if world == 1:
            return model
        ids = None if args.cpu else [rank]
        return torch.nn.parallel.DistributedDataParallel(model, device_ids=ids, gradient_as_bucket_view=True)

    wait = (lambda: None) if args.cpu else torch.cuda.synchronize
    speed, losses = train(torch, gpt, args, 1, prepare, wait, device)
    dist.destroy_process_group()
    return {"tokens_per_second": speed * world, "losses": losses}


def all_processes(framework: str, world: int, args: argparse.Namespace) -> dict[str, Any]:
    """The slowest process's figures."""
    options = [
        "--one",
        framework,
        "--steps",
        str(args.steps),
        "--batch",
        str(args.batch),
        *(["--cpu"] if args.cpu else []),
    ]
    common = {**os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "WORLD_SIZE": str(world)}
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, *options], env={**common, "RANK": str(rank)}, stdout=subprocess.PIPE, text=True
        )
        for rank in range(world)
    ]
    found = [json.loads(p.communicate(timeout=600)[0].strip().splitlines()[-1]) for p in processes]
    slowest: dict[str, Any] = min(found, key=lambda one: one["tokens_per_second"])
    return slowest


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--one", choices=SIDES)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(one_process(args.one, args)), flush=True)
        return
    record: dict[str, Any] = {"batch": args.batch, "steps": args.steps}
    world = 2
    if not args.cpu:
        import torch

        world = torch.cuda.device_count()
        record |= {"gpu": torch.cuda.get_device_name(0), "gpus": world, "torch": torch.__version__}
    for framework in SIDES:
        for count in (1, world):
            record[f"{framework} on {count}"] = found = all_processes(framework, count, args)
            print(f"{framework:12} on {count} {found['tokens_per_second']:12.0f} tokens/s", flush=True)
    ours, theirs = (record[f"{side} on {world}"]["tokens_per_second"] for side in ("vibetensor", "pytorch"))
    record["over_pytorch"] = ours / theirs
    record["over_one_gpu"] = ours / record["vibetensor on 1"]["tokens_per_second"]
    print(f"{record['over_pytorch']:.2f} of PyTorch's, {record['over_one_gpu']:.2f} of one")
    if args.out:
        args.out.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
