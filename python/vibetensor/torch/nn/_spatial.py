"""Functions of nn.functional over spatial dims: pooling, and the norms of channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vibetensor import _C

ops = _C.ops


def _steps(stride: Any) -> Any:
    """A pooling's stride as ops take it: none given is the kernel's size."""
    return [] if stride is None else stride


def max_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The maximum of each window of the last dimension; `return_indices`: and where in it each was found."""
    both = ops.max_pool1d_with_indices(input, kernel_size, _steps(stride), padding, dilation, ceil_mode)
    return both if return_indices else both[0]


def max_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The maximum of each window of the last two dimensions; `return_indices`: and where in the plane each was found."""
    both = ops.max_pool2d_with_indices(input, kernel_size, _steps(stride), padding, dilation, ceil_mode)
    return both if return_indices else both[0]


def max_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The maximum of each window of the last three dimensions; `return_indices`: and where in the block each was found."""
    both = ops.max_pool3d_with_indices(input, kernel_size, _steps(stride), padding, dilation, ceil_mode)
    return both if return_indices else both[0]


def max_pool1d_with_indices(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool1d` with the indices, whatever `return_indices` says, as in PyTorch."""
    return max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool2d_with_indices(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool2d` with the indices, whatever `return_indices` says, as in PyTorch."""
    return max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool3d_with_indices(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool3d` with the indices, whatever `return_indices` says, as in PyTorch."""
    return max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def _sizes_of(input: Any, output_size: Any) -> Any:
    """An adaptive pooling's sizes, where None keeps the input's."""
    from vibetensor.torch.nn.modules.utils import _list_with_default

    return output_size if isinstance(output_size, int) else _list_with_default(list(output_size), list(input.shape))


def adaptive_max_pool1d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """Maxima of windows that split the last dimension evenly; `return_indices`: and where each was found."""
    both = ops.adaptive_max_pool1d(input, output_size)
    return both if return_indices else both[0]


def adaptive_max_pool2d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """Maxima of windows that split the last two dimensions evenly; a size of None keeps the input's."""
    both = ops.adaptive_max_pool2d(input, _sizes_of(input, output_size))
    return both if return_indices else both[0]


def adaptive_max_pool3d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """Maxima of windows that split the last three dimensions evenly; a size of None keeps the input's."""
    both = ops.adaptive_max_pool3d(input, _sizes_of(input, output_size))
    return both if return_indices else both[0]


def adaptive_max_pool1d_with_indices(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool1d` with the indices, whatever `return_indices` says, as in PyTorch."""
    return adaptive_max_pool1d(input, output_size, True)


def adaptive_max_pool2d_with_indices(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool2d` with the indices, whatever `return_indices` says, as in PyTorch."""
    return adaptive_max_pool2d(input, output_size, True)


def adaptive_max_pool3d_with_indices(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool3d` with the indices, whatever `return_indices` says, as in PyTorch."""
    return adaptive_max_pool3d(input, output_size, True)


def adaptive_avg_pool2d(input: Any, output_size: Any) -> Any:
    """Means of windows that split the last two dimensions evenly; a size of None keeps the input's."""
    return ops.adaptive_avg_pool2d(input, _sizes_of(input, output_size))


def adaptive_avg_pool3d(input: Any, output_size: Any) -> Any:
    """Means of windows that split the last three dimensions evenly; a size of None keeps the input's."""
    return ops.adaptive_avg_pool3d(input, _sizes_of(input, output_size))


def lp_pool1d(input: Any, norm_type: float, kernel_size: int, stride: Any = None, ceil_mode: bool = False) -> Any:
    """The `norm_type`-norm of each window of the last dimension."""
    return ops.lp_pool1d(input, norm_type, kernel_size, _steps(stride), ceil_mode)


def lp_pool2d(input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Any:
    """The `norm_type`-norm of each window of the last two dimensions."""
    return ops.lp_pool2d(input, norm_type, kernel_size, _steps(stride), ceil_mode)


def lp_pool3d(input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Any:
    """The `norm_type`-norm of each window of the last three dimensions."""
    return ops.lp_pool3d(input, norm_type, kernel_size, _steps(stride), ceil_mode)


def _unpooled_size(
    input: Any, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], output_size: Any
) -> list[int]:
    """The sizes that a max_pool had pooled: those of its windows side by side, or `output_size` within a stride of it."""
    dims = len(kernel_size)
    spatial = input.shape[-dims:]
    least = [(spatial[d] - 1) * stride[d] + kernel_size[d] - 2 * padding[d] for d in range(dims)]
    if output_size is None:
        return least
    sizes = list(output_size)[-dims:] if len(output_size) == dims + 2 else list(output_size)
    if len(sizes) != dims:
        raise ValueError(
            f"output_size should be a sequence containing {dims} or {dims + 2} elements, but it has a length of "
            f"'{len(output_size)}'"
        )
    for d, (size, default) in enumerate(zip(sizes, least, strict=True)):
        if not default - stride[d] < size < default + stride[d]:
            raise ValueError(
                f'invalid output_size "{sizes}" (dim {d} must be between {default - stride[d]} and {default + stride[d]})'
            )
    return sizes


def _unpool(
    op: Any, dims: int, input: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any, size: Any
) -> Any:
    from vibetensor.torch.nn.modules.utils import ntuple

    per_dim = ntuple(dims)
    kernel = per_dim(kernel_size)
    steps = per_dim(stride) if stride is not None else kernel
    return op(input, indices, _unpooled_size(input, kernel, steps, per_dim(padding), size))


def max_unpool1d(
    input: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Any:
    """Zeros with the elements of `input` where `max_pool1d` with the same arguments had found them."""
    return _unpool(ops.max_unpool1d, 1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Any:
    """Zeros with the elements of `input` where `max_pool2d` with the same arguments had found them."""
    return _unpool(ops.max_unpool2d, 2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Any:
    """Zeros with the elements of `input` where `max_pool3d` with the same arguments had found them."""
    return _unpool(ops.max_unpool3d, 3, input, indices, kernel_size, stride, padding, output_size)


def _verify_batch_size(size: Sequence[int]) -> None:
    """ValueError where a channel has one value only, which has no variance."""
    if size[0] * math.prod(size[2:]) == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {size}")


def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """(x - mean) / sqrt(var + eps) * weight + bias for every channel, the second dimension.

    training: with the input's own statistics, which then move the running ones by `momentum`; otherwise with the running ones.
    """
    if training:
        _verify_batch_size(input.size())
    return ops.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, True)


def instance_norm(
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """`batch_norm` of every image by itself."""
    if use_input_stats and math.prod(input.size()[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.size()}")
    return ops.instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, True)


def group_norm(input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """(x - mean) / sqrt(var + eps) over each image's `num_groups` groups of channels, times weight plus bias per channel."""
    if input.dim() < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.dim()}")
    if num_groups > 0:
        _verify_batch_size([input.size(0) * input.size(1) // num_groups, num_groups, *input.size()[2:]])
    return ops.group_norm(input, num_groups, weight, bias, eps)
