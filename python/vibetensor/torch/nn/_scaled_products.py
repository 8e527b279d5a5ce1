"""Products of scaled matrices under the names of torch.nn.functional, of which torch._scaled_mm and _grouped_mm are there."""

from __future__ import annotations

from enum import IntEnum

from vibetensor.torch._not_there import Refused

WAY_ROUND = "torch._scaled_mm multiplies 8-bit floats with scales of whole matrices or of rows"
scaled_mm = Refused("torch.nn.functional.scaled_mm", WAY_ROUND)
scaled_grouped_mm = Refused("torch.nn.functional.scaled_grouped_mm", WAY_ROUND)


class ScalingType(IntEnum):
    """What a scale is of: a matrix, its rows, or blocks of so many rows and columns."""

    TensorWise = 0
    RowWise = 1
    BlockWise1x16 = 2
    BlockWise1x32 = 3
    BlockWise1x128 = 4
    BlockWise128x128 = 5


class SwizzleType(IntEnum):
    """The order in which the scales of blocks lie."""

    NO_SWIZZLE = 0
    SWIZZLE_32_4_4 = 1
