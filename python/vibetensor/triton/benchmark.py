"""How long a call takes on the device, as triton.autotune wants to know it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

FLUSHED_BYTES = 256 << 20  # more than any L2 holds
ESTIMATE_CALLS = 5


def flushed_memory() -> Any:
    """Memory of the device that takes the place of everything in its L2 when it is written."""
    from vibetensor import torch

    return torch.empty(FLUSHED_BYTES // 4, dtype=torch.int32, device="cuda")


def quantile(times: list[float], fraction: float) -> float:
    """The value at that fraction of the sorted times, between two of them as far as it is between."""
    ordered = sorted(times)
    place = fraction * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def timed(calls: int, call: Callable[[], Any], memory: Any) -> list[float]:
    """Milliseconds of each call, by events, with a cold L2."""
    from vibetensor import torch

    starts, ends = ([torch.cuda.Event(enable_timing=True) for _ in range(calls)] for _ in range(2))
    for start, end in zip(starts, ends, strict=True):
        memory.zero_()
        start.record()
        call()
        end.record()
    torch.cuda.synchronize()
    return [start.elapsed_time(end) for start, end in zip(starts, ends, strict=True)]


def benchmark(
    kernel_call: Callable[[], Any],
    *,
    quantiles: Sequence[float] | None = None,
    warmup: float = 25,
    rep: float = 100,
    **kwargs: Any,
) -> Any:
    """Milliseconds of the call at each of `quantiles`, in their order; the median without them.

    warmup, rep: milliseconds to spend on calls before, and on those that are measured. What the call raises passes.
    """
    if kwargs:
        raise TypeError(f"benchmark: unexpected arguments {', '.join(kwargs)}")
    kernel_call()
    memory = flushed_memory()
    estimate = max(quantile(timed(ESTIMATE_CALLS, kernel_call, memory), 0.5), 1e-3)
    for _ in range(max(1, int(warmup / estimate))):
        kernel_call()
    times = timed(max(1, int(rep / estimate)), kernel_call, memory)
    return quantile(times, 0.5) if quantiles is None else [quantile(times, q) for q in quantiles]
