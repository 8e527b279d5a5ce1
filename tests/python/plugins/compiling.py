"""Compiles plugins as their authors do: out of the tree, with the header and nothing else of ours."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
COMPILERS = {".c": ["cc", "-std=c11"], ".cpp": ["c++", "-std=c++17"], ".cu": ["c++", "-std=c++17", "-x", "c++"]}


def has_compilers() -> bool:
    return all(shutil.which(name) for name in ("cc", "c++"))


def compiled(source: Path, output: Path, *flags: str) -> Path:
    """The library of one source file."""
    compiler, *options = COMPILERS[source.suffix]
    command = [compiler, *options, "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", *flags]
    include = output.parent / "include"
    if not include.exists():
        shutil.copytree(ROOT / "include", include)
    copy = output.parent / source.name
    shutil.copy(source, copy)
    done = subprocess.run([*command, "-I", str(include), str(copy), "-o", str(output)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return output


@cache
def reference(name: str) -> Path:
    """One of plugins/, by its folder."""
    source = next((ROOT / "plugins" / name).glob(f"{name}.c*"))
    return compiled(source, Path(mkdtemp(prefix="vt-plugin-")) / f"{name}.so")


def run_program(program: str, *arguments: object, timeout: int = 300) -> str:
    """What a program of programs/ prints. Not in this process, whose registry other tests compare with files."""
    path = HERE / "programs" / program
    done = subprocess.run(
        [sys.executable, str(path), *map(str, arguments)], capture_output=True, text=True, timeout=timeout
    )
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
