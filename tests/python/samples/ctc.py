"""Rows of the loss of unaligned labels: both layouts of targets, lengths, blanks in the middle, targets without a path."""

from __future__ import annotations

from typing import Any

import torch

from samples import REAL_FLOATS, Sample, T, call

PADDED = torch.tensor([[1, 2, 2], [3, 1, 0]])
JOINED = torch.tensor([1, 2, 2, 3, 1], dtype=torch.int32)
# The first gradient takes log_probs to be a log_softmax, so finite differences of these differ by p(c).
ROWS: dict[str, Any] = {
    "dtypes": REAL_FLOATS,
    "gradgrad": False,
    "gradcheck": False,
    "layouts": False,
    "tolerance": {"float32": (1e-5, 1e-5)},
}


def loss_by_torch(log_probs: Any, targets: Any, inputs: Any, lengths: Any, *more: Any, **options: Any) -> Any:
    return torch.ops.aten.ctc_loss(log_probs, targets, inputs, lengths, *more, **options)


SAMPLES = [
    Sample(
        "ctc_loss",
        call(T(6, 2, 4), PADDED, [6, 5], [3, 2]),
        call(T(6, 2, 4), JOINED, [6, 4], [3, 2], 0, 0),
        call(T(6, 2, 4), PADDED, [6, 5], [3, 2], 0, 2),
        call(T(6, 2, 5), PADDED, [6, 5], [3, 2], 4, 0),
        call(T(6, 4), PADDED[:1], [6], [3], 0, 0),
        call(T(6, 2, 4), PADDED, [6, 0], [3, 0], 0, 0),
        call(T(3, 2, 4), PADDED, [3, 3], [3, 2], 0, 0, True),
        call(T(3, 2, 4), PADDED, [3, 3], [3, 2], 0, 1, True),
        call(T(6, 2, 4), PADDED, torch.tensor([6, 5]), torch.tensor([3, 2])),
        call(T(70, 2, 3), torch.tensor([[1, 2] * 16, [1, 1] * 16]), [70, 65], [32, 30], 0, 0),
        reference=loss_by_torch,
        **ROWS,
    ),
    # a target that no path reads as
    Sample("ctc_loss", call(T(3, 2, 4), PADDED, [3, 3], [3, 2], 0, 0), reference=loss_by_torch, grad=False, **ROWS),
    Sample(
        "_ctc_loss",
        call(T(6, 2, 4), PADDED, [6, 6], [3, 3]),
        reference="_ctc_loss",
        grad=False,
        **ROWS,
    ),
    Sample(
        "_ctc_loss_backward",
        call(
            T(1),
            torch.randn(4, 1, 3, dtype=torch.float32).log_softmax(-1),
            torch.tensor([[1]]),
            [4],
            [1],
            T(1),
            T(1, 4, 3),
            0,
        ),
        dtypes=("float32",),
        reference=lambda *args: torch.ops.aten._ctc_loss_backward(*args),
        values=False,
        grad=False,
        layouts=False,
    ),
]
