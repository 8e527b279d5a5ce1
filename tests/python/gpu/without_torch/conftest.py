"""These files run in a process of their own, by test_triton.py: PyTorch is never imported there."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
sys.path[:0] = [str(ROOT / "examples" / "triton_kernels"), str(ROOT / "examples" / "cute")]


@pytest.fixture(autouse=True)
def without_pytorch():
    """PyTorch was not imported by the test either."""
    yield
    assert "torch" not in sys.modules
