"""GPT-2 124M in bfloat16 on all GPUs by the fabric's data parallel, beside one GPU and beside PyTorch's DDP in one run.

    python bench/fabric_gpt.py --out bench/results/fabric_gpt_h200.json

Every GPU has the same batch in all three. Tokens per second are of all GPUs; each is the median of the steps after the
first few. DDP runs in a process per GPU. Without GPUs, `--cpu` runs a small model on two virtual members, to try the script.
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


def train(torch: Any, gpt: Any, args: argparse.Namespace, members: int, prepare: Any, wait: Any, device: str) -> Any:
    """(tokens per second, the losses)"""
    sizes = config_of(args)
    config = gpt.Config(steps=args.steps, lr=6e-4, warmup=1, **sizes)
    torch.manual_seed(0)
    model = prepare(gpt.GPT(config).to(device))
    optimizer = torch.optim.AdamW(model.parameters(), lr=6e-4, fused=device != "cpu")
    generator = torch.Generator().manual_seed(1)
    batch = sizes["batch"] * members
    text = torch.randint(sizes["vocab"], (batch, sizes["context"] + 1), generator=generator).to(device)
    inputs, targets = text[:, :-1].contiguous(), text[:, 1:].contiguous()
    autocast = contextlib.nullcontext() if args.cpu else torch.autocast("cuda", dtype=torch.bfloat16)
    losses, seconds = [], []
    for _ in range(args.steps):
        wait()
        start = time.perf_counter()
        with autocast:
            logits = model(inputs)
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        wait()
        seconds.append(time.perf_counter() - start)
        losses.append(loss.detach())
    return batch * sizes["context"] / statistics.median(seconds[3:]), [float(v) for v in losses]


def ours(args: argparse.Namespace, members: int) -> Any:
    import gpt
    import vibetensor.torch as torch
    from vibetensor import fabric

    if args.cpu:
        mesh = fabric.Mesh(["cpu"] * members)
        return train(torch, gpt, args, members, lambda m: fabric.data_parallel(m, mesh), lambda: None, "cpu")

    def wait() -> None:
        for i in range(members):
            torch.cuda.synchronize(i)

    def prepare(model: Any) -> Any:
        return model if members == 1 else fabric.data_parallel(model, fabric.Mesh(members))

    return train(torch, gpt, args, members, prepare, wait, "cuda")


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
    parser.add_argument("--steps", type=int, default=15)
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
    one, _ = ours(args, 1)
    record["one_gpu_tokens_per_second"] = one
    print(f"one GPU             {one:12.0f} tokens/s", flush=True)
    all_of_them, losses = ours(args, world)
    record |= {"fabric_tokens_per_second": all_of_them, "fabric_over_one": all_of_them / one, "losses": losses}
    print(f"fabric on {world}         {all_of_them:12.0f} tokens/s, {all_of_them / one:.2f} of one", flush=True)
    if not args.cpu:
        theirs = ddp(args, world)
        record |= {"ddp_tokens_per_second": theirs, "fabric_over_ddp": all_of_them / theirs}
        print(
            f"PyTorch DDP on {world}    {theirs:12.0f} tokens/s; the fabric {all_of_them / theirs:.2f} of it",
            flush=True,
        )
    if args.out:
        args.out.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
