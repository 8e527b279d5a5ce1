"""Time whole training steps of examples/gpt.py's model on VibeTensor and on PyTorch, and compare losses and times.

    python bench/train_step.py --device cpu --preset demo --steps 60
    python bench/train_step.py --device cuda --preset gpt2 --dtype bfloat16 --steps 20 --out bench/results/gpt2_h200.json

Each framework runs in its own process, the same file, seed and batches; a step is forward, backward, clipping and AdamW,
with a synchronisation at the end. Prints one table; the JSON has every loss and every step's time.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def load_example(framework: str):
    """examples/gpt.py as a module on that framework."""
    sys.argv = ["gpt.py", "--framework", framework]
    spec = importlib.util.spec_from_file_location("gpt_example", ROOT / "examples" / "gpt.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["gpt_example"] = module
    spec.loader.exec_module(module)
    return module


def run_one(args) -> dict:
    """Trains `args.steps` steps on one framework; losses, step times in ms, peak memory."""
    gpt = load_example(args.framework)
    torch = gpt.torch
    if args.threads:
        torch.set_num_threads(args.threads)
    config = gpt.PRESETS[args.preset]
    vocab = config.vocab or 96
    batch = args.batch or config.batch
    torch.manual_seed(args.seed)
    model = gpt.GPT(gpt.replace(config, vocab=vocab)).to(args.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.lr / 10, weight_decay=config.weight_decay)
    generator = torch.Generator().manual_seed(args.seed)
    sync = torch.cuda.synchronize if args.device.startswith("cuda") else lambda: None
    autocast = args.dtype != "float32"
    losses, times = [], []
    for step in range(args.warmup + args.steps):
        tokens = torch.randint(vocab, (batch, config.context + 1), generator=generator)
        x, y = tokens[:, :-1].to(args.device), tokens[:, 1:].to(args.device)
        sync()
        start = time.perf_counter()
        with torch.autocast(args.device.split(":")[0], dtype=getattr(torch, args.dtype), enabled=autocast):
            logits = model(x)
            loss = torch.nn.functional.cross_entropy(logits.reshape(-1, vocab), y.reshape(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        optimizer.step()
        sync()
        if step >= args.warmup:
            times.append((time.perf_counter() - start) * 1e3)
        losses.append(loss.item())
    result = {"framework": args.framework, "version": str(torch.__version__), "losses": losses, "step_ms": times}
    if args.device.startswith("cuda"):
        result["peak_mib"] = torch.cuda.max_memory_allocated() / 2**20
        result["peak_reserved_mib"] = torch.cuda.max_memory_reserved() / 2**20
        result["device"] = torch.cuda.get_device_name()
    return result


def child(args, framework: str) -> dict:
    command = [sys.executable, __file__, "--framework", framework]
    for name in ("device", "preset", "dtype", "steps", "warmup", "batch", "seed", "threads"):
        command += [f"--{name}", str(getattr(args, name))]
    env = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{framework} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--preset", default="demo", help="a preset of examples/gpt.py")
    parser.add_argument("--dtype", default="float32", help="float32, or a 16-bit dtype for autocast")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--batch", type=int, default=0, help="0: the preset's")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0: the default")
    parser.add_argument("--seed", type=int, default=1337)
    parser.add_argument("--out", type=Path, help="JSON file")
    parser.add_argument("--framework", choices=["vibetensor", "torch"], help="run this one only, and print its JSON")
    args = parser.parse_args()
    if args.framework:
        print(json.dumps(run_one(args)))
        return
    runs = {name: child(args, name) for name in ("torch", "vibetensor")}
    median = {name: statistics.median(run["step_ms"]) for name, run in runs.items()}
    ours, theirs = runs["vibetensor"]["losses"], runs["torch"]["losses"]
    drift = max(abs(a - b) / abs(b) for a, b in zip(ours, theirs, strict=True))
    summary = {
        "preset": args.preset,
        "dtype": args.dtype,
        "device": runs["torch"].get("device", platform.processor() or platform.machine()),
        "median_ms": median,
        "ratio": median["vibetensor"] / median["torch"],
        "largest_loss_difference": drift,
        "runs": runs,
    }
    for name, run in runs.items():
        peak = f", peak {run['peak_mib']:.0f} MiB in tensors, " if "peak_mib" in run else ""
        peak += f"{run['peak_reserved_mib']:.0f} reserved" if peak else ""
        print(f"{name:11s} {run['version']:14s} {median[name]:8.2f} ms/step{peak}, last loss {run['losses'][-1]:.5f}")
    print(f"ratio {summary['ratio']:.3f} of PyTorch's step; largest relative loss difference {drift:.2e}")
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
