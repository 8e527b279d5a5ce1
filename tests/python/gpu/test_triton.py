"""Triton and CuTe kernels in processes without PyTorch: the files of without_torch/."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.cuda
HERE = Path(__file__).resolve().parent / "without_torch"
NEEDS = {"launching": "triton", "ops": "triton", "cache": "triton", "cubins": None, "cute_live": "cutlass"}


@pytest.mark.parametrize("name", NEEDS)
def test_without_torch(name: str) -> None:
    needs = NEEDS[name]
    if needs is not None and find_spec(needs) is None:
        pytest.skip(f"{needs} is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE / f"{name}.py")],
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
    )
    print(done.stdout[-6000:])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
