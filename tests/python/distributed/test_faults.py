"""A process that is killed in a collective, is late, or calls another: all others hear of it, soon, with its number.

$VT_FAULTS is how many seeded runs there are; `make faults` makes 200.
"""

import json
import os
import subprocess
import sys

from launched import PROGRAMS, free_port

COUNT = int(os.environ.get("VT_FAULTS", "14"))  # every collective once
SOON = 15.0  # seconds: the timeout, and until the records of others have come


def wrong_with(case):
    """What is not as it has to be in a run."""
    victim, heard = case["victim"], {f["rank"]: f for f in case["found"]}
    if case.get("hangs"):
        return [f"ranks {case['hangs']} hang"]
    found = []
    for rank in range(case["size"]):
        error = heard[rank]["error"]
        if rank == victim and case["way"] == "killed":
            continue
        if error is None:
            found.append(f"rank {rank} heard nothing: {heard[rank].get('trace', '')}")
        elif rank != victim and f"rank {victim}" not in error.lower() and f"ranks {victim}" not in error.lower():
            found.append(f"rank {rank} does not name rank {victim}: {error}")
        if heard[rank]["seconds"] > SOON:
            found.append(f"rank {rank} heard of it after {heard[rank]['seconds']:.1f} s")
    return found


def test_every_fault_is_told():
    done = subprocess.run(
        [sys.executable, str(PROGRAMS / "faults.py"), "0", str(COUNT), str(free_port() % 10000 + 20000)],
        capture_output=True,
        text=True,
        timeout=120 + 5 * COUNT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    cases = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(cases) == COUNT
    wrong = {case["seed"]: (case, found) for case in cases if (found := wrong_with(case))}
    told = "\n\n".join(
        f"{ {k: v for k, v in case.items() if k != 'found'} }\n  " + "\n  ".join(found)
        for case, found in wrong.values()
    )
    assert not wrong, f"{len(wrong)} of {COUNT} runs:\n{told}"
