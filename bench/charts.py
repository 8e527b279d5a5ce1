"""Draws docs/steps.svg, the chart of whole training steps in README, from bench/results/graph_step_h200.json.

python bench/charts.py            draws
python bench/charts.py --check    exit status 1 if the chart was drawn from other figures
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from tables import ROOT, WORKLOADS, result

CHART = ROOT / "docs" / "steps.svg"
SERIES = {
    ("torch", "eager"): ("PyTorch eager", "#b0b7c3"),
    ("torch", "graphed"): ("PyTorch, whole-step CUDA graph", "#7d8899"),
    ("torch", "compiled"): ("torch.compile", "#4a5568"),
    ("vibetensor", "eager"): ("VibeTensor eager", "#7bc8a4"),
    ("vibetensor", "graphed"): ("VibeTensor, graph_step", "#1f8a5b"),
}


def figures() -> dict[str, dict[str, float]]:
    """Milliseconds by workload and series."""
    runs = result("graph_step_h200")["runs"]
    return {
        what: {
            label: runs[side][key][mode]["ms"]
            for (side, mode), (label, _) in SERIES.items()
            if key in runs[side] and mode in runs[side][key]
        }
        for key, what in WORKLOADS.items()
    }


def mark(found: dict[str, Any]) -> str:
    """What the chart carries to say which figures it shows."""
    return "figures " + hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:16]


def draw(found: dict[str, dict[str, float]]) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "steps"
    from matplotlib import pyplot

    colours = dict(SERIES.values())
    figure, axes = pyplot.subplots(figsize=(9, 4.2), layout="constrained")
    width = 0.8 / len(colours)
    for i, label in enumerate(colours):
        for place, (_, times) in enumerate(found.items()):
            if label not in times:
                continue
            bar = times[label] / times["PyTorch eager"]
            x = place + (i - (len(colours) - 1) / 2) * width
            axes.bar(x, bar, width, color=colours[label], label=label if place == 0 else None)
            axes.text(x, bar + 0.01, f"{times[label]:.3g}", ha="center", va="bottom", fontsize=6, rotation=90)
    axes.set_xticks(range(len(found)), [what.replace(", bf16", "\nbf16").replace(", fp32", "\nfp32") for what in found])
    axes.tick_params(axis="x", labelsize=7)
    axes.set_ylabel("time of a step, PyTorch eager = 1")
    axes.set_ylim(0, 1.2)
    axes.set_title("A training step on an H200 (the numbers are milliseconds)", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize=7, frameon=False)
    figure.savefig(CHART, format="svg", metadata={"Date": None, "Description": mark(found)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    found = figures()
    if not parser.parse_args().check:
        draw(found)
    elif not CHART.exists() or mark(found) not in Path(CHART).read_text():
        sys.exit(f"{CHART.name} shows other figures than bench/results")


if __name__ == "__main__":
    main()
