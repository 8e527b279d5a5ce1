"""How much memory the GPU has, and how much of it is ours."""

from __future__ import annotations

from typing import Any

from vibetensor import _C


def index_of(device: Any) -> int:
    from vibetensor.torch.cuda import device_index

    return device_index(device, optional=True)


def memory_stats(device: Any = None) -> dict[str, int]:
    """The allocator's counters by name, such as "allocated_bytes.all.peak"."""
    return _C.cuda_memory_stats(index_of(device))


def memory_allocated(device: Any = None) -> int:
    """Bytes in use by tensors."""
    return memory_stats(device)["allocated_bytes.all.current"]


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes that tensors have used at a time, since the start or reset_peak_memory_stats()."""
    return memory_stats(device)["allocated_bytes.all.peak"]


def memory_reserved(device: Any = None) -> int:
    """Bytes that the allocator holds, in use or not."""
    return memory_stats(device)["reserved_bytes.all.current"]


def max_memory_reserved(device: Any = None) -> int:
    """The most bytes that the allocator has held at a time."""
    return memory_stats(device)["reserved_bytes.all.peak"]


def reset_peak_memory_stats(device: Any = None) -> None:
    """Returns None; the peaks start again from what is in use now."""
    _C.cuda_reset_peak_memory_stats(index_of(device))


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """(free, total) bytes of the GPU, other processes counted."""
    return _C.cuda_mem_get_info(index_of(device))


def empty_cache() -> None:
    """Returns None; gives memory that no tensor uses back to the driver."""
    if _C.cuda_is_available():
        _C.cuda_empty_cache()
