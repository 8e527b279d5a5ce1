"""Prints the requirements of pyproject.toml as pip takes them: `dependencies.py build test demo`.

"build" is what a build without isolation needs, "run" what the package needs; any other name is one of
[project.optional-dependencies].
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    import tomllib
except ImportError:  # Python 3.10
    from pip._vendor import tomli as tomllib  # type: ignore[no-redef,import-not-found,unused-ignore]

from build_backend import cuda_requirements

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def missing_tools() -> list[str]:
    """CMake and Ninja from PyPI, where the machine's are absent or too old."""
    found = []
    for tool, minimum in (("cmake", (3, 25)), ("ninja", (1, 10))):
        path = shutil.which(tool)
        text = subprocess.run([path, "--version"], capture_output=True, text=True).stdout if path else ""
        version = re.search(r"(\d+)\.(\d+)", text)
        if version is None or (int(version[1]), int(version[2])) < minimum:
            found.append(f"{tool}>={minimum[0]}.{minimum[1]}")
    return found


def requirements(name: str, pyproject: dict[str, Any]) -> list[str]:
    if name == "build":
        return [*pyproject["build-system"]["requires"], *missing_tools(), *cuda_requirements()]
    project = pyproject["project"]
    found: list[str] = project["dependencies"] if name == "run" else project["optional-dependencies"][name]
    return found


if __name__ == "__main__":
    parsed = tomllib.loads(PYPROJECT.read_text())
    for extra in sys.argv[1:]:
        print("\n".join(requirements(extra, parsed)))
