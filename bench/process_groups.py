"""all_reduce between two processes of this machine, beside PyTorch's gloo, and a step of DistributedDataParallel.

    python bench/process_groups.py --out bench/results/process_groups_cpu.json

Each side runs as two processes of its own, in turns; a round times every size, and the figure is the median over rounds of
the slower process. Microseconds of a call, and of a training step of a network of 4 million parameters.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from side_by_side import processor

SIDES = {"pytorch": "torch", "vibetensor": "vibetensor.torch"}
BYTES = (4, 1 << 10, 32 << 10, 256 << 10, 4 << 20, 64 << 20)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def one_process(framework: str) -> dict[str, float]:
    torch = importlib.import_module(SIDES[framework])
    dist = importlib.import_module(SIDES[framework] + ".distributed")
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    found = {}
    for count in BYTES:
        t = torch.zeros(count // 4)
        times = 20 if count >= 4 << 20 else 200
        for _ in range(3):
            dist.all_reduce(t)
        begin = time.perf_counter()
        for _ in range(times):
            dist.all_reduce(t)
        found[f"all_reduce {count}"] = (time.perf_counter() - begin) / times * 1e6
    layers = [torch.nn.Linear(1024, 1024) for _ in range(4)]
    model = torch.nn.parallel.DistributedDataParallel(torch.nn.Sequential(*layers))
    x = torch.ones(16, 1024)
    steps = 20
    for step in range(steps + 3):
        if step == 3:
            begin = time.perf_counter()
        model(x).sum().backward()
        for p in model.parameters():
            p.grad = None
    found["step"] = (time.perf_counter() - begin) / steps * 1e6
    dist.destroy_process_group()
    return found


def pair(framework: str) -> dict[str, float]:
    """What two processes found: the slower of the two."""
    common = {
        **os.environ,
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_port()),
        "WORLD_SIZE": "2",
        "OMP_NUM_THREADS": "1",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, "--one", framework],
            env={**common, "RANK": str(rank)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    texts = [p.communicate(timeout=300)[0] for p in processes]
    found = [json.loads(text.strip().splitlines()[-1]) for text in texts]
    return {name: max(one[name] for one in found) for name in found[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--one", choices=SIDES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(one_process(args.one)), flush=True)
        return
    rounds: dict[str, list[dict[str, float]]] = {framework: [] for framework in SIDES}
    for _ in range(args.rounds):
        for framework in SIDES:
            rounds[framework].append(pair(framework))
    table = {
        name: {framework: statistics.median(r[name] for r in found) for framework, found in rounds.items()}
        for name in rounds["pytorch"][0]
    }
    for name, row in table.items():
        row["ratio"] = row["vibetensor"] / row["pytorch"]
        print(f"{name:24} {row['vibetensor']:10.0f} us, PyTorch's {row['pytorch']:10.0f}, ratio {row['ratio']:.2f}")
    if args.out:
        args.out.write_text(json.dumps({"processor": processor(), "us": table}, indent=2) + "\n")


if __name__ == "__main__":
    main()
