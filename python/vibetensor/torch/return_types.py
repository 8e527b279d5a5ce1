"""The named tuples that ops return: `torch.return_types.max` has `values` and `indices`."""

from __future__ import annotations

from typing import Any, NamedTuple

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

globals().update(_C.return_types())


class histogramdd(NamedTuple):
    """What torch.histogramdd returns."""

    hist: Any
    bin_edges: tuple[Any, ...]

    def __repr__(self) -> str:
        return f"torch.return_types.histogramdd(\nhist={self.hist!r},\nbin_edges={self.bin_edges!r})"


all_return_types: list[type] = [*_C.return_types().values(), histogramdd]
__all__ = [*_C.return_types(), "all_return_types", "histogramdd"]
__getattr__ = module_getattr(__name__)
