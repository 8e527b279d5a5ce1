"""Whether training on a GPU gives what PyTorch's gives, and the same in every run.

    python bench/agreement.py curves --out bench/results/curves_gpt2_h200.json
    python bench/agreement.py determinism --out bench/results/determinism_h200.json

`curves`: losses of GPT-2 under bfloat16 autocast over --steps steps of Shakespeare's text, from the same parameters on the
same batches in both frameworks, for each of --seeds. Two curves of one framework differ by their seeds; how far the
frameworks are apart is said beside that. `determinism`: for each workload of graph_step.py, three runs in deterministic
mode, each in a process of its own, whose parameters are compared bit by bit, and the time of a step with and without.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import graph_step

RUNS = 3
WARMUP = 5


def text_tokens(torch: Any, path: Path) -> Any:
    """The characters of a text as tokens, on the GPU."""
    text = path.read_text(encoding="utf-8")
    index = {c: i for i, c in enumerate(sorted(set(text)))}
    return torch.tensor([index[c] for c in text], dtype=torch.uint8).cuda()


def curve(framework: str, seed: int, steps: int, path: Path) -> list[float]:
    work = graph_step.Workload("gpt2", framework, capturable=False, seed=seed)
    torch = work.torch
    tokens = text_tokens(torch, path)
    window, losses = torch.arange(work.context + 1, device="cuda"), []
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        starts = torch.randint(len(tokens) - work.context - 1, (work.batch, 1), generator=generator).cuda()
        rows = tokens[starts + window].long()
        losses.append(work.step(rows[:, :-1].contiguous(), rows[:, 1:].contiguous()))
    return [loss.item() for loss in losses]


def hash_of_run(name: str, steps: int, deterministic: bool) -> dict[str, Any]:
    work = graph_step.Workload(name, "vibetensor", capturable=False)
    torch = work.torch
    torch.use_deterministic_algorithms(deterministic)
    times = []
    for _ in range(WARMUP + steps):
        x, y = work.next()
        torch.cuda.synchronize()
        begin = time.perf_counter()
        work.step(x, y)
        torch.cuda.synchronize()
        times.append((time.perf_counter() - begin) * 1e3)
    digest = hashlib.sha256()
    for p in work.model.parameters():
        digest.update(p.detach().cpu().numpy().tobytes())
    return {"hash": digest.hexdigest(), "ms": statistics.median(times[WARMUP:])}


def in_a_process(*arguments: object) -> Any:
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def compare_curves(args: argparse.Namespace) -> dict[str, Any]:
    common = ("--steps", args.steps, "--text", args.text)
    curves = {
        framework: [in_a_process("one-curve", "--framework", framework, "--seeds", s, *common) for s in args.seeds]
        for framework in ("torch", "vibetensor")
    }
    return summary_of(curves)


def summary_of(curves: dict[str, list[list[float]]]) -> dict[str, Any]:
    """How far the frameworks' curves are apart, and PyTorch's own by seed.

    Medians over steps: at a large learning rate single steps jump, now in one run and now in another.
    """
    theirs, ours = curves["torch"], curves["vibetensor"]
    last = max(1, len(theirs[0]) // 10)  # steps that the end of a curve is the mean of
    ends = {name: [statistics.mean(losses[-last:]) for losses in runs] for name, runs in curves.items()}
    apart = [abs(a - b) for pair in zip(theirs, ours, strict=True) for a, b in zip(*pair, strict=True)]
    seeds_apart = [max(step) - min(step) for step in zip(*theirs, strict=True)]
    found = {
        "steps_averaged_at_the_end": last,
        "ends": ends,
        "between_means_of_ends": abs(statistics.mean(ends["torch"]) - statistics.mean(ends["vibetensor"])),
        "between_ends_of_torch_by_seed": max(ends["torch"]) - min(ends["torch"]),
        "median_at_a_step": statistics.median(apart),
        "median_at_a_step_of_torch_by_seed": statistics.median(seeds_apart),
    }
    for name, values in ends.items():
        print(f"{name:11s} mean of the last {last} losses by seed: " + "  ".join(f"{v:.4f}" for v in values))
    print(f"means of them {found['between_means_of_ends']:.4f} apart, PyTorch's by seed up to ", end="")
    print(
        f"{found['between_ends_of_torch_by_seed']:.4f}; a step's losses, in the median, {found['median_at_a_step']:.4f}, ",
        end="",
    )
    print(f"by seed {found['median_at_a_step_of_torch_by_seed']:.4f}")
    return {**found, "losses": curves}


def compare_runs(args: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for name in args.workloads:
        common = ("--workloads", name, "--steps", args.steps)
        runs = [in_a_process("one-run", "--deterministic", *common) for _ in range(RUNS)]
        plain = in_a_process("one-run", *common)
        ms = statistics.median(run["ms"] for run in runs)
        same = len({run["hash"] for run in runs}) == 1
        rows.append({"workload": name, "same": same, "ms": ms, "plain_ms": plain["ms"], "hash": runs[0]["hash"]})
        print(
            f"{name:10s} {RUNS} runs the same: {same}; {ms:.3f} ms a step, {plain['ms']:.3f} without, {ms / plain['ms']:.2f}"
        )
    return {"rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["curves", "determinism", "one-curve", "one-run"], metavar="curves|determinism")
    parser.add_argument("--steps", type=int, default=0, help="200 of a curve, 20 of a run")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--workloads", nargs="+", default=list(graph_step.DECODERS[:4]), choices=graph_step.WORKLOADS)
    parser.add_argument("--text", type=Path, help="a text file; without one, what the example fetches")
    parser.add_argument("--out", type=Path, help="JSON file")
    parser.add_argument("--framework", default="vibetensor", help=argparse.SUPPRESS)
    parser.add_argument("--deterministic", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.steps = args.steps or (200 if "curve" in args.what else 20)
    if "curve" in args.what and args.text is None:
        cache = graph_step.ROOT / "build" / "text"
        graph_step.example("vibetensor").shakespeare(cache)
        args.text = cache / "shakespeare.txt"
    if args.what == "one-curve":
        print(json.dumps(curve(args.framework, args.seeds[0], args.steps, args.text)))
    elif args.what == "one-run":
        print(json.dumps(hash_of_run(args.workloads[0], args.steps, args.deterministic)))
    else:
        found = compare_curves(args) if args.what == "curves" else compare_runs(args)
        found["device"] = graph_step.example("vibetensor").torch.cuda.get_device_name()
        if args.out:
            args.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
