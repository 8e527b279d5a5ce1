"""The named tuples that ops return: `torch.return_types.max` has `values` and `indices`."""

from __future__ import annotations

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

globals().update(_C.return_types())

all_return_types: list[type] = list(_C.return_types().values())
__all__ = [*_C.return_types(), "all_return_types"]
__getattr__ = module_getattr(__name__)
