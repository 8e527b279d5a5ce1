"""Which part of a tensor a process has."""

from collections.abc import Sequence
from typing import Any

from vibetensor.torch.distributed.tensor.placement_types import local_part


def compute_local_shape_and_global_offset(
    global_shape: Sequence[int], mesh: Any, placements: Sequence[Any], skip_offset: bool = False
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape of this process's part of a tensor, and where in it that begins."""
    shape, offset = local_part(global_shape, mesh, placements)
    return tuple(shape), () if skip_offset else tuple(offset)
