"""Functions of neural networks that keep no state.

Losses: `reduction` is "mean", "sum" or "none" everywhere; `size_average` and `reduce` are its two old spellings.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.nn._reduction import get_enum
from vibetensor.torch.nn._resampling import (  # noqa: F401
    affine_grid,
    grid_sample,
    interpolate,
    upsample,
    upsample_bilinear,
    upsample_nearest,
)
from vibetensor.torch.nn._spatial import (  # noqa: F401
    _verify_batch_size,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool1d_with_indices,
    adaptive_max_pool2d,
    adaptive_max_pool2d_with_indices,
    adaptive_max_pool3d,
    adaptive_max_pool3d_with_indices,
    batch_norm,
    fractional_max_pool2d,
    fractional_max_pool2d_with_indices,
    fractional_max_pool3d,
    fractional_max_pool3d_with_indices,
    group_norm,
    instance_norm,
    lp_pool1d,
    lp_pool2d,
    lp_pool3d,
    max_pool1d,
    max_pool1d_with_indices,
    max_pool2d,
    max_pool2d_with_indices,
    max_pool3d,
    max_pool3d_with_indices,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
)

ops = _C.ops

# ops of the registry that PyTorch has here; a Python version below wins
globals().update(_C.functions_of("torch.nn.functional"))
logsigmoid = ops.log_sigmoid

# Activations
# ----------------------------------------------------------------------------------------------------------------------


def relu(input: Any, inplace: bool = False) -> Any:
    """max(x, 0)."""
    return ops.relu_(input) if inplace else ops.relu(input)


def relu6(input: Any, inplace: bool = False) -> Any:
    """min(max(x, 0), 6)."""
    return ops.relu6_(input) if inplace else ops.relu6(input)


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Any:
    """x limited to [min_val, max_val]."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return ops.hardtanh_(input, min_val, max_val) if inplace else ops.hardtanh(input, min_val, max_val)


def silu(input: Any, inplace: bool = False) -> Any:
    """x * sigmoid(x)."""
    return ops.silu_(input) if inplace else ops.silu(input)


def mish(input: Any, inplace: bool = False) -> Any:
    """x * tanh(softplus(x))."""
    return ops.mish_(input) if inplace else ops.mish(input)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """x where positive, negative_slope * x elsewhere."""
    return ops.leaky_relu_(input, negative_slope) if inplace else ops.leaky_relu(input, negative_slope)


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """x where positive, alpha * (exp(x) - 1) elsewhere."""
    return ops.elu_(input, alpha) if inplace else ops.elu(input, alpha)


def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """x where positive, alpha * (exp(x / alpha) - 1) elsewhere."""
    return ops.celu_(input, alpha) if inplace else ops.celu(input, alpha)


def selu(input: Any, inplace: bool = False) -> Any:
    """elu with the alpha and the scale under which activations keep mean 0 and variance 1."""
    return ops.selu_(input) if inplace else ops.selu(input)


def hardsigmoid(input: Any, inplace: bool = False) -> Any:
    """x / 6 + 1/2 limited to [0, 1]."""
    return ops.hardsigmoid_(input) if inplace else ops.hardsigmoid(input)


def hardswish(input: Any, inplace: bool = False) -> Any:
    """x * hardsigmoid(x)."""
    return ops.hardswish_(input) if inplace else ops.hardswish(input)


def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Any:
    """x where above `threshold`, `value` elsewhere."""
    return ops.threshold_(input, threshold, value) if inplace else ops.threshold(input, threshold, value)


def rrelu(
    input: Any, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False, inplace: bool = False
) -> Any:
    """x where positive, elsewhere x times a slope: drawn from [lower, upper) while training, their mean otherwise."""
    return ops.rrelu_(input, lower, upper, training) if inplace else ops.rrelu(input, lower, upper, training)


def softmax_dim(name: str, ndim: int) -> int:
    """The dimension that PyTorch takes when none is named, with its warning."""
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=3,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Any:
    """exp(x) over its sum along `dim`; `dtype`: converted to it first."""
    return ops.softmax(input, softmax_dim("softmax", input.dim()) if dim is None else dim, dtype=dtype)


