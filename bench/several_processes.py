"""Training a decoder by DistributedDataParallel and by fully_shard on several processes, beside PyTorch.

    python bench/several_processes.py --out bench/results/several_processes_cpu.json
    python bench/several_processes.py --device cuda --model gpt2 --batch 16 --out bench/results/several_processes_h200.json

A way of training runs as `--processes` processes of each framework in turns, and as one process; tokens per second are
those of all processes together, the median over rounds. Parameters begin alike, so losses of both sides can be
compared: their largest distance is in the file. On CUDA autocast to bfloat16 and the backend "nccl", one GPU for each.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from decoder import Shape, build
from process_groups import SIDES, free_port
from side_by_side import processor

SHAPES = {
    "tiny": Shape(dim=128, heads=4, layers=4, context=64, vocabulary=512),
    "gpt2": Shape(dim=768, heads=12, layers=12, context=1024, vocabulary=50304),
}
WAYS = ("one", "ddp", "fully_shard")


def losses_and_speed(args: argparse.Namespace) -> dict[str, Any]:
    torch: Any = importlib.import_module(SIDES[args.framework])
    dist = importlib.import_module(SIDES[args.framework] + ".distributed")
    on_gpu = args.device == "cuda"
    rank = int(os.environ.get("RANK", "0"))
    if on_gpu:
        torch.cuda.set_device(rank)
    else:
        torch.set_num_threads(1)
    shape = SHAPES[args.model]
    torch.manual_seed(0)
    model = build(torch, shape).to(args.device)
    if args.way != "one":
        dist.init_process_group("nccl" if on_gpu else "gloo")
    if args.way == "ddp":
        model = torch.nn.parallel.DistributedDataParallel(model)
    elif args.way == "fully_shard":
        fsdp = importlib.import_module(SIDES[args.framework] + ".distributed.fsdp")
        policy = fsdp.MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32) if on_gpu else None
        options = {} if policy is None else {"mp_policy": policy}
        for block in model.blocks:
            fsdp.fully_shard(block, **options)
        fsdp.fully_shard(model, **options)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    generator = torch.Generator().manual_seed(1 + rank)
    tokens = torch.randint(0, shape.vocabulary, (args.batch, shape.context + 1), generator=generator).to(args.device)
    autocast = (
        torch.autocast("cuda", torch.bfloat16) if on_gpu and args.way != "fully_shard" else contextlib.nullcontext()
    )
    losses = []

    def step() -> Any:
        with autocast:
            logits = model(tokens[:, :-1])
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    for _ in range(args.warmup):
        losses.append(step().item())
    begin = time.perf_counter()
    last = [step().detach() for _ in range(args.steps)]
    if on_gpu:
        torch.cuda.synchronize()
    seconds = time.perf_counter() - begin
    losses += [loss.item() for loss in last]
    if args.way != "one":
        dist.destroy_process_group()
    return {"tokens_per_second": args.batch * shape.context * args.steps / seconds, "losses": losses}


def run(args: argparse.Namespace, framework: str, way: str) -> dict[str, Any]:
    """What all processes of one framework found in one way: the sum of their tokens, the first one's losses."""
    count = 1 if way == "one" else args.processes
    port = str(free_port())
    processes = [
        subprocess.Popen(
            [
                sys.executable, __file__, "--framework", framework, "--way", way, "--device", args.device, "--model", args.model,
                "--batch", str(args.batch), "--steps", str(args.steps), "--warmup", str(args.warmup),
            ],
            env={
                **os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": str(count), "RANK": str(rank),
                "LOCAL_RANK": str(rank), "OMP_NUM_THREADS": "1",
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in range(count)
    ]  # fmt: skip
    found = [json.loads(p.communicate(timeout=600)[0].strip().splitlines()[-1]) for p in processes]
    slowest = min(one["tokens_per_second"] for one in found)
    return {"tokens_per_second": slowest * count, "losses": found[0]["losses"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--model", default="tiny", choices=SHAPES)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--batch", type=int, default=8, help="sequences of each process")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--framework", choices=SIDES, help="one process of one framework")
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    if args.framework:
        print(json.dumps(losses_and_speed(args)), flush=True)
        return
    table: dict[str, Any] = {}
    for way in WAYS:
        rounds: dict[str, list[dict[str, Any]]] = {framework: [] for framework in SIDES}
        for _ in range(args.rounds):
            for framework in SIDES:
                rounds[framework].append(run(args, framework, way))
        row: dict[str, Any] = {
            framework: statistics.median(r["tokens_per_second"] for r in found) for framework, found in rounds.items()
        }
        row["ratio"] = row["vibetensor"] / row["pytorch"]
        pairs = zip(rounds["vibetensor"][0]["losses"], rounds["pytorch"][0]["losses"], strict=True)
        row["largest_distance_of_losses"] = max(abs(a - b) for a, b in pairs)
        if way != "one":
            row["times_one_process"] = row["vibetensor"] / table["one"]["vibetensor"]
        table[way] = row
        print(way, json.dumps(row))
    if args.out:
        about: dict[str, Any] = {
            "processor": processor(),
            "processes": args.processes,
            "model": args.model,
            "batch": args.batch,
        }
        if args.device == "cuda":
            import torch

            about["gpu"] = torch.cuda.get_device_name()
        args.out.write_text(json.dumps({**about, "tokens_per_second": table}, indent=2) + "\n")


if __name__ == "__main__":
    main()
