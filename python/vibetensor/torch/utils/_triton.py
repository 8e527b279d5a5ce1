"""What libraries ask about Triton, whose kernels launch on our tensors: vibetensor.triton."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from vibetensor.torch._not_there import module_getattr


def has_triton_package() -> bool:
    """Whether Triton is installed."""
    from importlib.util import find_spec

    return find_spec("triton") is not None


def get_triton_version(fallback: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    """Triton's version, major and minor; the fallback if it is not installed."""
    try:
        major, minor = version("triton").split(".")[:2]
    except (PackageNotFoundError, ValueError):
        return fallback
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else fallback


def is_there_from(capability: tuple[int, int]) -> bool:
    """Whether Triton is installed and the current GPU is of that compute capability or later."""
    from vibetensor.torch import cuda

    return has_triton_package() and cuda.is_available() and cuda.get_device_capability() >= capability


def has_triton() -> bool:
    """Whether Triton's kernels can be launched: it is installed, and there is a GPU for which it compiles."""
    return is_there_from((7, 0))


def has_triton_stable_tma_api() -> bool:
    """Whether kernels may call tl.make_tensor_descriptor, with a GPU that has what it needs."""
    return is_there_from((9, 0))


def has_triton_tma() -> bool:
    """False: tensor descriptors that are made on the host are not passed to kernels."""
    return False


__getattr__ = module_getattr(__name__)