def softmin(input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Any:
    """softmax of -x."""
    return ops.softmax(-input, softmax_dim("softmin", input.dim()) if dim is None else dim, dtype=dtype)


def log_softmax(input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Any:
    """log(softmax(x)), without overflow; `dtype`: converted to it first."""
    return ops.log_softmax(input, softmax_dim("log_softmax", input.dim()) if dim is None else dim, dtype=dtype)


def gumbel_softmax(logits: Any, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Any:
    """A sample of the Gumbel-softmax distribution; `hard`: one-hot, with the gradient of the soft one."""
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    return ops.gumbel_softmax(logits, tau, hard, dim)


# Dropout
# ----------------------------------------------------------------------------------------------------------------------


def check_probability(p: float) -> None:
    if p < 0.0 or p > 1.0:  # a NaN is the op's to refuse
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """x with elements zeroed with probability `p` and the others scaled by 1 / (1 - p); x itself if not training."""
    check_probability(p)
    return ops.dropout_(input, p, training) if inplace else ops.dropout(input, p, training)


def drop_channels(input: Any, p: float, training: bool, inplace: bool) -> Any:
    check_probability(p)
    return ops.feature_dropout_(input, p, training) if inplace else ops.feature_dropout(input, p, training)


def alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False) -> Any:
    """x with elements set to the value that selu saturates at with probability `p`; mean and variance stay."""
    check_probability(p)
    result = ops.alpha_dropout(input, p, training)
    return input.copy_(result) if inplace else result


def feature_alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False) -> Any:
    """alpha_dropout of whole channels: x (N, C, *)."""
    check_probability(p)
    result = ops.feature_alpha_dropout(input, p, training)
    return input.copy_(result) if inplace else result


def dropout1d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """x (N, C, L) or (C, L) with whole channels zeroed with probability `p`, the others scaled by 1 / (1 - p)."""
    if input.dim() not in (2, 3):
        raise RuntimeError(f"dropout1d: Expected 2D or 3D input, but received a {input.dim()}D input.")
    if input.dim() == 3:
        return drop_channels(input, p, training, inplace)
    result = drop_channels(input.unsqueeze(0), p, training, inplace)
    return input if inplace else result.squeeze(0)


def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """x (N, C, H, W) with whole channels zeroed with probability `p`, the others scaled by 1 / (1 - p).

    Three dimensions are (N, C, L), as in dropout1d.
    """
    if input.dim() != 4:
        meant = "taken as (N, C, L): use dropout1d for that" if input.dim() == 3 else "deprecated: use dropout for that"
        warnings.warn(f"dropout2d: Received a {input.dim()}-D input, which is {meant}.", stacklevel=2)
    return drop_channels(input, p, training, inplace)


def dropout3d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """x (N, C, D, H, W) or (C, D, H, W) with whole channels zeroed with probability `p`, the others scaled."""
    if input.dim() == 5:
        return drop_channels(input, p, training, inplace)
    if input.dim() != 4:
        warnings.warn(
            f"dropout3d: Received a {input.dim()}-D input, which is deprecated: use dropout for that.", stacklevel=2
        )
        return drop_channels(input, p, training, inplace)
    result = drop_channels(input.unsqueeze(0), p, training, inplace)
    return input if inplace else result.squeeze(0)


# Tables, norms and attention
# ----------------------------------------------------------------------------------------------------------------------


def embedding(
    input: Any,
    weight: Any,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Any:
    """Rows of `weight` (rows, columns) by number: input (*) of integers, result (*, columns).

    The row `padding_idx` gets no gradient. With `max_norm`, the rows looked up whose `norm_type`-norm is larger are
    first scaled down to it, in `weight` itself. With `sparse` the gradient of `weight` is a sparse tensor of the rows
    looked up, for optimizers that take one: SGD, Adagrad, SparseAdam.
    """
    if padding_idx is None:
        padding_idx = -1
    elif not -weight.size(0) <= padding_idx < weight.size(0):
        raise AssertionError("Padding_idx must be within num_embeddings")
    elif padding_idx < 0:
        padding_idx += weight.size(0)
    if max_norm is not None:
        ops.embedding_renorm_(weight, input, max_norm, norm_type)
    return ops.embedding(weight, input, padding_idx, scale_grad_by_freq, sparse)


BAG_MODES = ("sum", "mean", "max")


def embedding_bag(
    input: Any,
    weight: Any,
    offsets: Any = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Any:
    """Rows of `weight` (rows, columns) by number, each bag of them summed, averaged or reduced to its maxima.

    input (bags, length), or (n,) with bags from each of `offsets` on; result (bags, columns). `mode` "sum", "mean" or
    "max"; per_sample_weights, of input's shape, multiply the rows of "sum". Rows `padding_idx` count for nothing.
    `max_norm` and `sparse` as in embedding.
    """
    if mode not in BAG_MODES:
        raise ValueError("mode has to be one of sum, mean or max")
    if sparse and mode == "max":
        raise ValueError("max mode does not support sparse weights")
    if weight.dtype == _C.int64 and input.is_floating_point():
        warnings.warn(
            "Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag(weight, input, ...)` is "
            "deprecated, and should now be `embedding_bag(input, weight, ...)`.",
            stacklevel=2,
        )
        weight, input = input, weight
    if per_sample_weights is not None and input.size() != per_sample_weights.size():
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then it must have the same "
            f"shape as the input ({input.shape})"
        )
    if input.dim() == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                f"sequences. However, found offsets of type {_C.type_name(offsets)}"
            )
        bags, length = input.shape
        offsets = ops.arange(bags, dtype=input.dtype, device=input.device) * length
        input = input.reshape(-1)
        per_sample_weights = None if per_sample_weights is None else per_sample_weights.reshape(-1)
        include_last_offset = False
    elif input.dim() == 1:
        if offsets is None:
            raise ValueError("offsets has to be a 1D Tensor but got None")
        if offsets.dim() != 1:
            raise ValueError("offsets has to be a 1D Tensor")
    else:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}")
    if padding_idx is None:
        padding_idx = -1
    elif not -weight.size(0) <= padding_idx < weight.size(0):
        raise ValueError("padding_idx must be within the number of embeddings")
    elif padding_idx < 0:
        padding_idx += weight.size(0)
    if max_norm is not None:
        ops.embedding_renorm_(weight.detach(), input, max_norm, norm_type)
    return ops.embedding_bag(
        weight,
        input,
        offsets,
        scale_grad_by_freq,
        BAG_MODES.index(mode),
        sparse,
        per_sample_weights,
        include_last_offset,
        padding_idx,
    )


