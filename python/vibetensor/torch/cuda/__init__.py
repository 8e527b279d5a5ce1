"""NVIDIA GPUs: which there are, which is current, their streams, events and memory."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.cuda import nvtx, tunable
from vibetensor.torch.cuda.graphs import (
    CUDAGraph,
    graph,
    graph_pool_handle,
    is_current_stream_capturing,
    make_graphed_callables,
)
from vibetensor.torch.cuda.memory import (
    CUDAPluggableAllocator,
    MemPool,
    caching_allocator_alloc,
    caching_allocator_delete,
    caching_allocator_enable,
    change_current_allocator,
    empty_cache,
    get_allocator_backend,
    get_per_process_memory_fraction,
    host_memory_stats,
    host_memory_stats_as_nested_dict,
    list_gpu_processes,
    max_memory_allocated,
    max_memory_cached,
    max_memory_reserved,
    mem_get_info,
    memory_allocated,
    memory_cached,
    memory_reserved,
    memory_snapshot,
    memory_stats,
    memory_stats_as_nested_dict,
    memory_summary,
    reset_accumulated_host_memory_stats,
    reset_accumulated_memory_stats,
    reset_max_memory_allocated,
    reset_max_memory_cached,
    reset_peak_host_memory_stats,
    reset_peak_memory_stats,
    set_per_process_memory_fraction,
    use_mem_pool,
)
from vibetensor.torch.cuda.random import (
    get_rng_state,
    get_rng_state_all,
    initial_seed,
    manual_seed,
    manual_seed_all,
    seed,
    seed_all,
    set_rng_state,
    set_rng_state_all,
)
from vibetensor.torch.cuda.streams import (
    Event,
    ExternalStream,
    Stream,
    StreamContext,
    current_stream,
    default_stream,
    get_stream_from_external,
    set_stream,
    stream,
)

__all__ = [
    "CUDAGraph",
    "CUDAPluggableAllocator",
    "Event",
    "ExternalStream",
    "MemPool",
    "OutOfMemoryError",
    "Stream",
    "StreamContext",
    "caching_allocator_alloc",
    "caching_allocator_delete",
    "caching_allocator_enable",
    "can_device_access_peer",
    "change_current_allocator",
    "clock_rate",
    "cudart",
    "current_blas_handle",
    "current_device",
    "current_solver_handle",
    "current_stream",
    "default_stream",
    "device",
    "device_count",
    "device_memory_used",
    "device_of",
    "empty_cache",
    "get_allocator_backend",
    "get_arch_list",
    "get_device_capability",
    "get_device_name",
    "get_device_properties",
    "get_gencode_flags",
    "get_per_process_memory_fraction",
    "get_rng_state",
    "get_rng_state_all",
    "get_stream_from_external",
    "get_sync_debug_mode",
    "graph",
    "graph_pool_handle",
    "has_half",
    "has_magma",
    "host_memory_stats",
    "host_memory_stats_as_nested_dict",
    "init",
    "initial_seed",
    "ipc_collect",
    "is_available",
    "is_bf16_supported",
    "is_current_stream_capturing",
    "is_initialized",
    "is_tf32_supported",
    "list_gpu_processes",
    "make_graphed_callables",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "max_memory_cached",
    "max_memory_reserved",
    "mem_get_info",
    "memory_allocated",
    "memory_cached",
    "memory_reserved",
    "memory_snapshot",
    "memory_stats",
    "memory_stats_as_nested_dict",
    "memory_summary",
    "memory_usage",
    "nvtx",
    "power_draw",
    "reset_accumulated_host_memory_stats",
    "reset_accumulated_memory_stats",
    "reset_max_memory_allocated",
    "reset_max_memory_cached",
    "reset_peak_host_memory_stats",
    "reset_peak_memory_stats",
    "seed",
    "seed_all",
    "set_device",
    "set_per_process_memory_fraction",
    "set_rng_state",
    "set_rng_state_all",
    "set_stream",
    "set_sync_debug_mode",
    "stream",
    "synchronize",
    "temperature",
    "tunable",
    "use_mem_pool",
    "utilization",
]

OutOfMemoryError = _C.OutOfMemoryError
has_half = True
has_magma = False


def is_available() -> bool:
    """Whether there is a GPU and a driver to use it; `python -m vibetensor.info` says why not."""
    return _C.cuda_is_available()


def device_count() -> int:
    """The number of GPUs, 0 where CUDA is not available."""
    return _C.cuda_device_count()


def init() -> None:
    """Returns None; RuntimeError with the reason if CUDA cannot be used. It starts by itself when needed."""
    if not is_available():
        raise RuntimeError(f"CUDA is not available: {_C.cuda_unavailable_reason()}")


def is_initialized() -> bool:
    """Whether CUDA is ready for use."""
    return is_available()


def current_device() -> int:
    """The number of the GPU that new CUDA tensors are made on."""
    init()
    return _C.cuda_current_device()


def set_device(device: Any) -> None:
    """Returns None; makes `device` current; a negative number changes nothing."""
    index = device_index(device)
    if index >= 0:
        init()
        _C.cuda_set_device(index)


def device_index(device: Any, optional: bool = False) -> int:
    """The number of a GPU named in any way; of None, if `optional`, the current one's."""
    if isinstance(device, int):
        return device
    if device is None:
        if not optional:
            raise ValueError("expected a CUDA device, got None")
        return current_device()
    named = _C.device(device)
    if named.type != "cuda":
        raise ValueError(f"Expected a cuda device, but got: {named}")
    return current_device() if named.index is None else named.index


class device:
    """Context in which another GPU is current: `device(1)`."""

    def __init__(self, device: Any):
        self.idx = device_index(device, optional=True)
        self.prev_idx = -1

    def __enter__(self) -> None:
        self.prev_idx = current_device()
        set_device(self.idx)

    def __exit__(self, *exc: object) -> None:
        set_device(self.prev_idx)


