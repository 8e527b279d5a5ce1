"""Prints the requirements of pyproject.toml as pip takes them: `dependencies.py build test demo`.

"build" is what a build without isolation needs; any other name is one of [project.optional-dependencies].
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

try:
    import tomllib
except ImportError:  # Python 3.10
    from pip._vendor import tomli as tomllib  # type: ignore[no-redef,import-not-found,unused-ignore]

from build_backend import cuda_requirements

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def requirements(name: str, pyproject: dict[str, Any]) -> list[str]:
    if name == "build":
        tools = ["cmake>=3.25", "ninja>=1.10"]
        return [*pyproject["build-system"]["requires"], *tools, *cuda_requirements()]
    found: list[str] = pyproject["project"]["optional-dependencies"][name]
    return found


if __name__ == "__main__":
    parsed = tomllib.loads(PYPROJECT.read_text())
    for extra in sys.argv[1:]:
        print("\n".join(requirements(extra, parsed)))
