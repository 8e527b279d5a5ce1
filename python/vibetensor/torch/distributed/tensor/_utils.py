"""Which part of a tensor a process has: all of it, of one process."""

from collections.abc import Sequence
from typing import Any


def compute_local_shape_and_global_offset(
    global_shape: Sequence[int], mesh: Any, placements: Sequence[Any], skip_offset: bool = False
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape of this process's part of a tensor, and where in it that begins."""
    return tuple(global_shape), () if skip_offset else (0,) * len(global_shape)
