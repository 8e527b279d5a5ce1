"""The plugins of plugins/ that have CUDA kernels, on a GPU."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from vibetensor import plugins

pytestmark = pytest.mark.cuda
ROOT = Path(__file__).resolve().parents[3]


@cache
def library(name: str) -> Path:
    """Compiled here by nvcc with the headers alone, or what the build made of the same source."""
    built = ROOT / "build" / "dev" / "plugins" / f"{name}.so"
    if built.exists():
        return built
    if shutil.which("nvcc") is None:
        pytest.skip("neither built nor nvcc to build it with")
    from tempfile import mkdtemp

    output = Path(mkdtemp(prefix="vt-plugin-")) / f"{name}.so"
    flags = ["-std=c++17", "-O3", "-arch=native", "-Xcompiler", "-fPIC", "-shared", "-I", plugins.include_path()]
    subprocess.run(["nvcc", *flags, str(ROOT / "plugins" / name / f"{name}.cu"), "-o", str(output)], check=True)
    return output


@pytest.mark.parametrize(
    "program, name", [("swiglu.py", "swiglu"), ("curves.py", "curves"), ("train.py", "curves")], ids=str
)
def test_plugin_on_the_gpu(program: str, name: str) -> None:
    path = ROOT / "tests" / "python" / "plugins" / "programs" / program
    done = subprocess.run([sys.executable, str(path), str(library(name)), "cuda"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("done\n")


def test_the_cutlass_plugin_where_it_was_built() -> None:
    path = ROOT / "build" / "dev" / "plugins" / "cutlass_linear.so"
    if not path.exists():
        pytest.skip("built only with VT_CUTLASS, the folder of CUTLASS's headers")
    program = ROOT / "tests" / "python" / "plugins" / "programs" / "cutlass_linear.py"
    done = subprocess.run([sys.executable, str(program), str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
