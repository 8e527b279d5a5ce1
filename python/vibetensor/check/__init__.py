"""Which names of torch a program uses that are not there, found by reading it: `python -m vibetensor.check`.

Nothing of the program runs. Imports and aliases are followed (`import torch.nn as nn`, `from torch import x`,
`F = torch.nn.functional`), and methods where the text shows that their object is a tensor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vibetensor.check.names import absence
from vibetensor.check.reader import Use, uses

__all__ = ["Missing", "Report", "check", "sources"]


@dataclass(frozen=True, order=True)
class Missing:
    """One place where a program uses a name that is not there.

    name: in PyTorch's spelling, "torch.nn.Conv2d" or "Tensor.to_sparse". reason: what is said where it is used.
    guarded: whether the program catches the error, so that it may go on without.
    """

    file: str
    line: int
    column: int
    name: str
    reason: str
    guarded: bool


@dataclass
class Report:
    """What was found: how many files and names were read, what is missing, and what could not be read."""

    files: int = 0
    names: set[str] = field(default_factory=set)
    missing: list[Missing] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values: files, names (how many are used), missing (a dict for each place), unreadable."""
        places = [vars(place) for place in self.missing]
        return {"files": self.files, "names": len(self.names), "missing": places, "unreadable": self.unreadable}


def sources(target: str) -> Iterator[Path]:
    """The Python files of `target`: a file, a folder, or the name of an installed module, which is not imported.

    FileNotFoundError if it is none of them.
    """
    path = Path(target)
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(path.rglob("*.py"))
    else:
        yield from installed(target)


def installed(name: str) -> Iterator[Path]:
    from importlib.machinery import PathFinder

    first, *rest = name.split(".")
    spec = PathFinder.find_spec(first)
    for part in rest:  # importlib's own find_spec would import the packages above
        if spec is None or spec.submodule_search_locations is None:
            spec = None
            break
        spec = PathFinder.find_spec(part, list(spec.submodule_search_locations))
    if spec is None:
        raise FileNotFoundError(f"{name!r} is neither a file, nor a folder, nor an installed module")
    if spec.submodule_search_locations is not None:
        for folder in spec.submodule_search_locations:
            yield from sorted(Path(folder).rglob("*.py"))
    elif spec.origin is not None and spec.origin.endswith(".py"):
        yield Path(spec.origin)


def check(targets: Iterable[str]) -> Report:
    """The Report of files, folders and installed modules.

    >>> from vibetensor.check import check
    >>> check(["vibetensor.info"]).missing
    []
    """
    report = Report()
    for path in dict.fromkeys(path for target in targets for path in sources(target)):
        try:
            found = uses(path.read_bytes())
        except (SyntaxError, ValueError, RecursionError, MemoryError, OSError) as error:
            report.unreadable.append(f"{path}: {error}")
            continue
        report.files += 1
        for use in found:
            report.names.add(use.name)
            place = missing(use, str(path))
            if place is not None:
                report.missing.append(place)
    report.missing = sorted(set(report.missing))
    return report


def missing(use: Use, file: str) -> Missing | None:
    lack = absence(use.name)
    return None if lack is None else Missing(file, use.line, use.column, lack.name, lack.reason, use.guarded)
