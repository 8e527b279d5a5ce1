"""What a build costs the compilers: seconds of every unit by kind, and the slowest ones measured alone.

    python bench/build_times.py                    reads what the first compilation of every unit took from ninja's log
    python bench/build_times.py --alone 10         and compiles the ten slowest again, each alone and without ccache

Writes bench/results/build_times.json. The log is of the build folder, which should be of a build from nothing with a cold
ccache. Times of the log are wall-clock times of units that were compiled side
by side; those that are measured alone are CPU time.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shlex
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from side_by_side import processor

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "bench" / "results" / "build_times.json"
KINDS = {  # of a unit, by what its object's path has in it; the first that fits
    "C++ tests": "tests/",
    "CUDA": ".cu.o",
    "SIMD levels": ".simd.cpp.o",
    "bindings": "src/bindings/",
    "C++": "",
}
LISTED = 30  # of the slowest units, in the file


def logged_seconds(build: Path) -> dict[str, float]:
    """How long the first compilation of each object took, by its path in the build folder: later ones meet a cache."""
    seconds: dict[str, float] = {}
    for line in (build / ".ninja_log").read_text().splitlines()[1:]:
        start, end, _, output, _ = line.split("\t")
        if output.endswith(".o"):
            seconds.setdefault(output, (int(end) - int(start)) / 1000)
    return seconds


def commands(build: Path) -> dict[str, list[str]]:
    """How each object is compiled, by its path in the build folder; without ccache."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        found[words[words.index("-o") + 1]] = words
    return found


def cpu_seconds(words: list[str], build: Path) -> float:
    """User and system time of a compilation, its children included."""
    with tempfile.TemporaryDirectory() as folder:
        words = list(words)
        words[words.index("-o") + 1] = os.path.join(folder, "unit.o")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, cwd=build, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def plain(path: str) -> str:
    return path.replace("CMakeFiles/", "").removesuffix(".o")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "dev")
    parser.add_argument("--alone", type=int, default=0, metavar="N")
    args = parser.parse_args()
    logged = logged_seconds(args.build)
    by_kind: Counter[str] = Counter()
    for path, seconds in logged.items():
        by_kind[next(kind for kind, word in KINDS.items() if word in path)] += seconds  # type: ignore[assignment]
    slowest = sorted(logged, key=lambda path: -logged[path])
    compiled = commands(args.build) if args.alone else {}
    alone = {plain(path): round(cpu_seconds(compiled[path], args.build), 1) for path in slowest[: args.alone]}
    cache = (args.build / "CMakeCache.txt").read_text()
    result = {
        "when": time.strftime("%Y-%m-%d"),
        "processor": processor(),
        "cores": os.cpu_count(),
        "archs": next(line.partition("=")[2] for line in cache.split("\n") if line.startswith("VT_CUDA_ARCHS:")),
        "units": len(logged),
        "seconds": {kind: round(seconds) for kind, seconds in by_kind.most_common()},
        "slowest": {plain(path): round(logged[path], 1) for path in slowest[:LISTED]},
        "cpu_seconds_alone": alone,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    for kind, seconds in by_kind.most_common():
        print(f"{seconds:8.0f} s  {kind}")
    for path in slowest[:LISTED]:
        print(
            f"{logged[path]:8.1f} s  {plain(path)}{'  alone ' + str(alone[plain(path)]) if plain(path) in alone else ''}"
        )


if __name__ == "__main__":
    main()
