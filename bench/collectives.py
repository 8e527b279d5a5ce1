"""All-reduce over the GPUs of a machine: the fabric's, from one process, beside NCCL's as PyTorch calls it.

    python bench/collectives.py --out bench/results/collectives_h200.json

NCCL runs in a process per GPU, with the same sizes and dtype, before and in the same run. Times are medians, from Python
(eager) and of a replayed CUDA graph; bus bandwidth is 2 (n - 1) / n times the bytes over the time, as NCCL's tests have it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from functools import partial
from pathlib import Path
from typing import Any

SIZES = [1 << p for p in (10, 14, 16, 18, 20, 22, 24, 26, 28, 30)]
GRAPH_SIZES = [s for s in SIZES if s <= 1 << 24]
IN_GRAPH = 20


def repeats_of(size: int) -> tuple[int, int]:
    """(batches, calls in each)."""
    return (20, 50) if size <= 1 << 20 else (10, 10) if size <= 1 << 26 else (5, 5)


def timed(call: Any, wait: Any, size: int) -> float:
    """Median seconds of a call."""
    batches, calls = repeats_of(size)
    for _ in range(5):
        call()
    wait()
    times = []
    for _ in range(batches):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        wait()
        times.append((time.perf_counter() - start) / calls)
    return statistics.median(times)


def nccl_worker(rank: int, world: int, results: Any) -> None:
    import os

    import torch
    import torch.distributed as dist

    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29511", NCCL_NVLS_ENABLE="0")
    torch.cuda.set_device(rank)
    dist.init_process_group("nccl", rank=rank, world_size=world)
    for size in SIZES:
        data = torch.ones(size // 2, dtype=torch.bfloat16, device="cuda")
        seconds = timed(partial(dist.all_reduce, data), torch.cuda.synchronize, size)
        if rank == 0:
            results[("eager", size)] = seconds
        if size in GRAPH_SIZES:
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                for _ in range(IN_GRAPH):
                    dist.all_reduce(data)
            replayed = timed(graph.replay, torch.cuda.synchronize, size) / IN_GRAPH
            graph.reset()  # NCCL does not let go of a communicator that a graph holds
            if rank == 0:
                results[("graph", size)] = replayed
    dist.destroy_process_group()


def nccl(world: int) -> dict[tuple[str, int], float]:
    import torch.multiprocessing as mp

    with mp.Manager() as manager:
        results = manager.dict()
        mp.spawn(nccl_worker, args=(world, results), nprocs=world)
        return dict(results)


def ours(world: int) -> tuple[dict[tuple[str, int], float], list[dict[str, Any]]]:
    import os

    os.environ["NCCL_NVLS_ENABLE"] = "0"  # which is NVLink multicast
    import vibetensor.torch as torch
    from vibetensor import fabric

    found: dict[tuple[str, int], float] = {}

    def wait() -> None:
        for i in range(world):
            torch.cuda.synchronize(i)

    for size in SIZES:
        parts = [torch.ones(size // 2, dtype=torch.bfloat16, device=f"cuda:{i}") for i in range(world)]
        fabric.all_reduce(parts)
        for part in parts:
            assert bool((part == world).all()), f"{size} bytes: a wrong sum"
        for part in parts:
            part.zero_()
        found[("eager", size)] = timed(partial(fabric.all_reduce, parts), wait, size)
        if size in GRAPH_SIZES:
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                for _ in range(IN_GRAPH):
                    fabric.all_reduce(parts)
            found[("graph", size)] = timed(graph.replay, wait, size) / IN_GRAPH
    return found, fabric.measured_ways()


def plugin(world: int) -> dict[int, float]:
    """Seconds of the ring plugin by size; nothing where it was not built."""
    import vibetensor
    import vibetensor.torch as torch

    path = Path(__file__).resolve().parents[1] / "build" / "dev" / "plugins" / "ring_allreduce.so"
    if not path.exists():
        return {}
    vibetensor.load_plugin(str(path))

    def wait() -> None:
        for i in range(world):
            torch.cuda.synchronize(i)

    found = {}
    for size in SIZES:
        parts = [torch.ones(size // 2, dtype=torch.bfloat16, device=f"cuda:{i}") for i in range(world)]
        for total in torch.ops.ring_allreduce.all_reduce(parts):
            assert bool((total == world).all()), f"{size} bytes: a wrong sum of the plugin"
        found[size] = timed(lambda parts=parts: torch.ops.ring_allreduce.all_reduce(parts), wait, size)
    return found


def models(ways: list[dict[str, Any]], rows: list[dict[str, Any]], world: int) -> dict[str, Any]:
    """Cost models of our ways and of NCCL, fitted to all but the largest size: what they say of it, and of 8 and 64 GPUs."""
    from vibetensor.fabric import CostModel

    measured = {
        name: [(w["bytes"], w[f"{name}_us"]) for w in ways if f"{name}_us" in w] for name in ("lines", "shares")
    }
    measured["NCCL"] = [(r["bytes"], r["nccl_eager_us"]) for r in rows]
    measured["ring"] = [(r["bytes"], r["plugin_us"]) for r in rows if "plugin_us" in r]
    found: dict[str, Any] = {}
    for name, pairs in measured.items():
        if len(pairs) < 3:
            continue
        model = CostModel.fit(name, world, pairs[:-1])
        size, time_of_last = pairs[-1]
        found[name] = {
            "wait_us": model.wait,
            "GBps": model.gigabytes_per_second,
            "bytes": size,
            "predicted_us": model.microseconds(world, size),
            "measured_us": time_of_last,
            "predicted_us_of_8": model.microseconds(8, size),
            "predicted_us_of_64": model.microseconds(64, size),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    import torch as reference

    world = reference.cuda.device_count()
    theirs = nccl(world)
    mine, ways = ours(world)
    ring = plugin(world)
    rows = []
    for size in SIZES:
        row: dict[str, Any] = {"bytes": size}
        for kind in ("eager", "graph"):
            if (kind, size) in theirs:
                row[f"nccl_{kind}_us"] = 1e6 * theirs[(kind, size)]
            if (kind, size) in mine:
                row[f"ours_{kind}_us"] = 1e6 * mine[(kind, size)]
        factor = 2 * (world - 1) / world * size / 1e9
        if size in ring:
            row["plugin_us"] = 1e6 * ring[size]
            row["plugin_GBps"] = factor / ring[size]
        row["nccl_GBps"] = factor / theirs[("eager", size)]
        row["ours_GBps"] = factor / mine[("eager", size)]
        rows.append(row)
    record = {
        "gpus": world,
        "gpu": reference.cuda.get_device_name(0),
        "torch": reference.__version__,
        "nccl": ".".join(map(str, reference.cuda.nccl.version())),
        "dtype": "bfloat16",
        "all_reduce": rows,
        "ways": ways,
        "models": models(ways, rows, world),
    }
    if args.out:
        args.out.write_text(json.dumps(record, indent=1) + "\n")
    for row in rows:
        print(
            f"{row['bytes']:>11} B  ours {row['ours_eager_us']:9.1f} us {row['ours_GBps']:7.1f} GB/s"
            f"   NCCL {row['nccl_eager_us']:9.1f} us {row['nccl_GBps']:7.1f} GB/s"
            f"   plugin {row.get('plugin_us', float('nan')):9.1f} us"
            f"   in a graph: ours {row.get('ours_graph_us', float('nan')):8.1f} us"
            f" NCCL {row.get('nccl_graph_us', float('nan')):8.1f} us"
        )
    for way in ways:
        print(way)


if __name__ == "__main__":
    main()
