"""What the training examples share: their command line, one loop with a progress bar, and the curves that it saves.

An example says what is trained on what; here is how. `--framework torch` runs the same file on PyTorch.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gpt import FRAMEWORK, nn, torch, write_atomically


def arguments(description: str, *, out: str, steps: int, batch: int, lr: float) -> argparse.Namespace:
    """The command line of an example that trains so many steps unless told otherwise."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", choices=["vibetensor", "torch"], default="vibetensor")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--lr", type=float, default=lr, help="the highest that the schedule comes to")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, help="CPU threads; all cores if not given")
    parser.add_argument("--out", type=Path, default=Path("demo") / out, help="folder for what the run writes")
    parser.add_argument(
        "--data", type=Path, default=Path("demo") / "data", help="folder of the data, fetched if missing"
    )
    parser.add_argument("--measure-every", type=int, default=500, metavar="STEPS")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    return parser.parse_args()


def begin(args: argparse.Namespace) -> Any:
    """The device that the arguments name, once their seed, threads and folder are set up."""
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    cuda = torch.cuda.is_available() if args.device == "auto" else args.device == "cuda"
    return torch.device("cuda" if cuda else "cpu")


def train(
    args: argparse.Namespace,
    model: Any,
    batches: Iterator[Any],
    loss_of: Callable[[Any], Any],
    measure: Callable[[], float],
    measured: str,
) -> dict[str, Any]:
    """Train `args.steps` steps with AdamW and a learning rate that rises, then falls to nothing.

    loss_of: a batch to its mean loss. measure: a number on data that is held out, named `measured`; it is taken every
    `args.measure_every` steps and at the end. Writes curves.png, record.json and model.pt below `args.out`; returns what
    record.json has.
    """
    from tqdm import tqdm

    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=args.lr, total_steps=args.steps)
    parameters = sum(p.numel() for p in model.parameters())
    device = next(model.parameters()).device
    print(f"{FRAMEWORK} {torch.__version__} on {device}: {parameters:,} parameters, {args.steps} steps")
    losses, taken, shown = [], [], {}
    wall, cpu = time.perf_counter(), time.process_time()
    bar = tqdm(range(1, args.steps + 1), unit="step", disable=args.quiet, dynamic_ncols=True)
    for step in bar:
        loss = loss_of(next(batches))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.detach())  # not read yet: on CUDA that would make the host wait
        if step % args.measure_every == 0 or step == args.steps:
            model.eval()
            with torch.no_grad():
                taken.append((step, measure()))
            model.train()
            shown[measured] = f"{taken[-1][1]:.4f}"
        if step % 20 == 0:
            bar.set_postfix({"loss": f"{losses[-1].item():.3f}", **shown})
    record = {
        "framework": FRAMEWORK,
        "version": torch.__version__,
        "device": str(device),
        "parameters": parameters,
        "steps": args.steps,
        "batch": args.batch,
        "seed": args.seed,
        "losses": torch.stack(losses).tolist(),
        "measured": measured,
        "held_out": taken,
        "wall_seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
    }
    write_atomically(args.out / "record.json", json.dumps(record, indent=1).encode())
    plot(record, args.out / "curves.png")
    torch.save(model.state_dict(), args.out / "model.pt")
    print(
        f"{measured} {taken[-1][1]:.4f} after {record['wall_seconds'] / 60:.1f} minutes "
        f"({record['cpu_seconds'] / 60:.1f} of all cores together); curves, record and weights in {args.out}"
    )
    return record


def plot(record: dict[str, Any], path: Path) -> None:
    """Draw the losses of the steps, smoothed, and what was measured on data that is held out."""
    pyplot = plotting()
    losses, width = record["losses"], max(1, len(record["losses"]) // 50)
    steps = range(width, len(losses) + 1)
    figure, axes = pyplot.subplots(figsize=(7, 4))
    axes.plot(steps, [sum(losses[s - width : s]) / width for s in steps], linewidth=0.8, label="training loss")
    axes.set(xlabel="step", ylabel=f"loss, mean of {width} steps", yscale="log")
    axes.grid(alpha=0.3)
    other = axes.twinx()
    other.plot(*zip(*record["held_out"], strict=True), "o-", color="tab:orange", markersize=3, label=record["measured"])
    other.set_ylabel(record["measured"])
    figure.legend(loc="upper center", ncols=2)
    figure.savefig(path, dpi=150, bbox_inches="tight")
    pyplot.close(figure)


def plotting() -> Any:
    """matplotlib's pyplot, drawing into files."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot
