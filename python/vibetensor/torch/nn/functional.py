"""Functions of neural networks that keep no state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.functional import broadcast_tensors
from vibetensor.torch.nn._activations import (
    celu,
    dropout,
    dropout1d,
    dropout2d,
    dropout3d,
    elu,
    gelu,
    glu,
    gumbel_softmax,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    log_softmax,
    logsigmoid,
    mish,
    prelu,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softmin,
    softplus,
    softshrink,
    softsign,
    tanh,
    tanhshrink,
    threshold,
)
from vibetensor.torch.nn._attention import multi_head_attention_forward, scaled_dot_product_attention
from vibetensor.torch.nn._losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_embedding_loss,
    huber_loss,
    kl_div,
    l1_loss,
    margin_ranking_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
    soft_margin_loss,
)

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "cross_entropy",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "elu",
    "gelu",
    "glu",
    "gumbel_softmax",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hinge_embedding_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "leaky_relu",
    "log_softmax",
    "logsigmoid",
    "margin_ranking_loss",
    "mish",
    "mse_loss",
    "multi_head_attention_forward",
    "nll_loss",
    "prelu",
    "relu",
    "relu6",
    "scaled_dot_product_attention",
    "selu",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
]

ops = _C.ops
celu_ = ops.celu_
elu_ = ops.elu_
hardtanh_ = ops.hardtanh_
leaky_relu_ = ops.leaky_relu_
relu_ = ops.relu_
selu_ = ops.selu_
threshold_ = ops.threshold_


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """input @ weight.T + bias: input (*, in), weight (out, in), bias (out,), result (*, out)."""
    return ops.linear(input, weight, bias)


def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Any:
    """x1 @ weight[k] @ x2 + bias[k]: inputs (*, in1) and (*, in2), weight (out, in1, in2), result (*, out)."""
    if input1.shape[:-1] != input2.shape[:-1]:
        raise RuntimeError(
            f"bilinear(): input batch dimensions do not match: got {tuple(input1.shape)} and {tuple(input2.shape)}"
        )
    out, in1, in2 = weight.shape
    half = ops.matmul(input1.reshape(-1, in1), weight.permute(1, 0, 2).reshape(in1, out * in2)).view(-1, out, in2)
    result = ops.matmul(half, input2.reshape(-1, in2, 1)).view(*input1.shape[:-1], out)
    return result if bias is None else result + bias


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
    first scaled down to it, in `weight` itself.
    """
    if sparse:
        raise NotImplementedError("embedding: sparse gradients are not there yet")
    if padding_idx is None:
        padding_idx = -1
    elif not -weight.size(0) <= padding_idx < weight.size(0):
        raise AssertionError("Padding_idx must be within num_embeddings")
    elif padding_idx < 0:
        padding_idx += weight.size(0)
    if max_norm is not None:
        limit_rows(weight, input, max_norm, norm_type)
    return ops.embedding(weight, input, padding_idx, scale_grad_by_freq, False)


def limit_rows(weight: Any, input: Any, max_norm: float, norm_type: float) -> None:
    """Scale the rows of `weight` that `input` names down to the norm `max_norm`, in place and without a record."""
    with no_grad():
        rows = ops._unique2(input.reshape(-1).long())[0]
        named = weight.index_select(0, rows)
        norms = vector_norm(named, norm_type, 1, True)
        weight.index_copy_(0, rows, ops.where(norms > max_norm, named * (max_norm / (norms + 1e-7)), named))


def one_hot(tensor: Any, num_classes: int = -1) -> Any:
    """Zeros with a one where the class number points: tensor (*) of int64, result (*, num_classes) of int64."""
    return ops.one_hot(tensor, num_classes)


def layer_norm(
    input: Any, normalized_shape: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """(x - mean) / sqrt(var + eps) * weight + bias over the last dimensions, of sizes `normalized_shape`."""
    return ops.layer_norm(input, normalized_shape, weight, bias, eps)


def rms_norm(input: Any, normalized_shape: Sequence[int], weight: Any = None, eps: float | None = None) -> Any:
    """x / sqrt(mean(x^2) + eps) * weight over the last dimensions, of sizes `normalized_shape`."""
    return ops.rms_norm(input, normalized_shape, weight, eps)


def vector_norm(input: Any, p: float, dim: int, keepdim: bool) -> Any:
    return ops.linalg_vector_norm(input, p, [dim], keepdim)


def normalize(input: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Any = None) -> Any:
    """x over its p-norm along `dim`, that norm being at least eps."""
    result = input / ops.clamp(vector_norm(input, p, dim, True), min=eps).expand_as(input)
    return result if out is None else out.copy_(result)


def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """Dot product over the product of the norms along `dim`, each norm being at least eps; inputs broadcast."""
    x1, x2 = broadcast_tensors(x1, x2)
    norms = ops.clamp(vector_norm(x1, 2.0, dim, False), min=eps) * ops.clamp(vector_norm(x2, 2.0, dim, False), min=eps)
    return (x1 * x2).sum(dim) / norms


def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Any:
    """p-norm of x1 - x2 + eps along the last dimension."""
    return vector_norm(x1 - x2 + eps, p, -1, keepdim)


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
    from vibetensor.torch.nn._losses import chosen_reduction, reduced

    if target.dim() not in (0, 1):
        raise RuntimeError(f"0D or 1D target tensor expected, multi-target not supported, got {target.dim()}D")
    if not input1.dim() == input2.dim() == target.dim() + 1:
        raise RuntimeError(
            f"{target.dim()}D target tensor expects {target.dim() + 1}D input tensors, but found inputs with sizes "
            f"{list(input1.shape)} and {list(input2.shape)}."
        )
    tiny = 1e-12  # PyTorch's: keeps the squares of zero vectors apart from zero
    dim = target.dim()
    squares = ((input1 * input1).sum(dim) + tiny) * ((input2 * input2).sum(dim) + tiny)
    cosine = (input1 * input2).sum(dim) / ops.sqrt(squares)
    far = ops.clamp(cosine - margin, min=0.0)
    zeros = ops.zeros_like(cosine)
    loss = ops.where(target == 1, 1 - cosine, zeros) + ops.where(target == -1, far, zeros)
    return reduced(loss, chosen_reduction(reduction, size_average, reduce))


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
    from vibetensor.torch.nn._losses import chosen_reduction, reduced

    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    near, far = pairwise_distance(anchor, positive, p, eps), pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = ops.minimum(far, pairwise_distance(positive, negative, p, eps))
    return reduced(ops.clamp(near - far + margin, min=0.0), chosen_reduction(reduction, size_average, reduce))


def pad(input: Any, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Any:
    """x with more elements around it: pad is (before, after) of the last dimension, then of the one before it.

    And so on to the front; negative numbers cut off. mode: "constant", or "reflect", "replicate" or "circular",
    which take no value.
    """
    return ops.pad(input, pad, mode, value)


__getattr__ = module_getattr(__name__)
