"""Write a memory snapshot of a few training steps of the GPT of examples/gpt.py, to be looked at in a page.

    python examples/memory_snapshot.py --preset gpt2 --out gpt2_snapshot.pickle.gz
    python -m vibetensor.memory_viz gpt2_snapshot.pickle.gz -o gpt2_memory.html

With --relative the file names in it are cut to what is below the checkout, so that a snapshot can be given away.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import pickle
import sys
from pathlib import Path
from typing import Any

import vibetensor.torch as torch

ROOT = Path(__file__).resolve().parent.parent


def load_example() -> Any:
    """examples/gpt.py as a module."""
    arguments, sys.argv = sys.argv, ["gpt.py"]
    spec = importlib.util.spec_from_file_location("gpt", ROOT / "examples" / "gpt.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["gpt"] = module
    spec.loader.exec_module(module)
    sys.argv = arguments
    return module


def train(model, optimizer, config, vocab: int, batch: int, steps: int) -> None:
    for _ in range(steps):
        tokens = torch.randint(vocab, (batch, config.context + 1)).to("cuda")
        with torch.autocast("cuda", dtype=torch.bfloat16):
            logits = model(tokens[:, :-1])
            loss = torch.nn.functional.cross_entropy(logits.reshape(-1, vocab), tokens[:, 1:].reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)


def shorten(snapshot: dict[str, Any]) -> None:
    """Cuts the folders of this machine off the file names."""
    done = set()
    stacks = [event["frames"] for trace in snapshot["device_traces"] for event in trace]
    stacks += [block["frames"] for segment in snapshot["segments"] for block in segment["blocks"]]
    for frame in (frame for stack in stacks for frame in stack):
        if id(frame) in done:
            continue
        done.add(id(frame))
        name = frame["filename"]
        for folder in (str(ROOT), sys.prefix, sys.base_prefix):
            name = name.removeprefix(folder + "/")
        frame["filename"] = name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="gpt2", help="a preset of examples/gpt.py")
    parser.add_argument("--batch", type=int, help="sequences a step (default: the preset's)")
    parser.add_argument("--steps", type=int, default=2, help="steps in the history")
    parser.add_argument("--out", type=Path, default=Path("memory_snapshot.pickle.gz"))
    parser.add_argument("--relative", action="store_true", help="file names without the folders of this machine")
    args = parser.parse_args()

    gpt = load_example()
    config = gpt.PRESETS[args.preset]
    vocab = config.vocab or 96
    torch.cuda.memory._record_memory_history()
    model = gpt.GPT(gpt.replace(config, vocab=vocab)).to("cuda")
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.lr)
    train(model, optimizer, config, vocab, args.batch or config.batch, args.steps)
    torch.cuda.synchronize()
    snapshot = torch.cuda.memory._snapshot()
    if args.relative:
        shorten(snapshot)
    args.out.write_bytes(gzip.compress(pickle.dumps(snapshot), mtime=0))
    print(torch.cuda.memory_summary())
    print(f"{sum(map(len, snapshot['device_traces']))} events in {args.out}")


if __name__ == "__main__":
    main()
