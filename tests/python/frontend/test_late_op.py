"""Ops that a library adds while the program runs are where the others are."""

import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).resolve().parents[3] / "build" / "dev" / "tests" / "late_op.node"
PROGRAM = """
import ctypes, sys
import vibetensor.torch as torch
from vibetensor import _C
x = torch.tensor([1.0, 2.0])
assert not hasattr(torch, "late_twice") and not hasattr(x, "late_twice")
ctypes.CDLL(sys.argv[1]).add_late_ops()
for name in ("late_twice", "late_twice_elsewhere"):
    assert getattr(torch, name)(x).tolist() == [2.0, 4.0]
    assert getattr(x, name)().tolist() == [2.0, 4.0]
    assert getattr(_C.ops, name)(x, out=torch.empty(2)).tolist() == [2.0, 4.0]
    assert any(row["name"] == name and row["places"] == ["torch", "Tensor"] for row in _C.registry())
assert x.late_twice_() is x and torch.late_twice_(x).tolist() == [4.0, 8.0]
"""


# Not in this process, whose registry other tests compare with files.
@pytest.mark.skipif(not LIBRARY.exists(), reason="built with the C++ tests, which are left out here")
def test_late_ops_are_functions_and_methods():
    subprocess.run([sys.executable, "-c", PROGRAM, str(LIBRARY)], check=True, timeout=120)
