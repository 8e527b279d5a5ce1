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


_WHERE = {1: "the last dimension", 2: "the last two dimensions", 3: "the last three dimensions"}


def _named(function: Any, name: str, doc: str) -> Any:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def _named_pair(name: str, doc: str, pool: Any, pool_with_indices: Any) -> tuple[Any, Any]:
    always = f"`{name}` with the indices, whatever `return_indices` says, as in PyTorch."
    return _named(pool, name, doc), _named(pool_with_indices, f"{name}_with_indices", always)


def _max_pool(dims: int) -> tuple[Any, Any]:
    """max_pool and max_pool_with_indices of so many dims."""
    name = f"max_pool{dims}d"
    maxima, both = getattr(ops, name), getattr(ops, f"{name}_with_indices")

    def pool(
        input: Any,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        op = both if return_indices else maxima
        return op(input, kernel_size, _steps(stride), padding, dilation, ceil_mode)

    def pool_with_indices(
        input: Any,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        return both(input, kernel_size, _steps(stride), padding, dilation, ceil_mode)

    doc = (
        f"The maximum of each window of {_WHERE[dims]}; `return_indices`: and where in them, flattened, each was found."
    )
    return _named_pair(name, doc, pool, pool_with_indices)


max_pool1d, max_pool1d_with_indices = _max_pool(1)
max_pool2d, max_pool2d_with_indices = _max_pool(2)
max_pool3d, max_pool3d_with_indices = _max_pool(3)


def _fractional_max_pool(
    dims: int,
    input: Any,
    kernel_size: Any,
    output_size: Any,
    output_ratio: Any,
    return_indices: bool,
    _random_samples: Any,
) -> Any:
    from vibetensor.torch.nn.modules.utils import ntuple

    name = f"fractional_max_pool{dims}d"
    if output_size is None:
        if output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
        ratios = ntuple(dims)(output_ratio)
        output_size = [int(size * ratio) for size, ratio in zip(input.shape[-dims:], ratios, strict=True)]
    if _random_samples is None:
        batch = 1 if input.dim() == dims + 1 else input.size(0)
        _random_samples = ops.rand([batch, input.size(-dims - 1), dims], dtype=input.dtype, device=input.device)
    both = getattr(ops, name)(input, kernel_size, output_size, _random_samples)
    return both if return_indices else both[0]


def fractional_max_pool2d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """Maxima of windows that begin at random places of the last two dimensions, evenly spread: (N, C, *output_size).

    output_ratio: the size as a part of the input's, where `output_size` is None. _random_samples: (N, C, 2) from 0 to 1,
    drawn if None. `return_indices`: and where in the plane each was found.
    """
    return _fractional_max_pool(2, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def fractional_max_pool3d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """`fractional_max_pool2d` of the last three dimensions."""
    return _fractional_max_pool(3, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def fractional_max_pool2d_with_indices(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """`fractional_max_pool2d` with the indices, whatever `return_indices` says, as in PyTorch."""
    return fractional_max_pool2d(input, kernel_size, output_size, output_ratio, True, _random_samples)


def fractional_max_pool3d_with_indices(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """`fractional_max_pool3d` with the indices, whatever `return_indices` says, as in PyTorch."""
    return fractional_max_pool3d(input, kernel_size, output_size, output_ratio, True, _random_samples)


def _sizes_of(input: Any, output_size: Any) -> Any:
    """An adaptive pooling's sizes, where None keeps the input's."""
    from vibetensor.torch.nn.modules.utils import _list_with_default

    return output_size if isinstance(output_size, int) else _list_with_default(list(output_size), list(input.shape))


def _adaptive_max_pool(dims: int) -> tuple[Any, Any]:
    """adaptive_max_pool and adaptive_max_pool_with_indices of so many dims."""
    name = f"adaptive_max_pool{dims}d"
    op = getattr(ops, name)

    def pool(input: Any, output_size: Any, return_indices: bool = False) -> Any:
        both = op(input, _sizes_of(input, output_size))
        return both if return_indices else both[0]

    def pool_with_indices(input: Any, output_size: Any, return_indices: bool = False) -> Any:
        return op(input, _sizes_of(input, output_size))

    doc = f"Maxima of windows that split {_WHERE[dims]} evenly; a size of None keeps the input's. `return_indices`: and where."
    return _named_pair(name, doc, pool, pool_with_indices)


adaptive_max_pool1d, adaptive_max_pool1d_with_indices = _adaptive_max_pool(1)
adaptive_max_pool2d, adaptive_max_pool2d_with_indices = _adaptive_max_pool(2)
adaptive_max_pool3d, adaptive_max_pool3d_with_indices = _adaptive_max_pool(3)


def adaptive_avg_pool2d(input: Any, output_size: Any) -> Any:
    """Means of windows that split the last two dimensions evenly; a size of None keeps the input's."""
    return ops.adaptive_avg_pool2d(input, _sizes_of(input, output_size))


def adaptive_avg_pool3d(input: Any, output_size: Any) -> Any:
    """Means of windows that split the last three dimensions evenly; a size of None keeps the input's."""
    return ops.adaptive_avg_pool3d(input, _sizes_of(input, output_size))


def _lp_pool(dims: int) -> Any:
    op = getattr(ops, f"lp_pool{dims}d")

    def pool(input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Any:
        return op(input, norm_type, kernel_size, _steps(stride), ceil_mode)

    return _named(pool, f"lp_pool{dims}d", f"The `norm_type`-norm of each window of {_WHERE[dims]}.")


lp_pool1d, lp_pool2d, lp_pool3d = _lp_pool(1), _lp_pool(2), _lp_pool(3)


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


def _max_unpool(dims: int) -> Any:
    op = getattr(ops, f"max_unpool{dims}d")

    def unpool(
        input: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
    ) -> Any:
        from vibetensor.torch.nn.modules.utils import ntuple

        per_dim = ntuple(dims)
        kernel = per_dim(kernel_size)
        steps = per_dim(stride) if stride is not None else kernel
        return op(input, indices, _unpooled_size(input, kernel, steps, per_dim(padding), output_size))

    doc = f"Zeros with the elements of `input` where `max_pool{dims}d` with the same arguments had found them."
    return _named(unpool, f"max_unpool{dims}d", doc)


max_unpool1d, max_unpool2d, max_unpool3d = _max_unpool(1), _max_unpool(2), _max_unpool(3)


def _verify_batch_size(size: Sequence[int]) -> None:
    """ValueError where a channel has one value only, which has no variance."""
    if size[0] * math.prod(size[2:]) == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {size}")


def batch_norm(
    input: Any,
    running_mean: Any | None,
    running_var: Any | None,
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
        if eps <= 0.0:
            raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
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
