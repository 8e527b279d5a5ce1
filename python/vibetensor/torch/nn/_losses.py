"""Loss functions, as nn.functional has them.

`reduction` is "mean", "sum" or "none" everywhere; `size_average` and `reduce` are its two old spellings.
"""

from __future__ import annotations

from typing import Any

from vibetensor import _C

ops = _C.ops
REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}


def chosen_reduction(reduction: str, size_average: bool | None, reduce: bool | None) -> str:
    """The reduction that the arguments ask for together; ValueError if it has no meaning."""
    if size_average is not None or reduce is not None:
        if reduce is False:
            return "none"
        return "sum" if size_average is False else "mean"
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def reduced(loss: Any, reduction: str) -> Any:
    if reduction == "none":
        return loss
    return loss.mean() if reduction == "mean" else loss.sum()


def warn_of_broadcast(input: Any, target: Any) -> None:
    if input.shape != target.shape:
        import warnings

        warnings.warn(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}). "
            "This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=3,
        )


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Negative log-likelihood of `target` under softmax(input).

    input (N, C, *) or (C,) of logits; target: class numbers (N, *), or probabilities of input's shape.
    weight (C,): of the classes. Targets equal to `ignore_index` count for nothing.
    """
    reduction = chosen_reduction(reduction, size_average, reduce)
    return ops.cross_entropy_loss(input, target, weight, REDUCTIONS[reduction], ignore_index, label_smoothing)


def nll_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """-input[n, target[n]] of log-probabilities `input` (N, C, *) or (C,), weighted by class."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if input.dim() > 2:
        shape = target.shape
        if tuple(shape) != (input.size(0), *input.shape[2:]):
            raise ValueError(f"Expected target size {(input.size(0), *input.shape[2:])}, got {tuple(shape)}")
        flat = input.movedim(1, -1).reshape(-1, input.size(1))
        loss = ops.nll_loss(flat, target.reshape(-1), weight, REDUCTIONS[reduction], ignore_index)
        return loss.view(shape) if reduction == "none" else loss
    return ops.nll_loss(input, target, weight, REDUCTIONS[reduction], ignore_index)


def mse_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Any:
    """(input - target)^2, of the broadcast shape before reduction; `weight` multiplies each element."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    warn_of_broadcast(input, target)
    if weight is None:
        return ops.mse_loss(input, target, REDUCTIONS[reduction])
    return weighted_reduction(ops.mse_loss(input, target, REDUCTIONS["none"]), weight, reduction)


def weighted_reduction(loss: Any, weight: Any, reduction: str) -> Any:
    weighted = loss * weight
    if reduction == "mean":
        return weighted.sum() / weight.expand_as(loss).sum()
    return reduced(weighted, reduction)


def l1_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Any:
    """|input - target|; `weight` multiplies each element."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    warn_of_broadcast(input, target)
    if weight is None:
        return ops.l1_loss(input, target, REDUCTIONS[reduction])
    return weighted_reduction(ops.l1_loss(input, target, REDUCTIONS["none"]), weight, reduction)


def smooth_l1_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Any:
    """d^2 / (2 beta) where d = |input - target| < beta, d - beta / 2 elsewhere."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    warn_of_broadcast(input, target)
    return ops.smooth_l1_loss(input, target, REDUCTIONS[reduction], beta)


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0, weight: Any = None) -> Any:
    """d^2 / 2 where d = |input - target| < delta, delta * (d - delta / 2) elsewhere."""
    reduction = chosen_reduction(reduction, None, None)
    warn_of_broadcast(input, target)
    if weight is None:
        return ops.huber_loss(input, target, REDUCTIONS[reduction], delta)
    return weighted_reduction(ops.huber_loss(input, target, REDUCTIONS["none"], delta), weight, reduction)


def binary_cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """Cross entropy of probabilities `input` in [0, 1] and `target` of its shape."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if target.size() != input.size():
        raise ValueError(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}) is "
            "deprecated. Please ensure they have the same size."
        )
    return ops.binary_cross_entropy(input, target, weight, REDUCTIONS[reduction])


def binary_cross_entropy_with_logits(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Any = None,
) -> Any:
    """binary_cross_entropy of sigmoid(input), without its overflow; `pos_weight` multiplies the positive part."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if target.size() != input.size():
        raise ValueError(f"Target size ({target.size()}) must be the same as input size ({input.size()})")
    return ops.binary_cross_entropy_with_logits(input, target, weight, pos_weight, REDUCTIONS[reduction])


def kl_div(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Any:
    """target * (log target - input) of log-probabilities `input`; "batchmean" divides the sum by the batch size."""
    if reduction == "batchmean" and size_average is None and reduce is None:
        total = kl_div(input, target, reduction="sum", log_target=log_target)
        return total / input.size(0) if input.dim() else total
    reduction = chosen_reduction(reduction, size_average, reduce)
    if reduction == "mean":
        import warnings

        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            stacklevel=2,
        )
    if log_target:
        return reduced(ops.exp(target) * (target - input), reduction)
    # t log t is 0 at t = 0; where() alone would let NaN into the gradient of the target
    positive = target > 0
    log_t = ops.log(ops.where(positive, target, ops.ones_like(target)))
    return reduced(ops.where(positive, target * log_t, ops.zeros_like(target)) - target * input, reduction)


def hinge_embedding_loss(
    input: Any,
    target: Any,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """x where target is 1, max(0, margin - x) where it is -1."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    zeros = ops.zeros_like(input)
    far = ops.where(target == 1, zeros, ops.clamp(margin - input, min=0.0))
    return reduced(far + ops.where(target == -1, zeros, input), reduction)


def margin_ranking_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: float = 0.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """max(0, -target * (x1 - x2) + margin)."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    return reduced(ops.clamp(-target * (input1 - input2) + margin, min=0.0), reduction)


def soft_margin_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """log(1 + exp(-target * x)), target in {1, -1}."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    return reduced(ops.log1p(ops.exp(-target * input)), reduction)
