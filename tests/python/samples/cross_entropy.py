"""Rows of cross entropy in one pass."""

from typing import Any

import torch

from samples import REAL_FLOATS, I, Sample, T, call


def cross_entropy(logits: Any, target: Any, ignore_index: int = -100) -> Any:
    lse = logits.logsumexp(1)
    counted = target != ignore_index
    picked = logits.gather(1, target.where(counted, 0)[:, None])[:, 0]
    count = counted.sum().to(logits.dtype)
    losses = (lse - picked) * counted
    return losses.sum() / count, lse.detach().double(), count, losses.detach()


def cross_entropy_backward(logits: Any, grad: Any, target: Any, lse: Any, count: Any, ignore_index: int) -> Any:
    # lse and count follow from the logits; given with them, they are taken as such.
    counted = target != ignore_index
    onehot = torch.nn.functional.one_hot(target.where(counted, 0), logits.shape[1])
    return grad / count * (logits.softmax(1) - onehot) * counted[:, None]


def with_lse(rows: int, classes: int) -> tuple[Any, ...]:
    """Logits with the lse and count that belong to them, as constants."""
    logits = torch.linspace(-2, 2, rows * classes).reshape(rows, classes)
    target = torch.arange(rows) % classes
    return logits, torch.tensor(1.5), target, logits.double().logsumexp(1), torch.tensor(float(rows)), -100


def linear_rows(x: Any, w: Any, bias: Any, target: Any, scale: Any, ignore_index: int, chunk: int) -> Any:
    logits = torch.nn.functional.linear(x, w, bias)
    return torch.nn.functional.cross_entropy(logits, target, ignore_index=ignore_index, reduction="none") * scale


def linear_reduced(x: Any, w: Any, bias: Any, target: Any, scale: Any, *rest: int) -> tuple[Any, ...]:
    """The loss; gradients are made for arguments that want one, and these do not."""
    loss = linear_rows(x, w, bias, target, scale, *rest).sum()
    return loss, *(x.new_empty(0) for _ in range(3))


def linear_cross_entropy(
    x: Any,
    w: Any,
    target: Any,
    bias: Any = None,
    weight: Any = None,
    reduction: int = 1,
    ignore_index: int = -100,
    chunk: int = 0,
) -> Any:
    options = {"ignore_index": ignore_index, "reduction": ("none", "mean", "sum")[reduction]}
    return torch.nn.functional.cross_entropy(torch.nn.functional.linear(x, w, bias), target, weight, **options)


LINEAR = (T(9, 4), T(6, 4), I(9, high=6))

SAMPLES = [
    Sample(
        "linear_cross_entropy",
        call(*LINEAR),
        *(call(*LINEAR, T(6), T(6, low=0.5, high=1, grad=False), r, 2, 4) for r in (0, 1, 2)),
        *(call(*LINEAR, None, None, r, 2, chunk) for r in (0, 1, 2) for chunk in (1, 5, 9)),
        call(T(4), T(6, 4), I(high=6), T(6), None, 0),
        call(T(4), T(6, 4), I(high=6)),
        dtypes=REAL_FLOATS,
        reference=linear_cross_entropy,
    ),
    Sample(
        "_linear_cross_entropy",
        call(T(9, 4), T(6, 4), T(6), I(9, high=6), T(9, low=0, high=1), 2, 4),
        call(T(9, 4), T(6, 4), None, I(9, high=6), T(low=0.5, high=1), -100, 16),
        dtypes=REAL_FLOATS,
        reference=linear_reduced,
        grad=False,  # that of the loss; linear_cross_entropy has it
    ),
    Sample(
        "_linear_cross_entropy_rows",
        call(T(9, 4), T(6, 4), T(6), I(9, high=6), T(9, low=0, high=1, grad=False), 2, 4),
        dtypes=REAL_FLOATS,
        reference=linear_rows,
    ),
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
