"""Checks built libraries or wheels: what they need at load time, where they look for it, and how large the wheel is.

    check_binary.py build/dev/lib          every *.so and *.node of the folder
    check_binary.py dist/vibetensor-*.whl  the same inside the wheel, and the wheel's size

A package that names a CUDA library as NEEDED would not import on a machine without one.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ALLOWED = re.compile(r"^(libvibetensor|libstdc\+\+|libgcc_s|libc|libm|libdl|librt|libpthread|ld-linux-x86-64)\.so")
MAX_WHEEL_MB = 60.0


def dynamic_entries(library: Path, tag: str) -> list[str]:
    """The values of one tag in the dynamic section, e.g. the names that are NEEDED."""
    text = subprocess.run(["readelf", "-d", str(library)], capture_output=True, text=True, check=True).stdout
    return re.findall(rf"\({tag}\).*\[(.*)\]", text)


def complaints_of_library(library: Path) -> Iterator[str]:
    for name in dynamic_entries(library, "NEEDED"):
        if not ALLOWED.match(name):
            yield f"{library.name} needs {name} at load time"
    for path in dynamic_entries(library, "RUNPATH") + dynamic_entries(library, "RPATH"):
        if path != "$ORIGIN":
            yield f"{library.name} looks for libraries in {path!r}, not only beside itself"
    # The CUDA runtime's thread-local memory alone is larger than what the loader keeps for such libraries.
    if "STATIC_TLS" in subprocess.run(["readelf", "-d", str(library)], capture_output=True, text=True).stdout:
        yield f"{library.name} uses the initial-exec TLS model and may not load into a running process"


def complaints_of_folder(folder: Path) -> Iterator[str]:
    libraries = sorted(p for p in folder.rglob("*") if p.suffix in (".so", ".node"))
    if not libraries:
        yield f"{folder}: no libraries in it"
    for library in libraries:
        yield from complaints_of_library(library)
        print(f"{library.name}: {library.stat().st_size / 1e6:.1f} MB")


def complaints_of_wheel(wheel: Path) -> Iterator[str]:
    size = wheel.stat().st_size / 1e6
    print(f"{wheel.name}: {size:.1f} MB (limit {MAX_WHEEL_MB:.0f})")
    if size > MAX_WHEEL_MB:
        yield f"{wheel.name}: {size:.1f} MB, more than {MAX_WHEEL_MB:.0f}"
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
        yield from complaints_of_folder(Path(folder))
        for stray in sorted(n for n in archive.namelist() if n.endswith((".h", ".cuh", ".cpp", ".cu", ".a", ".o"))):
            yield f"{wheel.name}: {stray} is of no use in a wheel"


def main(arguments: list[str]) -> int:
    complaints: list[str] = []
    for path in map(Path, arguments):
        complaints += complaints_of_wheel(path) if path.suffix == ".whl" else complaints_of_folder(path)
    for line in complaints:
        print(line, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
