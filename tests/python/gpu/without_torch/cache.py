"""Kernels on the disk: what a run with Triton leaves, a process without Triton runs."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

KERNELS = """
from vibetensor.triton import jit, language as tl
STEP = tl.constexpr(2)
SHIFT = tl.constexpr(3)

@jit
def twice(x):
    return x * STEP

@jit
def twice_and_more(x, y, n, more, BLOCK: tl.constexpr = 256):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(y + at, twice(tl.load(x + at, mask=at < n)) + more + SHIFT, mask=at < n)
"""
PROGRAM = """
import sys
if sys.argv[1] == "without":
    sys.modules["triton"] = None
import kernels
import vibetensor.torch as torch
n = int(sys.argv[2])
x = torch.arange(n, device="cuda", dtype=torch.float32)
y = torch.empty_like(x)
kernels.twice_and_more[lambda meta: (-(-n // meta["BLOCK"]),)](x, y, n, 1.5)
assert torch.equal(y, x * kernels.STEP.value + 4.5), y
assert (sys.argv[1] == "without") == (sys.modules.get("triton") is None)
assert "torch" not in sys.modules
"""


def run(folder, *arguments):
    (folder / "program.py").write_text(textwrap.dedent(PROGRAM))
    return subprocess.run(
        [sys.executable, str(folder / "program.py"), *arguments],
        env={**os.environ, "VIBETENSOR_KERNEL_CACHE": str(folder / "cache")},
        capture_output=True,
        text=True,
    )


def test_without_triton(tmp_path):
    (tmp_path / "kernels.py").write_text(KERNELS)
    missing = run(tmp_path, "without", "1000")
    assert missing.returncode != 0 and "Triton is not installed" in missing.stderr
    for arguments in (("with", "1000"), ("without", "1000"), ("without", "1008")):
        done = run(tmp_path, *arguments)
        known = arguments != ("without", "1008")  # a multiple of 16 is another kind of argument
        assert (done.returncode == 0) == known, done.stderr
    assert len(list((tmp_path / "cache").iterdir())) == 1
    (tmp_path / "kernels.py").write_text(KERNELS.replace("constexpr(2)", "constexpr(5)"))
    assert run(tmp_path, "without", "1000").returncode != 0  # another kernel
    assert run(tmp_path, "with", "1000").returncode == 0
    assert len(list((tmp_path / "cache").iterdir())) == 2
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(path.read_bytes()[:100])
    assert run(tmp_path, "with", "1000").returncode == 0  # a damaged file is made again
