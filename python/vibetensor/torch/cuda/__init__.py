"""NVIDIA GPUs: which there are, which is current, their streams, events and memory."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.cuda.graphs import (
    CUDAGraph,
    graph,
    graph_pool_handle,
    is_current_stream_capturing,
)
from vibetensor.torch.cuda.memory import (
    empty_cache,
    max_memory_allocated,
    max_memory_reserved,
    mem_get_info,
    memory_allocated,
    memory_reserved,
    memory_stats,
    reset_peak_memory_stats,
)
from vibetensor.torch.cuda.random import (
    get_rng_state,
    get_rng_state_all,
    initial_seed,
    manual_seed,
    manual_seed_all,
    set_rng_state,
    set_rng_state_all,
)
from vibetensor.torch.cuda.streams import (
    Event,
    Stream,
    StreamContext,
    current_stream,
    default_stream,
    set_stream,
    stream,
)

__all__ = [
    "CUDAGraph",
    "Event",
    "OutOfMemoryError",
    "Stream",
    "StreamContext",
    "current_device",
    "current_stream",
    "default_stream",
    "device",
    "device_count",
    "empty_cache",
    "get_arch_list",
    "get_device_capability",
    "get_device_name",
    "get_device_properties",
    "get_rng_state",
    "get_rng_state_all",
    "graph",
    "graph_pool_handle",
    "init",
    "initial_seed",
    "is_available",
    "is_bf16_supported",
    "is_current_stream_capturing",
    "is_initialized",
    "make_graphed_callables",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "max_memory_reserved",
    "mem_get_info",
    "memory_allocated",
    "memory_reserved",
    "memory_stats",
    "reset_peak_memory_stats",
    "set_device",
    "set_rng_state",
    "set_rng_state_all",
    "set_stream",
    "stream",
    "synchronize",
]

OutOfMemoryError = _C.OutOfMemoryError


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


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether bfloat16 runs on the current GPU, from compute capability 8.0 on in hardware."""
    return is_available() and get_device_capability()[0] >= 8


def make_graphed_callables(
    callables: Any,
    sample_args: Any,
    num_warmup_iters: int = 3,
    allow_unused_input: bool = False,
    pool: tuple[int, int] | None = None,
) -> Any:
    """`callables`, one or a tuple of functions and modules, with forward and backward replayed from CUDA graphs.

    sample_args: a tuple of CUDA tensors per callable, of the shapes and requires_grad of real arguments. A tuple's
    callables share memory and must later run in its order. Modules are changed in place; they may have no hooks
    yet, and after this no parameter may be added or removed. allow_unused_input: an input that outputs don't depend on
    is no error. Outputs lie in memory that the next call overwrites. Second derivatives are not supported.
    """
    from vibetensor.torch.cuda._graphed_callables import make_graphed_callables as make

    return make(callables, sample_args, num_warmup_iters, allow_unused_input, pool)


def get_arch_list() -> list[str]:
    """The architectures that the CUDA code was built for, such as "sm_90"; empty where CUDA is not available."""
    if not is_available():
        return []
    archs: str = _C.system_info()["build"]["cuda_archs"]
    return [
        f"sm_{arch.removesuffix('-real')}" for arch in archs.replace(";", " ").split() if not arch.endswith("-virtual")
    ]


__getattr__ = module_getattr(__name__, ["amp"])
