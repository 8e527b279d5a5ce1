"""GPU memory: what tensors use, what the allocator holds, who asked for it, and how much it may take."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from vibetensor import _C
from vibetensor.torch.cuda._memory_history import (
    _dump_snapshot,
    _record_memory_history,
    _snapshot,
    memory_snapshot,
)

__all__ = [
    "CUDAPluggableAllocator",
    "MemPool",
    "OutOfMemoryError",
    "_dump_snapshot",
    "_record_memory_history",
    "_snapshot",
    "add_out_of_memory_callback",
    "allocator_stats",
    "attach_out_of_memory_observer",
    "caching_allocator_alloc",
    "caching_allocator_delete",
    "caching_allocator_enable",
    "change_current_allocator",
    "empty_cache",
    "empty_host_cache",
    "get_allocator_backend",
    "get_memory_limit",
    "get_per_process_memory_fraction",
    "host_memory_stats",
    "host_memory_stats_as_nested_dict",
    "list_gpu_processes",
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
    "reset_accumulated_host_memory_stats",
    "reset_accumulated_memory_stats",
    "reset_max_memory_allocated",
    "reset_max_memory_cached",
    "reset_peak_host_memory_stats",
    "reset_peak_memory_stats",
    "set_memory_limit",
    "set_per_process_memory_fraction",
    "use_mem_pool",
]

OutOfMemoryError = _C.OutOfMemoryError


def index_of(device: Any) -> int:
    from vibetensor.torch.cuda import device_index, init

    init()
    return device_index(device, optional=True)


# --- counters ---


def flattened(nested: dict[Any, Any], prefix: str = "") -> dict[str, Any]:
    """{"a": {"b": 1}} as {"a.b": 1}, in order of the keys."""
    flat: dict[str, Any] = {}
    for key, value in nested.items():
        name = prefix + ("_".join(map(str, key)) if isinstance(key, tuple) else str(key))
        if isinstance(value, dict):
            flat.update(flattened(value, name + "."))
        else:
            flat[name] = value
    return dict(sorted(flat.items()))


def memory_stats(device: Any = None) -> dict[str, Any]:
    """The allocator's counters by PyTorch's names, such as "allocated_bytes.all.peak"; {} where there is no GPU.

    Counted are allocation, segment, active and inactive_split, each also with "_bytes" ("reserved_bytes" for segments),
    and requested_bytes; of all memory, of small_pool (requests up to 1 MiB) and large_pool; as current, peak, allocated
    and freed, the last two being sums since the start. What PyTorch has no name for is in `allocator_stats`.
    """
    return flattened(memory_stats_as_nested_dict(device))


def memory_stats_as_nested_dict(device: Any = None) -> dict[str, Any]:
    """`memory_stats` as dicts of dicts: stats["allocated_bytes"]["all"]["peak"]."""
    return _C.cuda_memory_stats(index_of(device)) if _C.cuda_is_available() else {}


def allocator_stats(device: Any = None) -> dict[str, Any]:
    """Counters of this allocator that PyTorch has no name for.

    "ladder": how often each step against memory pressure ran; "cache_hits", "cached_bytes", "pending_blocks" (freed,
    but another stream may still use them), "memory_limit" (bytes, -1: none), "peak_uncertainty" (bytes by which peaks
    may be too low when several threads allocate).
    """
    return _C.cuda_allocator_stats(index_of(device))


def memory_allocated(device: Any = None) -> int:
    """Bytes in use by tensors; 0 where there is no GPU."""
    return memory_stats(device).get("allocated_bytes.all.current", 0)


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes that tensors have used at a time, since the start or reset_peak_memory_stats()."""
    return memory_stats(device).get("allocated_bytes.all.peak", 0)


def memory_reserved(device: Any = None) -> int:
    """Bytes that the allocator holds, in use or not."""
    return memory_stats(device).get("reserved_bytes.all.current", 0)


def max_memory_reserved(device: Any = None) -> int:
    """The most bytes that the allocator has held at a time, since the start or reset_peak_memory_stats()."""
    return memory_stats(device).get("reserved_bytes.all.peak", 0)


def renamed(old: str, new: str) -> None:
    warnings.warn(f"torch.cuda.{old} is an old name of torch.cuda.{new}", FutureWarning, stacklevel=3)


def memory_cached(device: Any = None) -> int:
    """`memory_reserved` by an old name."""
    renamed("memory_cached", "memory_reserved")
    return memory_reserved(device)