class device_of(device):
    """Context in which the GPU of `obj`, a tensor, is current; a tensor on the CPU changes nothing."""

    def __init__(self, obj: Any):
        super().__init__(obj.get_device() if obj.is_cuda else -1)


def can_device_access_peer(device: Any, peer_device: Any) -> bool:
    """Whether kernels on `device` can read and write the memory of `peer_device`."""
    init()
    here, there = device_index(device, optional=True), device_index(peer_device)
    for index in (here, there):
        if not 0 <= index < device_count():
            raise ValueError(f"expected a CUDA device below {device_count()}, got cuda:{index}")
    return _C.cuda_can_access_peer(here, there)


def synchronize(device: Any = None) -> None:
    """Returns None when the GPU has done all work queued so far."""
    init()
    _C.cuda_synchronize(device_index(device, optional=True))


def get_device_properties(device: Any = None) -> Any:
    """An object with name, major, minor, total_memory (bytes) and multi_processor_count."""
    init()
    return _C.cuda_get_device_properties(device_index(device, optional=True))


def get_device_name(device: Any = None) -> str:
    """The GPU's name."""
    return get_device_properties(device).name


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """(major, minor) of the GPU's compute capability."""
    properties = get_device_properties(device)
    return properties.major, properties.minor


def is_tf32_supported() -> bool:
    """Whether matrix products of float32 may run on tensor cores, from compute capability 8.0 on."""
    return is_available() and get_device_capability()[0] >= 8


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether bfloat16 runs on the current GPU, from compute capability 8.0 on in hardware."""
    return is_available() and get_device_capability()[0] >= 8


def _nvml_handle(device: Any) -> tuple[Any, Any]:
    """(the pynvml module, its handle of the device), of the package nvidia-ml-py.

    The device is found by its UUID: NVML knows no CUDA_VISIBLE_DEVICES.
    """
    try:
        import pynvml  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("this needs NVML for Python: pip install nvidia-ml-py") from error
    uuid = str(get_device_properties(device).uuid)
    try:
        pynvml.nvmlInit()
        return pynvml, pynvml.nvmlDeviceGetHandleByUUID(uuid if uuid.startswith("GPU-") else f"GPU-{uuid}")
    except pynvml.NVMLError as error:
        raise RuntimeError(f"NVML does not tell: {error}") from error


def utilization(device: Any = None) -> int:
    """Percent of the last sample period in which a kernel ran."""
    pynvml, handle = _nvml_handle(device)
    return pynvml.nvmlDeviceGetUtilizationRates(handle).gpu


def memory_usage(device: Any = None) -> int:
    """Percent of the last sample period in which the GPU's memory was read or written."""
    pynvml, handle = _nvml_handle(device)
    return pynvml.nvmlDeviceGetUtilizationRates(handle).memory


def device_memory_used(device: Any = None) -> int:
    """Bytes of the GPU's memory in use by all processes."""
    pynvml, handle = _nvml_handle(device)
    return pynvml.nvmlDeviceGetMemoryInfo(handle).used


def temperature(device: Any = None) -> int:
    """Degrees Celsius of the GPU."""
    pynvml, handle = _nvml_handle(device)
    return pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU)


def power_draw(device: Any = None) -> int:
    """Milliwatts that the GPU draws."""
    pynvml, handle = _nvml_handle(device)
    return pynvml.nvmlDeviceGetPowerUsage(handle)


def clock_rate(device: Any = None) -> int:
    """Megahertz of the GPU's multiprocessors."""
    pynvml, handle = _nvml_handle(device)
    return pynvml.nvmlDeviceGetClockInfo(handle, pynvml.NVML_CLOCK_SM)


def get_arch_list() -> list[str]:
    """The architectures that the CUDA code was built for, such as "sm_90"; empty where CUDA is not available."""
    if not is_available():
        return []
    archs: str = _C.system_info()["build"]["cuda_archs"]
    return [
        f"sm_{arch.removesuffix('-real')}" for arch in archs.replace(";", " ").split() if not arch.endswith("-virtual")
    ]


def get_gencode_flags() -> str:
    """The flags that make nvcc build for the architectures of `get_arch_list`."""
    numbers = [arch.removeprefix("sm_") for arch in get_arch_list()]
    return " ".join(f"-gencode compute=compute_{number},code=sm_{number}" for number in numbers)


def current_blas_handle() -> int:
    raise NotImplementedError("torch.cuda.current_blas_handle is not there: VibeTensor has no cuBLAS handle to share")


def current_solver_handle() -> int:
    raise NotImplementedError("torch.cuda.current_solver_handle is not there: VibeTensor does not use cuSOLVER")


def cudart() -> Any:
    raise NotImplementedError("torch.cuda.cudart is not there: the CUDA runtime is linked into VibeTensor privately")


def ipc_collect() -> None:
    raise NotImplementedError("sharing GPU memory between processes is not there yet")


def get_sync_debug_mode() -> int:
    """0: synchronising calls are not reported."""
    return 0


def set_sync_debug_mode(debug_mode: int | str) -> None:
    """Returns None for "default" or 0; reports of synchronising calls are not there yet."""
    if debug_mode not in (0, "default"):
        raise NotImplementedError(f"set_sync_debug_mode({debug_mode!r}) is not there yet")


# old constructors by element type
TYPES = "BFloat16Tensor BoolTensor ByteTensor CharTensor DoubleTensor FloatTensor HalfTensor IntTensor LongTensor ShortTensor"
__getattr__ = module_getattr(__name__, ["amp"], dict.fromkeys(TYPES.split(), "cuda.tensor_types"))
