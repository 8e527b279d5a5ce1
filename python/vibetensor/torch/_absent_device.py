"""Devices of kinds that are not supported: their modules say that there are none.

One table for torch.mps, torch.mtia and torch.xpu, each of which PyTorch writes out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def none_of(kind: str) -> dict[str, Callable[..., Any]]:
    """What the module of a kind of device has where there are none of that kind, by name."""

    def is_available() -> bool:
        """False."""
        return False

    def device_count() -> int:
        """0."""
        return 0

    def nothing(*args: Any, **kwargs: Any) -> None:
        """Returns None: there is no device that it would concern."""

    def no_bytes(device: Any = None) -> int:
        """0: there is no device that would have memory."""
        return 0

    def refuse(*args: Any, **kwargs: Any) -> Any:
        """Raises AssertionError: there is no such device."""
        raise AssertionError(f"there is no {kind} here: VibeTensor computes on the CPU and on NVIDIA's GPUs")

    found: dict[str, Callable[..., Any]] = {"is_available": is_available, "device_count": device_count}
    found |= dict.fromkeys(("is_initialized", "is_built", "is_bf16_supported"), is_available)
    found |= dict.fromkeys(("empty_cache", "manual_seed", "manual_seed_all", "seed", "seed_all"), nothing)
    found |= dict.fromkeys(
        (
            "memory_allocated",
            "max_memory_allocated",
            "memory_reserved",
            "max_memory_reserved",
            "current_allocated_memory",
        ),
        no_bytes,
    )
    names = (
        "current_device current_stream device get_device_capability get_device_name get_device_properties get_rng_state "
        "init mem_get_info memory_stats reset_peak_memory_stats set_device set_per_process_memory_fraction set_rng_state "
        "set_stream stream synchronize Event Stream"
    )
    return found | dict.fromkeys(names.split(), refuse)
