"""What this build is, as text."""

from vibetensor import _C

__all__ = ["parallel_info", "show"]


def show() -> str:
    """The compilers and the settings of the build."""
    found = _C.system_info()
    build, cpu = found["build"], found["cpu"]
    return (
        f"VibeTensor {found['version']} built with:\n  - {build['compiler']}\n  - {build['cuda_compiler']}\n"
        f"  - CPU capability usage: {cpu['simd']}\n  - Build settings: BUILD_TYPE={build['type']}, "
        f"CUDA_ARCHS={build['cuda_archs']}\n"
    )


def parallel_info() -> str:
    """How many threads ops on the CPU use."""
    return f"VibeTensor's thread pool\n\tget_num_threads() : {_C.get_num_threads()}\n"


def _cxx_flags() -> str:
    """The compiler of the build."""
    return str(_C.system_info()["build"]["compiler"])
