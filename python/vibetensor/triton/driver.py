"""What Triton asks of a driver: the device and its stream, loading and launching, and time."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from triton.backends.compiler import GPUTarget
from triton.backends.driver import DriverBase

from vibetensor import _C
from vibetensor.triton.benchmark import benchmark, flushed_memory
from vibetensor.triton.compiled import WARP, cubin_of, launcher
from vibetensor.triton.shortcut import shorten


class Loading(threading.local):
    """The kernel that this thread is about to load: Triton asks for its launcher first, then for the kernel."""

    cubin_for: Callable[[bytes], Any] | None = None


loading = Loading()


def without_pytorch() -> None:
    """Returns None; lets Triton's C++ look for PyTorch's Tensor now and find none, unless PyTorch is there already.

    It would import PyTorch at the first launch otherwise, wherever that is installed.
    """
    if "torch" in sys.modules:
        return
    from triton._C.libtriton import native_specialize_impl
    from triton.backends.nvidia.compiler import CUDABackend

    sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        native_specialize_impl(CUDABackend(GPUTarget("cuda", 80, WARP)), 1, False, True, True)
    finally:
        del sys.modules["torch"]


class Utilities:
    """What Triton calls the driver's utilities."""

    def load_binary(self, name: str, image: bytes, shared: int, device: int) -> tuple[Any, Any, int, int, int]:
        """(module, kernel, registers, spilled words, most threads of a block); the module is the kernel too."""
        make, loading.cubin_for = loading.cubin_for, None
        if make is None:
            raise RuntimeError(f"{name}: a kernel is loaded after its launcher was made, on the same thread")
        kernel = make(image).on(device)
        return kernel, kernel, kernel.registers, kernel.local_bytes // 4, kernel.max_threads

    def unload_module(self, module: Any) -> None:
        """Returns None; the kernel stays loaded, since a graph may hold it."""

    def get_device_properties(self, device: int) -> dict[str, int]:
        """What tuning asks for, by Triton's names."""
        p = _C.cuda_get_device_properties(device)
        return {
            "max_shared_mem": p.shared_memory_per_block_optin,
            "max_num_regs": p.regs_per_multiprocessor,
            "multiprocessor_count": p.multi_processor_count,
            "warpSize": p.warp_size,
        }

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(f"triton.runtime.driver.active.utils.{name} is not there")


class Driver(DriverBase):  # type: ignore[misc]
    """Triton's driver for our tensors and streams; there is one, `driver`."""

    def __init__(self) -> None:
        self.utils = Utilities()
        self.launcher_cls = self.launcher_of
        self.get_current_device = _C.cuda_current_device
        self.set_current_device = _C.cuda_set_device
        self.get_current_stream = _C.cuda_current_raw_stream

    def launcher_of(self, src: Any, metadata: Any) -> Callable[..., None]:
        """What launches the kernel that Triton compiled from `src`."""
        loading.cubin_for = lambda image: cubin_of(src.signature, metadata, image)
        if hasattr(getattr(src, "fn", None), "pre_run_hooks"):
            shorten(src.fn, self)
        return launcher(loading.cubin_for(b""), src.signature, metadata)

    @classmethod
    def is_active(cls) -> bool:
        return bool(_C.cuda_is_available())

    def get_device_capability(self, device: int | None = None) -> tuple[int, int]:
        p = _C.cuda_get_device_properties(device)
        return p.major, p.minor

    def get_current_target(self) -> Any:
        major, minor = self.get_device_capability()
        return GPUTarget("cuda", major * 10 + minor, WARP)

    def map_python_to_cpp_type(self, ty: str) -> str:
        from triton.backends.nvidia.driver import ty_to_cpp

        return str(ty_to_cpp(ty))

    def assemble_tensormap_to_arg(self, tensormaps_info: Any, args: Any) -> Any:
        return args

    def get_active_torch_device(self) -> Any:
        return _C.device("cuda", _C.cuda_current_device())

    def get_device_interface(self) -> Any:
        from vibetensor.torch import cuda

        return cuda

    def get_benchmarker(self) -> Any:
        return benchmark

    def get_empty_cache_for_benchmark(self) -> Any:
        return flushed_memory()

    def clear_cache(self, cache: Any) -> None:
        cache.zero_()


driver = Driver()
