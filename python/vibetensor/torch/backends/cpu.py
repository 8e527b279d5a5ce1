"""What the CPU can do."""

from vibetensor import _C

__all__ = ["get_cpu_capability"]

NAMES = {"x86-64-v4": "AVX512", "x86-64-v3": "AVX2"}


def get_cpu_capability() -> str:
    """Which instructions the kernels on the CPU use, in PyTorch's words: "DEFAULT", "AVX2" or "AVX512"."""
    return NAMES.get(_C.system_info()["cpu"]["simd"], "DEFAULT")
