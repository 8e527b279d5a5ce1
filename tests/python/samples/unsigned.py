"""Rows of what elements of uint64 run, on their bits as int64."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from samples import Sample, T, call


def of_bits(function: Any) -> Any:
    def reference(*operands: Any) -> Any:
        result = function(*(x.numpy().view(np.uint64) for x in operands))
        return torch.from_numpy(result if result.dtype == bool else result.view(np.int64))

    return reference


def row(op: str, function: Any, *operands: T) -> Sample:
    return Sample(op, call(*operands), dtypes=("int64",), grad=False, layouts=False, reference=of_bits(function))


OPERANDS = (T(3, 4), T(3, 4))
SAMPLES = [
    row("_lt_unsigned", np.less, *OPERANDS),
    row("_le_unsigned", np.less_equal, *OPERANDS),
    row("_gt_unsigned", np.greater, *OPERANDS),
    row("_ge_unsigned", np.greater_equal, *OPERANDS),
    row("_maximum_unsigned", np.maximum, *OPERANDS),
    row("_minimum_unsigned", np.minimum, *OPERANDS),
    row("_right_shift_unsigned", np.right_shift, T(3, 4), T(3, 4, low=0.0)),
    row("_quotient_unsigned", np.floor_divide, T(3, 4), T(3, 4, low=1.0, high=3.0)),
    row("_remainder_unsigned", np.remainder, T(3, 4), T(3, 4, low=1.0, high=3.0)),
    row("_sign_unsigned", np.sign, T(3, 4)),
]
