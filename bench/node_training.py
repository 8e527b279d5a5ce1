"""Steps of training from Node beside the same steps from Python: the network for digits and the character GPT.

    cd js && npm ci && npm run build && node node_modules/typescript/bin/tsc -p examples && cd ..
    python bench/node_training.py --device cuda --out bench/results/node_training_h200.json

Each side runs in a process of its own, in turns; a rate is that of the median turn, to the end of its work on the
device. `ratio`: Node's rate over Python's. The losses of the last step are there to show that both train alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WARMUP = 50
SENTENCE = "the quick brown fox jumps over the lazy dog and runs away from its own shadow in the night"


def text() -> str:
    words = SENTENCE.split()
    seed, lines = 1, []
    for _ in range(2000):
        line = []
        for _ in range(8):
            seed = seed * 48271 % 2147483647
            line.append(words[seed % len(words)])
        lines.append(" ".join(line) + ".\n")
    return "".join(lines)


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))


def digits(device: str) -> Callable[[], Any]:
    import vibetensor.torch as torch

    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 64),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(64, 10),
    ).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    images = torch.rand(4096, 1, 28, 28).to(device)
    labels = torch.randint(10, (4096,)).to(device)
    at = 0

    def step() -> Any:
        nonlocal at
        x, y = images[at : at + 64], labels[at : at + 64]
        at = (at + 64) % 4096
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    return step


def characters(device: str, path: Path) -> Callable[[], Any]:
    sys.path.insert(0, str(ROOT / "examples"))
    sys.argv = ["gpt.py"]
    import gpt

    args = gpt.parse(["--data", str(path), "--seed", "0"])
    trainer = gpt.Trainer(gpt.PRESETS["demo"], args, gpt.torch.device(device))
    return trainer.train_step


def worker(workload: str, device: str, steps: int, turns: int, path: Path) -> None:
    import vibetensor.torch as torch

    step = digits(device) if workload == "mnist" else characters(device, path)
    loss = None

    def run(count: int) -> float:
        for _ in range(count):
            loss = step()
        value = loss.item()
        if device != "cpu":
            torch.cuda.synchronize()
        return value

    run(min(WARMUP, steps))
    seconds = []
    for _ in range(turns):
        began = time.perf_counter()
        loss = run(steps)
        seconds.append(time.perf_counter() - began)
    name = processor() if device == "cpu" else torch.cuda.get_device_name()
    print(json.dumps({"device": name, "seconds": seconds, "loss": loss}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--workloads", nargs="+", default=["mnist", "gpt"])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--turns", type=int, default=3, help="of each process")
    parser.add_argument("--processes", type=int, default=2, help="of each side, in turns")
    parser.add_argument("--node", default="node")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--text", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        return worker(args.worker, args.device, args.steps, args.turns, args.text)

    record: dict[str, Any] = {"steps": args.steps, "workloads": {}}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text.txt"
        path.write_text(text())
        numbers = [str(args.steps), str(args.turns)]
        for workload in args.workloads:
            commands = {
                "node": [args.node, str(ROOT / "bench/node_training.mjs"), workload, args.device, *numbers, str(path)],
                "python": [
                    *(sys.executable, __file__, "--worker", workload, "--device", args.device),
                    *("--steps", numbers[0], "--turns", numbers[1], "--text", str(path)),
                ],
            }
            seconds: dict[str, list[float]] = {side: [] for side in commands}
            losses: dict[str, float] = {}
            for _ in range(args.processes):
                for side, command in commands.items():
                    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                    seconds[side] += found["seconds"]
                    losses[side] = found["loss"]
                    record |= {key: found[key] for key in ("node", "device") if key in found}
            rates = {side: args.steps / statistics.median(times) for side, times in seconds.items()}
            record["workloads"][workload] = {
                "steps_per_second": {side: round(rate, 1) for side, rate in rates.items()},
                "ratio": round(rates["node"] / rates["python"], 3),
                "last_loss": losses,
            }
            print(workload, json.dumps(record["workloads"][workload]), flush=True)
    if args.out:
        args.out.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
