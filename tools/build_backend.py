"""The PEP 517 backend of pyproject.toml: scikit-build-core, plus PyPI's CUDA compiler where the machine has none.

Run as a script it prints the extra build requirements, one a line; the Makefile asks it the same way as pip does.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import Any

CUDA_RELEASE = "13.0"  # newer PTX does not load on the 580 drivers
TOOLKIT = f"cuda-toolkit[nvcc,cccl,nvtx]=={CUDA_RELEASE}.*"


def has_cuda_compiler() -> bool:
    """True if the user names a CUDA compiler or PATH has one of the release, which cmake/FindCudaWheels.cmake takes."""
    if os.environ.get("CUDACXX"):
        return True
    for name in ("CUDA_HOME", "CUDA_PATH"):
        home = os.environ.get(name)
        if home and os.access(os.path.join(home, "bin", "nvcc"), os.X_OK):
            return True
    nvcc = shutil.which("nvcc")
    if nvcc is None:
        return False
    try:
        text = subprocess.run([nvcc, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    return re.search(rf"release {re.escape(CUDA_RELEASE)}\b", text) is not None


def cuda_requirements() -> list[str]:
    """The requirements that bring a CUDA compiler, or an empty list."""
    return [] if has_cuda_compiler() else [TOOLKIT]


def get_requires_for_build_wheel(config_settings: dict[str, Any] | None = None) -> list[str]:
    return [*_backend().get_requires_for_build_wheel(config_settings), *cuda_requirements()]


def get_requires_for_build_editable(config_settings: dict[str, Any] | None = None) -> list[str]:
    return [*_backend().get_requires_for_build_editable(config_settings), *cuda_requirements()]


def _backend() -> Any:
    from scikit_build_core import build

    return build


_FORWARDED = {
    "build_wheel",
    "build_editable",
    "build_sdist",
    "get_requires_for_build_sdist",
    "prepare_metadata_for_build_wheel",
    "prepare_metadata_for_build_editable",
}


def __getattr__(name: str) -> Any:
    if name in _FORWARDED:
        return getattr(_backend(), name)
    raise AttributeError(name)


if __name__ == "__main__":
    print("\n".join(cuda_requirements()))
