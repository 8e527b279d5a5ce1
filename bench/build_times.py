"""What a build costs the compilers: CPU seconds of every unit by kind, and the slowest ones.

    python bench/build_times.py                       measures every unit alone, without ccache: as long as a build
    python bench/build_times.py --only reduce/ math   those whose path has one of these words; the others keep their time

Writes bench/results/build_times.json. The build folder has to be configured and its generated headers made.
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "dev")
    parser.add_argument("--only", nargs="+", metavar="WORD")
    parser.add_argument("--slowest", type=int, default=15)
    args = parser.parse_args()
    known: dict[str, float] = json.loads(RESULT.read_text())["units"] if args.only and RESULT.exists() else {}
    units = {}
    for path, words in sorted(commands(args.build).items()):
        name = path.replace("CMakeFiles/", "").removesuffix(".o")
        if args.only and not any(word in path for word in args.only):
            if name in known:
                units[name] = known[name]
            continue
        units[name] = round(cpu_seconds(words, args.build), 1)
    by_kind: Counter[str] = Counter()
    for name, seconds in units.items():
        by_kind[next(kind for kind, word in KINDS.items() if word in name + ".o")] += seconds
    cache = (args.build / "CMakeCache.txt").read_text()
    result = {
        "when": time.strftime("%Y-%m-%d"),
        "processor": processor(),
        "cores": os.cpu_count(),
        "archs": next(line.partition("=")[2] for line in cache.split("\n") if line.startswith("VT_CUDA_ARCHS:")),
        "cpu_seconds": {kind: round(seconds) for kind, seconds in by_kind.most_common()},
        "units": units,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    for kind, seconds in by_kind.most_common():
        print(f"{seconds:8.0f} s  {kind}")
    for name, seconds in sorted(units.items(), key=lambda unit: -unit[1])[: args.slowest]:
        print(f"{seconds:8.1f} s  {name}")


if __name__ == "__main__":
    main()
