"""A normalisation by fixed statistics, multiplied into the layer before it."""

from __future__ import annotations

import copy
from typing import Any

from vibetensor import _C
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.parameter import Parameter

__all__ = ["fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"]

ops = _C.ops


def fused(
    weight: Any, bias: Any, channel: int, mean: Any, var: Any, eps: float, bn_w: Any, bn_b: Any
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a layer followed by the normalisation of its outputs, dimension `channel` of the weight."""
    shape = [1] * weight.dim()
    shape[channel] = -1
    bias = ops.zeros_like(mean) if bias is None else bias
    factor = ops.rsqrt(var + eps) * (1 if bn_w is None else bn_w)
    shift = (bias - mean) * factor + (0 if bn_b is None else bn_b)
    scaled = (weight * factor.reshape(shape)).to(weight.dtype)
    return Parameter(scaled, weight.requires_grad), Parameter(shift.to(bias.dtype), bias.requires_grad)


def fuse_conv_bn_weights(
    conv_w: Any,
    conv_b: Any,
    bn_rm: Any,
    bn_rv: Any,
    bn_eps: float,
    bn_w: Any,
    bn_b: Any,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a convolution that also normalises; `transpose`: of a transposed one."""
    return fused(conv_w, conv_b, 1 if transpose else 0, bn_rm, bn_rv, bn_eps, bn_w, bn_b)


def fuse_linear_bn_weights(
    linear_w: Any, linear_b: Any, bn_rm: Any, bn_rv: Any, bn_eps: float, bn_w: Any, bn_b: Any
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a linear layer that also normalises."""
    return fused(linear_w, linear_b, 0, bn_rm, bn_rv, bn_eps, bn_w, bn_b)


def fuse_eval(layer: Module, bn: Any, transpose: bool) -> Any:
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("Fusion needs a normalisation with running statistics")
    result: Any = copy.deepcopy(layer)
    statistics = (bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias)
    result.weight, result.bias = fused(result.weight, result.bias, 1 if transpose else 0, *statistics)
    return result


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A copy of a convolution that also does what the normalisation after it does in evaluation."""
    return fuse_eval(conv, bn, transpose)


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A copy of a linear layer that also does what the normalisation after it does in evaluation."""
    if linear.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError("To fuse, linear.out_features == bn.num_features or bn.num_features == 1")
    return fuse_eval(linear, bn, False)
