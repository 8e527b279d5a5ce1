"""Rows of cross entropy in one pass."""

from typing import Any

import torch

from samples import REAL_FLOATS, I, Sample, T, call


def cross_entropy(logits: Any, target: Any, ignore_index: int = -100) -> Any:
    lse = logits.logsumexp(1)
    counted = target != ignore_index
    picked = logits.gather(1, target.where(counted, 0)[:, None])[:, 0]
    count = counted.sum().to(logits.dtype)
    return ((lse - picked) * counted).sum() / count, lse.detach(), count


def cross_entropy_backward(grad: Any, logits: Any, target: Any, lse: Any, count: Any, ignore_index: int) -> Any:
    # lse and count follow from the logits; given with them, they are taken as such.
    counted = target != ignore_index
    onehot = torch.nn.functional.one_hot(target.where(counted, 0), logits.shape[1])
    return grad / count * (logits.softmax(1) - onehot) * counted[:, None]


def with_lse(rows: int, classes: int) -> tuple[Any, ...]:
    """Logits with the lse and count that belong to them, as constants."""
    logits = torch.linspace(-2, 2, rows * classes).reshape(rows, classes)
    target = torch.arange(rows) % classes
    return torch.tensor(1.5), logits, target, logits.logsumexp(1), torch.tensor(float(rows)), -100


SAMPLES = [
    Sample(
        "_cross_entropy",
        call(T(4, 7), I(4, high=7)),
        call(T(5, 3), I(5, high=3), 1),
        call(T(2, 700), I(2, high=700)),
        dtypes=REAL_FLOATS,
        reference=cross_entropy,
        grad=False,  # two of the results are constants; test_cross_entropy.py compares the gradient
    ),
    Sample(
        "_cross_entropy_backward",
        call(*with_lse(4, 5)),
        dtypes=("float32",),
        reference=cross_entropy_backward,
        grad=False,
        layouts=False,
    ),
]
