"""Instructions per small call from Python on the CPU, of two builds: what a change costs a call, without a clock's noise.

    python bench/instructions.py --before ../before/python --after python [--out bench/results/instructions.json]

Counted under valgrind (callgrind), which has to be installed with its headers; so the figures do not depend on what else
the machine does. Caches and branches are not in them: overhead.py times the same calls. glibc's caches of freed blocks are
made so large that none is ever full: with seven places each, a few hundred instructions of a call depend on what ran before.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import two_builds

WARM_UP, CALLS = 300, 500
ROOM = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000"}
PROBE = """
#include <valgrind/callgrind.h>
void start(void) { CALLGRIND_START_INSTRUMENTATION; CALLGRIND_ZERO_STATS; }
void stop(const char* name) { CALLGRIND_DUMP_STATS_AT(name); CALLGRIND_STOP_INSTRUMENTATION; }
"""


def count_in_this_process(probe: str) -> None:
    """What runs under valgrind: every row, between two requests to callgrind."""
    import vibetensor.torch as torch
    from small_calls import rows

    callgrind = ctypes.CDLL(probe)
    for name, (call, ops) in rows(torch, "cpu").items():
        for _ in range(max(3, WARM_UP // ops)):
            call()
        repeats = range(max(1, CALLS // ops))
        callgrind.start()
        for _ in repeats:
            call()
        callgrind.stop(f"{name}@{len(repeats) * ops}".encode())


def instructions(package: Path) -> dict[str, float]:
    """Instructions per op by row, of the package in that folder."""
    with tempfile.TemporaryDirectory() as folder:
        source, probe = Path(folder, "probe.c"), Path(folder, "probe.so")
        source.write_text(PROBE)
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", probe, source], check=True)
        environment = {**os.environ, "PYTHONPATH": str(package.resolve()), "PYTHONHASHSEED": "0", **ROOM}
        valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={folder}/counts"]
        subprocess.run(
            [*valgrind, sys.executable, __file__, "--probe", str(probe)],
            check=True,
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        counts = {}
        for part in Path(folder).glob("counts.*"):
            text = part.read_text()
            name, calls = re.search(r"^desc: Trigger: Client Request: (.+)@(\d+)$", text, re.M).groups()  # type: ignore[union-attr]
            counts[name] = int(re.search(r"^(?:totals|summary): (\d+)", text, re.M)[1]) / int(calls)  # type: ignore[index]
        return counts


def main() -> None:
    parser = two_builds.parser(__doc__)
    parser.add_argument("--probe", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.probe:
        count_in_this_process(arguments.probe)
        return
    after = instructions(arguments.after)
    before = instructions(arguments.before) if arguments.before else after
    rows = [
        {
            "row": name,
            "before": round(before[name]),
            "after": round(after[name]),
            "ratio": round(after[name] / before[name], 3),
        }
        for name in after
    ]
    for row in rows:
        print(f"{row['row']:38s} {row['before']:9d} {row['after']:9d}   {row['ratio']:.3f}")
    two_builds.write(arguments.out, "instructions per call from Python on the CPU, counted by callgrind", rows)


if __name__ == "__main__":
    main()
