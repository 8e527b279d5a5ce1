"""GPT-2 124M in bfloat16 on all GPUs by the fabric, beside one GPU and beside PyTorch's DDP in one run.

    python bench/fabric_gpt.py --out bench/results/fabric_gpt_h200.json

Every GPU has the same batch in all of them but in tensor parallel, whose batch is that of one GPU. Tokens per second are
of all GPUs; each is the median of the steps after the first few. "graphed" are steps by graph_step. DDP runs in a process
per GPU. The losses of one GPU with the batch of all stand beside those of data parallel. Without GPUs, `--cpu` runs a
small model on two virtual members, to try the script.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples"))


def config_of(args: argparse.Namespace) -> dict[str, Any]:
    if args.cpu:
        return {"layers": 2, "heads": 2, "dim": 32, "context": 16, "batch": 2, "vocab": 64}
    return {"layers": 12, "heads": 12, "dim": 768, "context": 1024, "batch": args.batch, "vocab": 50304}


def train(
    torch: Any,
    gpt: Any,
    args: argparse.Namespace,
    shares: int,
    prepare: Any,
    wait: Any,
    device: str,
    graphed: bool = False,
) -> Any:
    """(tokens per second, the losses), with `shares` times the batch of one GPU."""
    sizes = config_of(args)
    config = gpt.Config(steps=args.steps, lr=6e-4, warmup=1, **sizes)
    torch.manual_seed(0)
    model = prepare(gpt.GPT(config).to(device))
    optimizer = torch.optim.AdamW(model.parameters(), lr=6e-4, fused=device != "cpu")
    generator = torch.Generator().manual_seed(1)
    batch = sizes["batch"] * shares
    text = torch.randint(sizes["vocab"], (batch, sizes["context"] + 1), generator=generator).to(device)
    inputs, targets = text[:, :-1].contiguous(), text[:, 1:].contiguous()

    def step(inputs: Any, targets: Any) -> Any:
        autocast = contextlib.nullcontext() if args.cpu else torch.autocast("cuda", dtype=torch.bfloat16)
        with autocast:
            logits = model(inputs)
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss.detach()

    run = step
    if graphed:
        from vibetensor import graph_step

        run = graph_step(step)
    losses, seconds = [], []
    for _ in range(args.steps):
        wait()
        start = time.perf_counter()
        loss = run(inputs, targets)
        wait()
        seconds.append(time.perf_counter() - start)
        losses.append(float(loss))
    if graphed and run.reason is not None:
        raise RuntimeError(f"the step was not captured: {run.reason}")
    return batch * sizes["context"] / statistics.median(seconds[5:]), losses


WAYS = ("one", "one_with_the_batch_of_all", "data", "tensor")


def ours(args: argparse.Namespace, way: str, members: int, graphed: bool = False) -> Any:
    import gpt
    import vibetensor.torch as torch
    from gpt_fabric import PLAN
    from vibetensor import fabric

    mesh = fabric.Mesh(["cpu"] * members if args.cpu else members)

    def wait() -> None:
        for i in range(0 if args.cpu else members):
            torch.cuda.synchronize(i)

    def prepare(model: Any) -> Any:
        if way == "data":
            return fabric.data_parallel(model, mesh)
        return fabric.parallelize(model, PLAN, mesh) if way == "tensor" else model

    shares = members if way in ("data", "one_with_the_batch_of_all") else 1
    found = train(torch, gpt, args, shares, prepare, wait, "cpu" if args.cpu else "cuda", graphed)
    if not args.cpu:
        torch.cuda.empty_cache()
    return found


def ddp_worker(rank: int, world: int, args: argparse.Namespace, results: Any) -> None:
    import os

    sys.argv = [sys.argv[0], "--framework", "torch"]  # which gpt.py reads
    import gpt
    import torch
    import torch.distributed as dist
    from torch.nn.parallel import DistributedDataParallel

    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29512", NCCL_NVLS_ENABLE="0")
    torch.cuda.set_device(rank)
    dist.init_process_group("nccl", rank=rank, world_size=world)

    def prepare(model: Any) -> Any:
        return DistributedDataParallel(model, device_ids=[rank], gradient_as_bucket_view=True)

    speed, _ = train(torch, gpt, args, 1, prepare, torch.cuda.synchronize, f"cuda:{rank}")
    if rank == 0:
        results["ddp"] = speed * world
    dist.destroy_process_group()


def ddp(args: argparse.Namespace, world: int) -> float:
    import torch.multiprocessing as mp

    with mp.Manager() as manager:
        results = manager.dict()
        mp.spawn(ddp_worker, args=(world, args, results), nprocs=world)
        return float(results["ddp"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--cpu", action="store_true")
    args = parser.parse_args()
    sys.argv = sys.argv[:1]
    record: dict[str, Any] = {"batch": args.batch, "steps": args.steps}
    world = 2
    if not args.cpu:
        import torch

        world = torch.cuda.device_count()
        record |= {"gpu": torch.cuda.get_device_name(0), "gpus": world, "torch": torch.__version__}

    def note(name: str, speed: float, losses: list[float]) -> None:
        record[f"{name}_tokens_per_second"] = speed
        record[f"{name}_losses"] = losses
        print(f"{name:<34}{speed:12.0f} tokens/s, loss {losses[0]:.4f} to {losses[-1]:.4f}", flush=True)
        if args.out:
            args.out.write_text(json.dumps(record, indent=1) + "\n")

    for graphed in (False,) if args.cpu else (False, True):
        for way in WAYS:
            name = way + ("_graphed" if graphed else "")
            try:
                note(name, *ours(args, way, world, graphed))
            except Exception as error:
                if args.cpu:
                    raise
                record[f"{name}_error"] = str(error).splitlines()[0]
                print(f"{name}: {error}", flush=True)
    if not args.cpu:
        theirs = ddp(args, world)
        record["ddp_tokens_per_second"] = theirs
        print(f"{'PyTorch DDP':<34}{theirs:12.0f} tokens/s", flush=True)
        for way in ("data", "data_graphed"):
            if f"{way}_tokens_per_second" in record:
                speed = record[f"{way}_tokens_per_second"]
                record[f"{way}_over_ddp"] = speed / theirs
                one = record[way.replace("data", "one") + "_tokens_per_second"]
                record[f"{way}_over_one"] = speed / one
                print(f"{way}: {speed / theirs:.2f} of DDP, {speed / one:.2f} of one GPU")
    if args.out:
        args.out.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