def unfold(input: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """Sliding windows of images (N, C, H, W) as columns (N, C * elements of a window, places of the window)."""
    return ops.im2col(input, kernel_size, dilation, padding, stride)


def fold(input: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """Columns (N, C * elements of a window, places) added up to images (N, C, *output_size): see unfold."""
    return ops.col2im(input, output_size, kernel_size, dilation, padding, stride)


def layer_norm(
    input: Any, normalized_shape: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """(x - mean) / sqrt(var + eps) * weight + bias over the last dimensions, of sizes `normalized_shape`."""
    return ops.layer_norm(input, normalized_shape, weight, bias, eps)


def normalize(input: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Any = None) -> Any:
    """x over its p-norm along `dim`, that norm being at least eps."""
    return ops.normalize(input, p, dim, eps, out=out)


def multi_head_attention_forward(
    query: Any,
    key: Any,
    value: Any,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Any,
    in_proj_bias: Any,
    bias_k: Any,
    bias_v: Any,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Any,
    out_proj_bias: Any,
    training: bool = True,
    key_padding_mask: Any = None,
    need_weights: bool = True,
    attn_mask: Any = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Any = None,
    k_proj_weight: Any = None,
    v_proj_weight: Any = None,
    static_k: Any = None,
    static_v: Any = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Any, Any]:
    """(output, attention weights or None), attending from `query` to `key` in `num_heads` subspaces.

    Shapes: query (L, N, E) or (L, E), key and value (S, N, .) or (S, .), output like query, weights
    (N, L, S), or (N, num_heads, L, S) unless averaged. Masks: bool, True where attention is forbidden,
    or a number to add; key_padding_mask (N, S), attn_mask (L, S) or (N * num_heads, L, S).
    """
    if static_k is not None or static_v is not None:
        raise NotImplementedError("multi_head_attention_forward: static_k and static_v are not there yet")
    if query.shape[-1] != embed_dim_to_check:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim_to_check}, but got {query.shape[-1]}")
    if embed_dim_to_check % num_heads:
        raise AssertionError(f"embed_dim {embed_dim_to_check} not divisible by num_heads {num_heads}")
    return ops.multi_head_attention_forward(
        query,
        key,
        value,
        embed_dim_to_check,
        num_heads,
        in_proj_weight,
        in_proj_bias,
        bias_k,
        bias_v,
        add_zero_attn,
        dropout_p,
        out_proj_weight,
        out_proj_bias,
        training,
        key_padding_mask,
        need_weights,
        attn_mask,
        use_separate_proj_weight,
        q_proj_weight,
        k_proj_weight,
        v_proj_weight,
        average_attn_weights,
        is_causal,
    )


# Losses
# ----------------------------------------------------------------------------------------------------------------------


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
    if reduction == "batchmean" and size_average is None and reduce is None:
        total = ops.kl_div(input, target, get_enum("sum"), log_target=log_target)
        return total / input.size(0) if input.dim() else total
    number = get_enum(reduction, size_average, reduce)
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


__getattr__ = module_getattr(__name__)
