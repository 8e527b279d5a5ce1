"""Activation functions and dropout, as nn.functional has them."""

from __future__ import annotations

from typing import Any

from vibetensor import _C

ops = _C.ops


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


def gelu(input: Any, approximate: str = "none") -> Any:
    """x * Phi(x), Phi the normal distribution; `approximate` "tanh" takes the tanh formula for it."""
    return ops.gelu(input, approximate=approximate)


def silu(input: Any, inplace: bool = False) -> Any:
    """x * sigmoid(x)."""
    return ops.silu_(input) if inplace else ops.silu(input)


def mish(input: Any, inplace: bool = False) -> Any:
    """x * tanh(softplus(x))."""
    return ops.mish_(input) if inplace else ops.mish(input)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """x where positive, negative_slope * x elsewhere."""
    return ops.leaky_relu_(input, negative_slope) if inplace else ops.leaky_relu(input, negative_slope)


def prelu(input: Any, weight: Any) -> Any:
    """x where positive, weight * x elsewhere; weight has one element, or one per channel (dimension 1)."""
    if weight.dtype != input.dtype:
        raise RuntimeError(f"prelu: Type promoting not supported. Got {input.dtype} and {weight.dtype}")
    if weight.dim() > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.dim()}")
    if weight.numel() == 1:
        weight = weight.reshape(())
    else:
        if input.dim() == 0:
            raise RuntimeError("prelu: a weight of several elements needs an input with a channel dimension")
        channels = input.size(1) if input.dim() > 1 else 1
        if weight.numel() != channels:
            raise RuntimeError(
                f"Mismatch of parameter numbers and input channel size. "
                f"Found parameter numbers = {weight.numel()} and channel size = {channels}."
            )
        weight = weight.view((1, -1) + (1,) * (input.dim() - 2))
    return ops.where(input > 0, input, weight * input)


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """x where positive, alpha * (exp(x) - 1) elsewhere."""
    return ops.elu_(input, alpha) if inplace else ops.elu(input, alpha)


def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """x where positive, alpha * (exp(x / alpha) - 1) elsewhere."""
    return ops.celu_(input, alpha) if inplace else ops.celu(input, alpha)


def selu(input: Any, inplace: bool = False) -> Any:
    """elu with the alpha and the scale under which activations keep mean 0 and variance 1."""
    return ops.selu_(input) if inplace else ops.selu(input)


def glu(input: Any, dim: int = -1) -> Any:
    """First half along `dim` times sigmoid of the second."""
    if input.size(dim) % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {input.size(dim)}")
    first, second = input.chunk(2, dim)
    return first * ops.sigmoid(second)


def tanh(input: Any) -> Any:
    """tanh(x)."""
    return ops.tanh(input)


def sigmoid(input: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return ops.sigmoid(input)


def logsigmoid(input: Any) -> Any:
    """log(sigmoid(x)), without overflow."""
    return ops.log_sigmoid(input)


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """log(1 + exp(beta * x)) / beta, and x itself where beta * x > threshold."""
    return ops.softplus(input, beta, threshold)


def softsign(input: Any) -> Any:
    """x / (1 + |x|)."""
    return input / (1 + ops.abs(input))


def tanhshrink(input: Any) -> Any:
    """x - tanh(x)."""
    return ops.tanhshrink(input)


def softshrink(input: Any, lambd: float = 0.5) -> Any:
    """x moved towards zero by lambd, zero within lambd of it."""
    if lambd < 0:
        raise RuntimeError(f"lambda must be greater or equal to 0, but found to be {lambd}.")
    return ops.softshrink(input, lambd)


def hardshrink(input: Any, lambd: float = 0.5) -> Any:
    """x, zero within lambd of zero."""
    return ops.hardshrink(input, lambd)


def hardsigmoid(input: Any, inplace: bool = False) -> Any:
    """x / 6 + 1/2 limited to [0, 1]."""
    return ops.hardsigmoid_(input) if inplace else ops.hardsigmoid(input)


def hardswish(input: Any, inplace: bool = False) -> Any:
    """x * hardsigmoid(x)."""
    return ops.hardswish_(input) if inplace else ops.hardswish(input)


def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Any:
    """x where above `threshold`, `value` elsewhere."""
    return ops.threshold_(input, threshold, value) if inplace else ops.threshold(input, threshold, value)


def softmax_dim(name: str, ndim: int) -> int:
    """The dimension that PyTorch takes when none is named, with its warning."""
    import warnings

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
    noise = -ops.empty_like(logits).exponential_().log()
    soft = ops.softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    index = soft.argmax(dim, keepdim=True)
    one_hot = ops.zeros_like(logits).scatter_(dim, index, 1.0)
    return one_hot - soft.detach() + soft


def check_probability(p: float) -> None:
    if p < 0.0 or p > 1.0:  # a NaN is the op's to refuse
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """x with elements zeroed with probability `p` and the others scaled by 1 / (1 - p); x itself if not training."""
    check_probability(p)
    return ops.dropout_(input, p, training) if inplace else ops.dropout(input, p, training)


def feature_dropout(name: str, spatial: int, input: Any, p: float, training: bool, inplace: bool) -> Any:
    """Dropout of whole channels: one draw for all of the last `spatial` dimensions."""
    check_probability(p)
    if input.dim() not in (spatial + 1, spatial + 2):
        raise RuntimeError(f"{name}: expected {spatial + 1} or {spatial + 2} dimensions, got {input.dim()}")
    if not training or p == 0:
        return input
    kept = input.shape[: input.dim() - spatial] + (1,) * spatial
    noise = ops.dropout(ops.ones(tuple(kept), dtype=input.dtype, device=input.device), p, True)
    return input.mul_(noise) if inplace else input * noise


def dropout1d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """x (N, C, L) or (C, L) with whole channels zeroed with probability `p`, the others scaled by 1 / (1 - p)."""
    return feature_dropout("dropout1d", 1, input, p, training, inplace)


def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """x (N, C, H, W) with whole channels zeroed with probability `p`, the others scaled by 1 / (1 - p).

    Three dimensions are (N, C, L), as in dropout1d.
    """
    spatial = 1 if input.dim() == 3 else 2
    return feature_dropout("dropout2d", spatial, input, p, training, inplace)


def dropout3d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """x (N, C, D, H, W) or (C, D, H, W) with whole channels zeroed with probability `p`, the others scaled."""
    return feature_dropout("dropout3d", 3, input, p, training, inplace)
