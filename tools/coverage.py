"""How much of PyTorch's public namespace is there: docs/coverage.md, or what a list of names lacks.

    python tools/coverage.py                   # writes docs/coverage.md
    python tools/coverage.py --names list.csv  # which names of the first column are missing; status 1 if any is
    python tools/coverage.py --renew           # writes tools/torch_api.csv from the installed PyTorch first

tools/torch_api.csv lists PyTorch's public names: a module's `__all__` and what is defined in and below it, and what its
main classes have. A name counts if it is there and does something: what only raises counts as missing.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tools" / "torch_api.csv"
PAGE = ROOT / "docs" / "coverage.md"

# most programs use these; "extended" are the rest of list_torch_names.MODULES
CORE = (
    "torch",
    "torch.Tensor",
    "torch.amp",
    "torch.autograd",
    "torch.cuda",
    "torch.nn",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.nn.utils",
    "torch.optim",
    "torch.optim.lr_scheduler",
    "torch.utils.data",
)
CLASSES = (
    "torch.Tensor",
    "torch.Generator",
    "torch.nn.Module",
    "torch.optim.Optimizer",
    "torch.optim.lr_scheduler.LRScheduler",
    "torch.amp.GradScaler",
)


def own_names(owner: Any) -> list[str]:
    """The public names of a module or class of PyTorch."""
    if not isinstance(owner, ModuleType):
        return sorted(name for name in dir(owner) if not name.startswith("_") and not hasattr(object, name))
    names = set(getattr(owner, "__all__", ()))
    if owner.__name__ != "torch":  # which says all of its own, and has much of others
        home = f"{owner.__name__}."
        names |= {name for name in dir(owner) if f"{getattr(getattr(owner, name), '__module__', '')}.".startswith(home)}
    return sorted(name for name in names if not name.startswith("_"))


def kind_of(thing: Any) -> str:
    if isinstance(thing, ModuleType):
        return "module"
    if isinstance(thing, type):
        return "class"
    return "function" if callable(thing) else "value"


def renew() -> None:
    """Returns None; writes the list from the installed PyTorch."""
    from list_torch_names import MODULES

    owners = {name: importlib.import_module(name) for name in MODULES.split()}
    for path in CLASSES:
        module, _, name = path.rpartition(".")
        owners[path] = getattr(importlib.import_module(module), name)
    with LIST.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["owner", "name", "kind"])
        for owner in sorted(owners):
            for name in own_names(owners[owner]):
                found = inspect.getattr_static(owners[owner], name, None)
                writer.writerow(
                    [owner, name, kind_of(found if found is not None else getattr(owners[owner], name, None))]
                )


def listed() -> dict[str, list[str]]:
    """The names of the list by owner."""
    found: dict[str, list[str]] = {}
    with LIST.open(newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["owner"], []).append(row["name"])
    return found


# what an object of a class has though the class does not
OF_OBJECTS = {
    "nn.Module.": ("weight", "bias"),
    "Optimizer.": ("param_groups", "state", "defaults"),
    "GradScaler.": ("_found_inf_per_device",),
}
SHORT = {
    "nn.Module.": "torch.nn.Module.",
    "Optimizer.": "torch.optim.Optimizer.",
    "LRScheduler.": "torch.optim.lr_scheduler.LRScheduler.",
    "Generator.": "torch.Generator.",
    "GradScaler.": "torch.amp.GradScaler.",
}


def missing(name: str) -> str | None:
    """Why `name` is missing, None if it is there: "torch.nn.Linear", "Tensor.abs", "Optimizer.step"."""
    from vibetensor.check.names import absence

    for short, full in SHORT.items():
        if name.startswith(short):
            if name.removeprefix(short) in OF_OBJECTS.get(short, ()):
                return None
            name = full + name.removeprefix(short)
    lack = absence(name.replace("torch.Tensor.", "Tensor."))
    return None if lack is None else lack.reason


def percent(there: int, of: int) -> str:
    return f"{100 * there / of:.0f} %" if of else ""


def page(names: dict[str, list[str]]) -> str:
    """The text of docs/coverage.md."""
    lacks = {owner: [name for name in own if missing(f"{owner}.{name}")] for owner, own in names.items()}

    def row(label: str, owners: list[str]) -> str:
        total = sum(len(names[owner]) for owner in owners)
        there = total - sum(len(lacks[owner]) for owner in owners)
        return f"| {label} | {total} | {there} | {percent(there, total)} |"

    core = [owner for owner in names if owner in CORE]
    lines = [
        "# How much of PyTorch's namespace is there",
        "",
        "Made by `tools/coverage.py` from `tools/torch_api.csv`, the public names of the PyTorch whose behaviour we follow. A",
        "name counts if it is there and does something; one that can only be imported, and raises when it is used, does not.",
        "`python -m vibetensor.check` says the same of the names that a program uses.",
        "",
        "| | names | there | |",
        "|---|---:|---:|---:|",
        row("core: what most programs use", core),
        row("extended: the rest", [owner for owner in names if owner not in CORE]),
        row("all", list(names)),
        "",
        "| module or class | names | there | |",
        "|---|---:|---:|---:|",
        *(row(f"`{owner}`", [owner]) for owner in sorted(names, key=lambda owner: (owner not in CORE, owner))),
        "",
        "## What is missing",
    ]
    for owner in sorted(lacks):
        if lacks[owner]:
            lines += ["", f"**{owner}**: {', '.join(f'`{name}`' for name in lacks[owner])}"]
    return "\n".join(lines) + "\n"


def report(path: str) -> int:
    """1 if names of the first column of a CSV file are missing, which are printed; else 0."""
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    column = 2 if rows and rows[0][0].isdigit() else 0  # lists that begin with counts have the name last
    names = [row[column].partition("(")[0] for row in rows]
    lacks = [(name, why) for name in names if (why := missing(name))]
    for name, why in lacks:
        print(f"{name}: {why}")
    print(f"{len(names) - len(lacks)} of {len(names)} names are there")
    return int(bool(lacks))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renew", action="store_true", help="write the list from the installed PyTorch first")
    parser.add_argument("--names", help="a CSV file whose names to look for")
    arguments = parser.parse_args()
    if arguments.renew:
        renew()
    if arguments.names:
        return report(arguments.names)
    PAGE.write_text(page(listed()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
