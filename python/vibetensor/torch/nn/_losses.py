"""Losses of nn.functional: `reduction` is "mean", "sum" or "none" everywhere; `size_average` and `reduce` are its two old
spellings.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch.nn._reduction import BATCH_MEAN, get_enum

ops = _C.ops


def warn_of_broadcast(input: Any, target: Any) -> None:
    if input.shape != target.shape:
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
    number = get_enum(reduction, size_average, reduce)
    return ops.cross_entropy_loss(input, target, weight, number, ignore_index, label_smoothing)


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
    number = get_enum(reduction, size_average, reduce)
    return ops.nll_loss(input, target, weight, number, ignore_index)


def mse_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Any:
    """(input - target)^2, of the broadcast shape before reduction; `weight` multiplies each element."""
    warn_of_broadcast(input, target)
    number = get_enum(reduction, size_average, reduce)
    return ops.mse_loss(input, target, number, weight=weight)


def l1_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Any:
    """|input - target|; `weight` multiplies each element."""
    warn_of_broadcast(input, target)
    number = get_enum(reduction, size_average, reduce)
    return ops.l1_loss(input, target, number, weight=weight)


def smooth_l1_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Any:
    """d^2 / (2 beta) where d = |input - target| < beta, d - beta / 2 elsewhere."""
    warn_of_broadcast(input, target)
    number = get_enum(reduction, size_average, reduce)
    return ops.smooth_l1_loss(input, target, number, beta)


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0, weight: Any = None) -> Any:
    """d^2 / 2 where d = |input - target| < delta, delta * (d - delta / 2) elsewhere."""
    warn_of_broadcast(input, target)
    return ops.huber_loss(input, target, get_enum(reduction), delta, weight=weight)


def binary_cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """Cross entropy of probabilities `input` in [0, 1] and `target` of its shape."""
    number = get_enum(reduction, size_average, reduce)
    return ops.binary_cross_entropy(input, target, weight, number)


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
    number = get_enum(reduction, size_average, reduce)
    return ops.binary_cross_entropy_with_logits(input, target, weight, pos_weight, number)


def kl_div(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Any:
    """target * (log target - input) of log-probabilities `input`; "batchmean" divides the sum by the batch size."""
    by_batch = reduction == "batchmean" and size_average is None and reduce is None
    number = BATCH_MEAN if by_batch else get_enum(reduction, size_average, reduce)
    if number == get_enum("mean"):
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            stacklevel=2,
        )
    return ops.kl_div(input, target, number, log_target=log_target)


def hinge_embedding_loss(
    input: Any,
    target: Any,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """x where target is 1, max(0, margin - x) where it is -1."""
    number = get_enum(reduction, size_average, reduce)
    return ops.hinge_embedding_loss(input, target, margin, number)


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
    if input1.dim() != input2.dim() or input1.dim() != target.dim():
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.size()}, input2: {input2.size()}, target: {target.size()}"
        )
    number = get_enum(reduction, size_average, reduce)
    return ops.margin_ranking_loss(input1, input2, target, margin, number)


def soft_margin_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """log(1 + exp(-target * x)), target in {1, -1}."""
    number = get_enum(reduction, size_average, reduce)
    return ops.soft_margin_loss(input, target, number)


def cosine_embedding_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: float = 0.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """1 - cos(x1, x2) where target is 1, max(0, cos - margin) where it is -1."""
    number = get_enum(reduction, size_average, reduce)
    return ops.cosine_embedding_loss(input1, input2, target, margin, number)


def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """max(0, |anchor - positive| - |anchor - negative| + margin), in p-norms along the last dimension."""
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    number = get_enum(reduction, size_average, reduce)
    return ops.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, number)


def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Callable[[Any, Any], Any] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """triplet_margin_loss with a distance of one's own, a function of two tensors, by default pairwise_distance."""
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    distance = ops.pairwise_distance if distance_function is None else distance_function
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.dim()}D, positive {positive.dim()}D, and negative {negative.dim()}D inputs"
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = ops.minimum(far, distance(positive, negative))
    loss = ops.clamp_min(margin + near - far, 0)
    number = get_enum(reduction)
    return loss if number == get_enum("none") else loss.mean() if number == get_enum("mean") else loss.sum()