def max_memory_cached(device: Any = None) -> int:
    """`max_memory_reserved` by an old name."""
    renamed("max_memory_cached", "max_memory_reserved")
    return max_memory_reserved(device)


def reset_peak_memory_stats(device: Any = None) -> None:
    """Returns None; the peaks start again from what is in use now."""
    _C.cuda_reset_peak_memory_stats(index_of(device))


def reset_max_memory_allocated(device: Any = None) -> None:
    """`reset_peak_memory_stats` by an old name; it resets all peaks."""
    renamed("reset_max_memory_allocated", "reset_peak_memory_stats, which resets all peaks")
    reset_peak_memory_stats(device)


def reset_max_memory_cached(device: Any = None) -> None:
    """`reset_peak_memory_stats` by an old name; it resets all peaks."""
    renamed("reset_max_memory_cached", "reset_peak_memory_stats, which resets all peaks")
    reset_peak_memory_stats(device)


def reset_accumulated_memory_stats(device: Any = None) -> None:
    """Returns None; the sums ("allocated", "freed") and the counts of events start again from 0."""
    _C.cuda_reset_accumulated_memory_stats(index_of(device))


def host_memory_stats() -> dict[str, Any]:
    """Counters of the cache of page-locked host memory by PyTorch's names; {} where there is no GPU.

    Of "allocations", "allocated_bytes", "active_requests" and "active_bytes": current, peak, allocated, freed; and
    "num_host_alloc", "num_host_free", "host_alloc_time" and "host_free_time" (microseconds: total, max, min, count, avg).
    """
    return flattened(host_memory_stats_as_nested_dict())


def host_memory_stats_as_nested_dict() -> dict[str, Any]:
    """`host_memory_stats` as dicts of dicts."""
    return _C.cuda_host_memory_stats() if _C.cuda_is_available() else {}


def reset_peak_host_memory_stats() -> None:
    """Returns None; the peaks of page-locked memory start again from what is in use now."""
    index_of(None)
    _C.cuda_reset_peak_host_memory_stats()


def reset_accumulated_host_memory_stats() -> None:
    """Returns None; the sums of page-locked memory start again from 0."""
    index_of(None)
    _C.cuda_reset_accumulated_host_memory_stats()


# --- how much there is, and how much we may take ---


def list_gpu_processes(device: Any = None) -> str:
    """A line per process that uses the GPU, with its megabytes; what to install where NVML cannot be reached."""
    from vibetensor.torch.cuda import _nvml_handle

    try:
        pynvml, handle = _nvml_handle(device)
    except ModuleNotFoundError as error:
        return str(error)
    rows = [
        f"process {p.pid:>10d} uses {(p.usedGpuMemory or 0) / 2**20:>12.3f} MB GPU memory"
        for p in pynvml.nvmlDeviceGetComputeRunningProcesses(handle)
    ]
    return "\n".join(rows or ["no processes are running"])


# The rows and columns of memory_summary.
MEASURES = ("current", "peak", "allocated", "freed")
HEADINGS = ("in use", "peak", "allocated", "freed")
BYTES = (
    ("allocated_bytes", "Allocated memory"),
    ("active_bytes", "Active memory"),
    ("requested_bytes", "Requested memory"),
    ("reserved_bytes", "GPU reserved memory"),
    ("inactive_split_bytes", "Non-releasable memory"),
)
COUNTS = (
    ("allocation", "Allocations"),
    ("active", "Active allocs"),
    ("segment", "GPU reserved segments"),
    ("inactive_split", "Non-releasable allocs"),
)
OVERSIZE = (("oversize_allocations", "Oversize allocations"), ("oversize_segments", "Oversize GPU segments"))
POOLS = (("large_pool", "  of large requests"), ("small_pool", "  of small requests"))
LABEL, CELL = 23, 13


def size_text(size: int) -> str:
    """1536 as "1.5 KiB"."""
    value, unit = float(size), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if abs(value) < 1024:
            break
        value, unit = value / 1024, larger
    return f"{size} B" if unit == "B" else f"{value:.1f} {unit}"


def count_text(count: int) -> str:
    return f"{count:,}"


def summary_row(label: str, cells: list[str]) -> str:
    return "| " + label.ljust(LABEL) + " |" + "|".join(cell.rjust(CELL - 1) + " " for cell in cells) + "|"


