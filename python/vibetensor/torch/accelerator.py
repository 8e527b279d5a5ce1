"""The accelerator of this machine, whichever kind it is: CUDA, or none; torch.Stream and torch.Event are its own."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

Stream = _C.CudaStream


class Event(_C.CudaEvent):
    """A mark in a stream of the accelerator; torch.cuda.Event with the device as its first argument."""

    def __init__(
        self,
        device: Any = None,
        *,
        enable_timing: bool = False,
        blocking: bool = False,
        interprocess: bool = False,
    ):
        if device is not None and not isinstance(device, int) and _C.device(device).type != "cuda":
            raise RuntimeError(f"torch.Event is for the accelerator, got {_C.device(device)}")
        super().__init__(enable_timing=enable_timing, blocking=blocking, interprocess=interprocess)


def is_available() -> bool:
    """Whether there is an accelerator."""
    return _C.cuda_is_available()


def device_count() -> int:
    """How many there are."""
    return _C.cuda_device_count()


def current_accelerator() -> Any:
    """The device type of the accelerator, as a device; None if there is none."""
    return _C.device("cuda") if _C.cuda_is_available() else None


def synchronize(device: Any = None) -> None:
    """Returns None when the accelerator has done all work queued so far."""
    from vibetensor.torch.cuda import synchronize

    synchronize(device)


def current_device_index() -> int:
    """The number of the accelerator that is current."""
    from vibetensor.torch.cuda import current_device

    return current_device()


def set_device_index(device: Any) -> None:
    """Returns None; makes `device` the current accelerator."""
    from vibetensor.torch.cuda import set_device

    set_device(device)


def current_stream(device: Any = None) -> Any:
    """The stream on which work for the device is queued now."""
    from vibetensor.torch.cuda import current_stream

    return current_stream(device)


def set_stream(stream: Any) -> None:
    """Returns None; makes `stream` and its device current."""
    from vibetensor.torch.cuda import set_stream

    set_stream(stream)


MEMORY = {
    "empty_cache": "empty_cache",
    "empty_host_cache": "empty_host_cache",
    "get_memory_info": "mem_get_info",
    "max_memory_allocated": "max_memory_allocated",
    "max_memory_reserved": "max_memory_reserved",
    "memory_allocated": "memory_allocated",
    "memory_reserved": "memory_reserved",
    "memory_stats": "memory_stats",
    "reset_accumulated_memory_stats": "reset_accumulated_memory_stats",
    "reset_peak_memory_stats": "reset_peak_memory_stats",
}
absent = module_getattr(__name__)


def __getattr__(name: str) -> Any:
    if name not in MEMORY:
        return absent(name)
    from vibetensor.torch.cuda import memory

    return getattr(memory, MEMORY[name])
