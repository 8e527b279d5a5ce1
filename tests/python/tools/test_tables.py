"""The tables of docs/performance.md are what bench/results holds."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_tables_are_made_from_the_results():
    done = subprocess.run([sys.executable, ROOT / "bench" / "tables.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, f"run python bench/tables.py {done.stdout}{done.stderr}"
