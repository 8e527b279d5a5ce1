"""Times the same work on VibeTensor and on PyTorch in one process, turn by turn, for the scripts beside this file."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


def best_seconds(
    work: dict[str, Callable[[], object]], budget: float = 0.6, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """The fastest run of each callable in seconds of `clock`.

    They take turns for `budget` seconds each, so that what else the machine does falls on all of them; short ones are
    repeated within a turn until the clock can tell.
    """
    repeats = {}
    for name, run in work.items():
        run()
        begin = clock()
        run()
        once = max(clock() - begin, 1e-7)
        repeats[name] = max(1, int(1e-3 / once))
    best = dict.fromkeys(work, float("inf"))
    end = time.perf_counter() + budget * len(work)
    while time.perf_counter() < end:
        for name, run in work.items():
            begin = clock()
            for _ in range(repeats[name]):
                run()
            best[name] = min(best[name], (clock() - begin) / repeats[name])
    return best


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


class Results:
    """bench/results/<name>.json, written and printed row by row, so that a run that is cut short keeps what it had.

    With `same`, the columns that tell rows apart, rows that this run did not repeat stay if they are of the same day,
    processor and libraries.
    """

    def __init__(self, name: str, same: tuple[str, ...] = (), **about: object):
        self.path, self.same = RESULTS / f"{name}.json", same
        self.about = {"when": time.strftime("%Y-%m-%d"), "processor": processor(), **about}
        self.rows: dict[object, dict[str, object]] = {}
        if same and self.path.exists():
            before = json.loads(self.path.read_text())
            if {key: value for key, value in before.items() if key != "rows"} == self.about:
                self.rows = {tuple(row.get(key) for key in same): row for row in before["rows"]}

    def add(self, row: dict[str, object], printed: bool = True) -> None:
        self.rows[tuple(row.get(key) for key in self.same) if self.same else len(self.rows)] = row
        RESULTS.mkdir(exist_ok=True)
        self.path.write_text(json.dumps({**self.about, "rows": list(self.rows.values())}, indent=2) + "\n")
        if printed:
            print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)


def write(name: str, rows: list[dict[str, object]], same: tuple[str, ...] = (), **about: object) -> None:
    """Writes bench/results/<name>.json as Results does, all at once, and prints the rows as a table."""
    results = Results(name, same, **about)
    for row in rows:
        results.add(row, printed=False)
    show(rows)


def show(rows: list[dict[str, object]]) -> None:
    """Prints rows as a table."""
    columns = list(rows[0])
    widths = {c: max(len(c), *(len(str(row[c])) for row in rows)) for c in columns}
    print("  ".join(c.ljust(widths[c]) for c in columns))
    for row in rows:
        print("  ".join(str(row[c]).ljust(widths[c]) for c in columns))
