"""The tables and the chart of the documents are what bench/results holds."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("script", ["tables.py", "charts.py"])
def test_they_are_made_from_the_results(script):
    done = subprocess.run([sys.executable, ROOT / "bench" / script, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, f"run python bench/{script} {done.stdout}{done.stderr}"