def summary_table(title: str, notes: list[str], stats: dict[str, Any], abbreviated: bool) -> str:
    """The lines of a summary of `stats` (keys of memory_stats) under `title`."""
    width = len(summary_row("", [""] * len(MEASURES)))
    rule, thick = "|" + "-" * (width - 2) + "|", "|" + "=" * (width - 2) + "|"
    lines = [thick, "|" + title.center(width - 2) + "|", rule]
    lines += ["|" + note.center(width - 2) + "|" for note in notes]
    lines += [thick, summary_row("", list(HEADINGS))]
    for metrics, text in ((BYTES, size_text), (COUNTS, count_text)):
        for key, label in metrics:
            lines.append(rule)
            parts = [("all", label)] + ([] if abbreviated else list(POOLS))
            lines += [summary_row(name, [text(stats[f"{key}.{part}.{m}"]) for m in MEASURES]) for part, name in parts]
    for key, label in OVERSIZE:
        lines += [rule, summary_row(label, [count_text(stats[f"{key}.{m}"]) for m in MEASURES])]
    return "\n".join([*lines, thick]) + "\n"


def memory_summary(device: Any = None, abbreviated: bool = False) -> str:
    """A table of `memory_stats` to print: what is in use, the peak, and the sums of what came and went.

    `abbreviated` leaves out the rows of small and large requests.
    """
    index = index_of(device)
    stats, own = memory_stats(index), allocator_stats(index)
    cap = size_text(own["memory_limit"]) if own["memory_limit"] >= 0 else "none"
    notes = [
        f"out of memory: {stats['num_ooms']}   retries after a failed request: {stats['num_alloc_retries']}",
        f"cap: {cap}   cached: {size_text(own['cached_bytes'])}"
        f"   waiting for other streams: {count_text(own['pending_blocks'])} blocks",
    ]
    return summary_table(f"CUDA memory of cuda:{index}", notes, stats, abbreviated)


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """(free, total) bytes of the GPU, other processes counted."""
    return _C.cuda_mem_get_info(index_of(device))


def empty_cache() -> None:
    """Returns None; gives memory that no tensor uses back to the driver."""
    if _C.cuda_is_available():
        _C.cuda_empty_cache()


def empty_host_cache() -> None:
    """Returns None; gives page-locked host memory that no tensor uses back to the system."""
    if _C.cuda_is_available():
        _C.cuda_empty_host_cache()


def set_per_process_memory_fraction(fraction: float, device: Any = None) -> None:
    """Returns None; from now on the allocator holds at most `fraction` (0 to 1) of the GPU's memory.

    The cap is never exceeded, not even for a moment; what does not fit raises OutOfMemoryError.
    """
    if not isinstance(fraction, float):
        raise TypeError(f"Invalid type for fraction argument, must be `float`, got {type(fraction).__name__}")
    if not 0 <= fraction <= 1:
        raise ValueError(f"Invalid fraction value: {fraction}. Allowed range: 0~1")
    _C.cuda_set_memory_fraction(fraction, index_of(device))


def get_per_process_memory_fraction(device: Any = None) -> float:
    """The share of the GPU's memory that the allocator may hold, 1.0 if nothing was set."""
    return _C.cuda_memory_fraction(index_of(device))


def set_memory_limit(bytes: int | None, device: Any = None) -> None:
    """Returns None; from now on the allocator holds at most `bytes` of the GPU's memory; None takes the cap away."""
    _C.cuda_set_memory_limit(bytes, index_of(device))


def get_memory_limit(device: Any = None) -> int | None:
    """The most bytes that the allocator may hold, None if there is no cap."""
    return _C.cuda_memory_limit(index_of(device))


# --- memory without a tensor ---


def caching_allocator_alloc(size: int, device: Any = None, stream: Any = None) -> int:
    """The address of `size` bytes of GPU memory for another library; `stream` (Stream or its handle) uses it first."""
    index = index_of(device)
    if stream is None:
        stream = _C.cuda_current_stream(index)
    handle = stream.cuda_stream if isinstance(stream, _C.CudaStream) else stream
    if not isinstance(handle, int):
        raise TypeError(f"expected a torch.cuda.Stream or the address of one as `stream`, got {type(stream).__name__}")
    return _C.cuda_allocate_raw(size, index, handle)


def caching_allocator_delete(mem_ptr: int) -> None:
    """Returns None; gives back what caching_allocator_alloc gave; RuntimeError for any other address."""
    _C.cuda_deallocate_raw(mem_ptr)


# --- which allocator ---


def get_allocator_backend() -> str:
    """ "native", "cudaMallocAsync", or "passthrough": one cudaMalloc a tensor, for memory checkers.

    VIBETENSOR_ALLOC_CONF="backend:..." chooses it before the first use. "pluggable" after change_current_allocator.
    """
    return _C.cuda_allocator_backend()