def poisson_nll_loss(
    input: Any,
    target: Any,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """exp(x) - target * x, or x - target * log(x + eps) unless `log_input`.

    `full` adds Stirling's approximation of log(target!) where target is above 1.
    """
    number = get_enum(reduction, size_average, reduce)
    return ops.poisson_nll_loss(input, target, log_input, full, eps, number)


def gaussian_nll_loss(
    input: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Any:
    """(log var + (input - target)^2 / var) / 2, `var` being at least eps; `full` adds the constant log(2 pi) / 2.

    var: of input's shape, or without its last dimension, or with that of size 1; or a number.
    """
    if isinstance(var, int | float):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = var * ops.ones_like(input)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    return ops.gaussian_nll_loss(input, target, var, full, eps, get_enum(reduction))


def multi_margin_loss(
    input: Any,
    target: Any,
    p: int = 1,
    margin: float = 1.0,
    weight: Any = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """The mean over the classes but the target of max(0, margin - x[target] + x[class])^p, times weight[target].

    input (N, C) or (C,), target (N,) or () of class numbers, weight (C,).
    """
    number = get_enum(reduction, size_average, reduce)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    return ops.multi_margin_loss(input, target, p, margin, weight, number)


def multilabel_margin_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """The sum over targets and classes that are none of max(0, 1 - x[target] + x[class]), over the number of classes.

    input and target (N, C) or (C,); a row's targets are the class numbers before its first negative one.
    """
    return ops.multilabel_margin_loss(input, target, get_enum(reduction, size_average, reduce))


def multilabel_soft_margin_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """The mean over classes, the last dimension, of the binary cross entropies of sigmoid(x) and target."""
    number = get_enum(reduction, size_average, reduce)
    return ops.multilabel_soft_margin_loss(input, target, weight, number)


def linear_cross_entropy(
    input: Any,
    linear_weight: Any,
    target: Any,
    *,
    linear_bias: Any = None,
    weight: Any = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: Any = None,
) -> Any:
    """cross_entropy of linear(input, linear_weight, linear_bias): input (N, features) or (features,).

    linear_weight (classes, features), or (classes, d1, ..., features) for a loss with further dimensions. options: an
    nn.LinearCrossEntropyOptions, for class numbers without label smoothing or further dimensions: the logits are made
    some rows at a time and never held all at once.
    """
    if input.dim() not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if linear_weight.dim() < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {linear_weight.dim()}")
    features, shape = linear_weight.shape[-1], linear_weight.shape[:-1]
    if input.shape[-1] != features:
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), got "
            f"{input.shape[-1]} and {features}, respectively"
        )
    if linear_bias is not None and linear_bias.shape != shape:
        raise RuntimeError(f"expected linear_bias shape {tuple(shape)}, got {tuple(linear_bias.shape)}")
    if len(shape) > 1 and input.dim() == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires batched input, "
            f"(N, {features}), got unbatched input with shape {tuple(input.shape)}"
        )
    logits_shape = (*input.shape[:-1], *shape)
    if ignore_index is not None and target.shape == logits_shape:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    ignore_index = -100 if ignore_index is None else ignore_index
    if options is not None:
        if len(shape) == 1 and label_smoothing == 0 and target.dtype == _C.int64:
            rows = input.shape[0] if input.dim() == 2 else 1
            chunk = options.chunk_size(rows, features, shape[0], input.dtype)
            return ops.linear_cross_entropy(
                input, linear_weight, target, linear_bias, weight, get_enum(reduction), ignore_index, chunk
            )
        warnings.warn(
            "linear_cross_entropy: ``options`` ignored; chunked path needs label_smoothing == 0, target.dtype == int64, "
            f"out_features == (). Got label_smoothing={label_smoothing}, target.dtype={target.dtype}, "
            f"out_features={tuple(shape[1:])}.",
            stacklevel=2,
        )
    logits = ops.linear(
        input, linear_weight.reshape(-1, features), None if linear_bias is None else linear_bias.reshape(-1)
    )
    return cross_entropy(
        logits.reshape(logits_shape),
        target,
        weight=weight,
        ignore_index=ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )


def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    """-log of the probability that frames read as their targets, over all ways to align them.

    log_probs: (T, B, C) or (T, C), of log_softmax. targets: (B, S) or, one after the other, (sum of target_lengths), without
    `blank`. Lengths: integers, of each sample. zero_infinity: 0 for a target that is too long for its frames. "mean" is of
    the losses over target lengths.
    """
    return ops.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, get_enum(reduction), zero_infinity)
