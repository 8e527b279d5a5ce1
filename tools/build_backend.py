"""The PEP 517 backend of pyproject.toml: scikit-build-core, plus PyPI's CUDA compiler where the machine has none, and the
environment's VT_CUDA_ARCHS.

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


def with_archs(config_settings: dict[str, Any] | None) -> dict[str, Any]:
    """The settings with the GPUs to build for: as they say, else as the environment's VT_CUDA_ARCHS, else "auto"."""
    settings = dict(config_settings or {})
    names = [f"{prefix}cmake.define.VT_CUDA_ARCHS" for prefix in ("", "skbuild.")]
    if not any(name in settings for name in names):  # said outright: the build folder remembers an earlier answer
        settings[names[0]] = os.environ.get("VT_CUDA_ARCHS") or "auto"
    return settings


def build_wheel(folder: str, config_settings: dict[str, Any] | None = None, metadata_folder: str | None = None) -> str:
    name: str = _backend().build_wheel(folder, with_archs(config_settings), metadata_folder)
    return name


def build_editable(
    folder: str, config_settings: dict[str, Any] | None = None, metadata_folder: str | None = None
) -> str:
    name: str = _backend().build_editable(folder, with_archs(config_settings), metadata_folder)
    return name


def _backend() -> Any:
    from scikit_build_core import build

    return build


_FORWARDED = {
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