def _set_allocator_settings(env: str) -> None:
    """Returns None; applies settings such as "expandable_segments:True", as VIBETENSOR_ALLOC_CONF does at the start."""
    _C.cuda_apply_allocator_settings(env)


def caching_allocator_enable(value: bool = True) -> None:
    """Returns None for True, which is how things are; the cache cannot be switched off in a running process."""
    if not value:
        raise NotImplementedError(
            "the cache cannot be switched off in a running process; start it with VIBETENSOR_ALLOC_CONF=backend:passthrough"
        )


class CUDAPluggableAllocator:
    """An allocator made of two functions of a shared object, for change_current_allocator.

    `void* alloc(ssize_t size, int device, cudaStream_t stream)` returns memory of the device, which is current, in
    bytes, or null when it has none; `void free(void* ptr, ssize_t size, int device, cudaStream_t stream)` gets what alloc
    was called with. Work that `stream` was given before the free may still use the memory; that of other streams is made
    to come before by us. OSError if the shared object cannot be loaded, AttributeError if it lacks a function.
    """

    def __init__(self, path_to_so_file: str, alloc_fn_name: str, free_fn_name: str):
        import ctypes

        library = ctypes.CDLL(path_to_so_file)
        alloc, free = (
            ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0 for name in (alloc_fn_name, free_fn_name)
        )
        self._allocator = _C.CudaPluggableAllocator(alloc, free)

    def allocator(self) -> Any:
        """The allocator as the core knows it."""
        return self._allocator


def change_current_allocator(allocator: CUDAPluggableAllocator) -> None:
    """Returns None; all GPU memory of this process comes from `allocator` from now on.

    RuntimeError once any GPU memory was allocated, or the allocator asked about. Statistics, snapshots, caps, pools and
    graphs are not there with it (NotImplementedError).
    """
    _C.cuda_change_allocator(allocator.allocator())


# --- private pools ---


class MemPool:
    """Memory of its own: what is allocated under `use_mem_pool(pool)` shares no segment with anything else.

    Segments stay in the pool while the object lives; then those without tensors go back to the driver. `id` names the
    pool for torch.cuda.graph(pool=...) and in snapshots.
    """

    def __init__(self, allocator: Any = None, use_on_oom: bool = False, no_split: bool = False):
        for name, given in (("allocator", allocator is not None), ("use_on_oom", use_on_oom), ("no_split", no_split)):
            if given:
                raise NotImplementedError(f"torch.cuda.MemPool({name}=...) is not there yet")
        self._pool = _C.CudaMemPool()

    @property
    def id(self) -> tuple[int, int]:
        """The pool's name, a pair of numbers."""
        return self._pool.id

    def use_count(self) -> int:
        """1 for this object, and 1 more for each use_mem_pool that is active."""
        return self._pool.use_count()

    def snapshot(self, include_traces: bool = True) -> list[dict[str, Any]]:
        """The pool's segments on all devices, as memory_snapshot gives them."""
        return memory_snapshot(self.id, include_traces)


@contextmanager
def use_mem_pool(pool: MemPool, device: Any = None) -> Iterator[None]:
    """A context in which this thread's allocations on the device come from `pool`."""
    index = index_of(device)
    pool._pool.begin_use(index)
    previous = _C.cuda_set_thread_pool(index, pool.id)
    try:
        yield
    finally:
        _C.cuda_set_thread_pool(index, previous)
        pool._pool.end_use()


# --- out of memory ---


class CallbackHandle:
    """What `remove()` takes back."""

    def __init__(self, number: int):
        self.number: int | None = number

    def remove(self) -> None:
        """Returns None; the callback is called no more."""
        if self.number is not None:
            _C.cuda_remove_out_of_memory_callback(self.number)
            self.number = None


def add_out_of_memory_callback(callback: Callable[[int, int, int, int], Any]) -> CallbackHandle:
    """A handle with remove(). `callback(device, requested, allocated, free)` (bytes) runs when a request failed and the
    cache is given back already; the request is tried once more after it, so it may drop tensors to make room."""
    return CallbackHandle(_C.cuda_add_out_of_memory_callback(callback, True))


def attach_out_of_memory_observer(observer: Callable[[int, int, int, int], Any]) -> CallbackHandle:
    """A handle with remove(). `observer(device, requested, allocated, free)` (bytes) runs just before OutOfMemoryError
    is raised: the place for `_dump_snapshot`."""
    return CallbackHandle(_C.cuda_add_out_of_memory_callback(observer, False))
