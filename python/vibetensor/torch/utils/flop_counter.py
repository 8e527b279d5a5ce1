"""Counting what a model computes: the context that libraries make, which cannot be entered yet."""

from __future__ import annotations

from typing import Any

__all__ = ["FlopCounterMode"]

WHY = (
    "FlopCounterMode is not there yet: torch.profiler.profile(with_flops=True) counts matrix products and convolutions"
)


class FlopCounterMode:
    """Context that would count floating point operations by module: NotImplementedError when it is entered.

    Before that it tells, as PyTorch's does, that nothing was counted.
    """

    def __init__(self, mods: Any = None, depth: int = 2, display: bool = True, custom_mapping: Any = None):
        self.mods, self.depth, self.display, self.custom_mapping = mods, depth, display, custom_mapping

    def __enter__(self) -> Any:
        raise NotImplementedError(WHY)

    def __exit__(self, *exc: object) -> None:
        pass

    def get_total_flops(self) -> int:
        """0: nothing was counted."""
        return 0

    def get_flop_counts(self) -> dict[str, dict[Any, int]]:
        """The counts by module and op: none."""
        return {}
