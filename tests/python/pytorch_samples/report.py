"""docs/opinfo.json, what the samples gave, and docs/opinfo.md, the page that is made from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[3] / "docs"
RESULTS, PAGE = DOCS / "opinfo.json", DOCS / "opinfo.md"
KINDS = {"ops": "op_db", "layers": "module_db", "optimizers": "optim_db"}
REASONS = {
    "value": "other values",
    "gradient": "other gradients",
    "shape": "other shapes",
    "dtype": "other dtypes",
    "crash": "the process ends",
    "error": "an error that PyTorch does not raise",
    "missing": "not there yet",
    "none": "nothing to compare",
}


def whole(result: dict[str, Any]) -> bool:
    return "failed" not in result


def recorded() -> dict[str, Any]:
    return json.loads(RESULTS.read_text())


def as_json(results: dict[str, Any]) -> str:
    return json.dumps(results, indent=1) + "\n"


def write(results: dict[str, Any]) -> None:
    """Returns None; writes results and page."""
    RESULTS.write_text(as_json(results))
    PAGE.write_text(page(results))


def renewed(results: dict[str, Any]) -> dict[str, Any]:
    """The results on file, with these in the place of theirs."""
    before = recorded()
    return {**before, **{kind: {**before[kind], **results[kind]} for kind in KINDS}}


def page_is_current() -> bool:
    return PAGE.read_text() == page(recorded())


def lost(results: dict[str, Any]) -> list[str]:
    """What was whole in the results on file and no longer is."""
    before = recorded() if RESULTS.exists() else {}
    return [
        f"{name}: {result['reason']}"
        for kind in KINDS
        for name, result in results[kind].items()
        if not whole(result) and whole(before.get(kind, {}).get(name, result))
    ]


def summary(results: dict[str, Any]) -> list[str]:
    lines = []
    for kind in KINDS:
        found = results.get(kind, {})
        failing = {name: result for name, result in found.items() if not whole(result)}
        for name, r in sorted(failing.items(), key=lambda item: list(REASONS).index(item[1]["kind"])):
            lines.append(f"{kind} {name}: {r['kind']}: {r['failed']} of {r['samples']}: {r['reason']}")
        if found:
            lines.append(f"{kind}: {len(found) - len(failing)} of {len(found)} whole")
    return lines


def page(results: dict[str, Any]) -> str:
    """The text of docs/opinfo.md."""
    lines = [
        "# PyTorch's own samples",
        "",
        f"Made by `make opinfo`, with the samples that PyTorch {results['torch']} tests itself with, on the CPU. Of `op_db` the",
        "first twenty of each op, in float32 where it has that, forward and backward: results, dtypes, shapes and the gradients",
        "of all inputs, up to rounding; where float32 is in doubt, float64 decides. Gradients are compared where PyTorch's tests",
        "say that its own are right, and of inputs that are Hermitian or triangular where the op takes them to be. Of",
        "`module_db` all samples of each layer, in training and not; of `optim_db` seven steps with each set of options, and",
        "what has to be refused. An op is whole if nothing fails.",
        "",
        "| | of PyTorch's | whole | |",
        "|---|---|---:|---:|",
    ]
    for kind, source in KINDS.items():
        good = sum(map(whole, results[kind].values()))
        lines.append(
            f"| {kind} | `{source}` | {good} of {len(results[kind])} | {100 * good / len(results[kind]):.0f} % |"
        )
    for kind in KINDS:
        failing = {name: result for name, result in results[kind].items() if not whole(result)}
        if failing:
            lines += [
                "",
                f"## {kind.capitalize()} that are not whole",
                "",
                "| name | samples | what | first reason |",
                "|---|---:|---|---|",
            ]
        order = list(REASONS)
        for name, r in sorted(failing.items(), key=lambda item: (order.index(item[1]["kind"]), item[0])):
            reason = r["reason"][:110].replace("|", "/")
            lines.append(f"| `{name}` | {r['failed']} of {r['samples']} | {REASONS[r['kind']]} | {reason} |")
    for kind in KINDS:
        good = [f"`{name}`" for name, result in results[kind].items() if whole(result)]
        lines += ["", f"## {kind.capitalize()} that are whole", "", ", ".join(good)]
    return "\n".join(lines) + "\n"
