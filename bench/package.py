"""Measures what the package costs before it does anything: import time and memory, beside PyTorch's, and file sizes.

    python bench/package.py [--wheel dist/vibetensor-*.whl] [--runs 15]

Writes bench/results/package.json. Each import is timed in a fresh interpreter, less the time of an empty one.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "bench" / "results" / "package.json"

PROBE = """
import sys, time
begin = time.perf_counter()
{statement}
seconds = time.perf_counter() - begin
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(seconds, int(status["VmRSS"].split()[0]) / 1024, "numpy" in sys.modules)
"""


def import_cost(statement: str, runs: int) -> dict[str, float | bool]:
    """Median milliseconds and resident MB of a statement in a fresh interpreter, and whether numpy came with it."""
    seconds, megabytes, numpy = [], [], False
    for _ in range(runs + 1):  # the first run warms the page cache
        command = [sys.executable, "-c", PROBE.format(statement=statement)]
        words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        seconds.append(float(words[0]))
        megabytes.append(float(words[1]))
        numpy = words[2] == "True"
    return {
        "import_ms": round(1e3 * statistics.median(seconds[1:]), 2),
        "resident_mb": round(statistics.median(megabytes[1:]), 1),
        "imports_numpy": numpy,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    result: dict[str, object] = {
        "when": time.strftime("%Y-%m-%d"),
        "python": sys.version.split()[0],
        "interpreter": import_cost("pass", arguments.runs),
        "vibetensor": import_cost("import vibetensor.torch", arguments.runs),
    }
    if importlib.util.find_spec("torch"):
        result["torch"] = import_cost("import torch", 3)
    if arguments.wheel:
        result["wheel"] = {
            "name": arguments.wheel.name,
            "mb": round(arguments.wheel.stat().st_size / 1e6, 2),
        }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
