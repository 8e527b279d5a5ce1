"""Checkpoints changed at random: no crash, nothing that runs, no error but those that say that the file is not valid.

`make mutations` reads 100,000 of them; VT_MUTATIONS sets another number.
"""

import os
import subprocess
import sys
from pathlib import Path

COUNT = int(os.environ.get("VT_MUTATIONS", "4000"))
PER_PROCESS = 20_000


def test_mutated_files():
    folder = Path(__file__).parent.parent
    paths = os.pathsep.join([str(folder), *sys.path])
    read = refused = 0
    for seed, begin in enumerate(range(0, COUNT, PER_PROCESS)):
        count = min(PER_PROCESS, COUNT - begin)
        done = subprocess.run(
            [sys.executable, "-m", "serialization.mutations", str(seed), str(count)],
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            timeout=1800,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        both = done.stdout.split()
        read, refused = read + int(both[0]), refused + int(both[1])
    assert read + refused == COUNT
    assert read > COUNT / 50 and refused > COUNT / 50  # the changes are neither all harmless nor all caught at once
