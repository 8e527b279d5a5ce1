"""Layers that pool windows of the spatial dims."""

from __future__ import annotations

from typing import Any

from vibetensor.torch.nn import functional as F
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.modules.utils import ntuple


class _MaxPoolNd(Module):
    """The maximum of each window; `nn.functional.max_pool1d` and its kin have the arguments' meanings."""

    _vt_function: Any

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )

    def forward(self, input: Any) -> Any:
        return type(self)._vt_function(
            input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices
        )


class MaxPool1d(_MaxPoolNd):
    """The maximum of each window of the last dimension of (N, C, L) or (C, L)."""

    _vt_function: Any = F.max_pool1d


class MaxPool2d(_MaxPoolNd):
    """The maximum of each window of the last two dimensions of (N, C, H, W) or (C, H, W)."""

    _vt_function: Any = F.max_pool2d


class MaxPool3d(_MaxPoolNd):
    """The maximum of each window of the last three dimensions of (N, C, D, H, W) or (C, D, H, W)."""

    _vt_function: Any = F.max_pool3d


class _MaxUnpoolNd(Module):
    """Puts the elements that a max pool with `return_indices` kept back where they were, among zeros."""

    _vt_dims: int
    _vt_function: Any

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0):
        super().__init__()
        per_dim = ntuple(self._vt_dims)
        self.kernel_size = per_dim(kernel_size)
        self.stride = per_dim(stride if stride is not None else kernel_size)
        self.padding = per_dim(padding)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"

    def forward(self, input: Any, indices: Any, output_size: Any = None) -> Any:
        return type(self)._vt_function(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool1d(_MaxUnpoolNd):
    """The inverse of MaxPool1d as far as there is one."""

    _vt_dims = 1
    _vt_function: Any = F.max_unpool1d


class MaxUnpool2d(_MaxUnpoolNd):
    """The inverse of MaxPool2d as far as there is one."""

    _vt_dims = 2
    _vt_function: Any = F.max_unpool2d


class MaxUnpool3d(_MaxUnpoolNd):
    """The inverse of MaxPool3d as far as there is one."""

    _vt_dims = 3
    _vt_function: Any = F.max_unpool3d


class _AvgPoolNd(Module):
    """The mean of each window."""

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPoolNd):
    """The mean of each window of the last dimension of (N, C, L) or (C, L)."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ):
        super().__init__()
        single = ntuple(1)
        self.kernel_size = single(kernel_size)
        self.stride = single(stride if stride is not None else kernel_size)
        self.padding = single(padding)
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input: Any) -> Any:
        return F.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class _AvgPoolOfPlanes(_AvgPoolNd):
    _vt_function: Any

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Any) -> Any:
        return type(self)._vt_function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class AvgPool2d(_AvgPoolOfPlanes):
    """The mean of each window of the last two dimensions of (N, C, H, W) or (C, H, W)."""

    _vt_function: Any = F.avg_pool2d


class AvgPool3d(_AvgPoolOfPlanes):
    """The mean of each window of the last three dimensions of (N, C, D, H, W) or (C, D, H, W)."""

    _vt_function: Any = F.avg_pool3d


class _AdaptiveAvgPoolNd(Module):
    """Means of windows that split the input evenly, for a result of `output_size` whatever the input's."""

    _vt_function: Any

    def __init__(self, output_size: Any):
        super().__init__()
        self.output_size = output_size

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"

    def forward(self, input: Any) -> Any:
        return type(self)._vt_function(input, self.output_size)


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """Means for a last dimension of `output_size`."""

    _vt_function: Any = F.adaptive_avg_pool1d


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """Means for last two dimensions of `output_size`; None keeps the input's."""

    _vt_function: Any = F.adaptive_avg_pool2d


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """Means for last three dimensions of `output_size`; None keeps the input's."""

    _vt_function: Any = F.adaptive_avg_pool3d


class _AdaptiveMaxPoolNd(Module):
    """Maxima of windows that split the input evenly, for a result of `output_size` whatever the input's."""

    _vt_function: Any

    def __init__(self, output_size: Any, return_indices: bool = False):
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"

    def forward(self, input: Any) -> Any:
        return type(self)._vt_function(input, self.output_size, self.return_indices)


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """Maxima for a last dimension of `output_size`."""

    _vt_function: Any = F.adaptive_max_pool1d


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """Maxima for last two dimensions of `output_size`; None keeps the input's."""

    _vt_function: Any = F.adaptive_max_pool2d


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """Maxima for last three dimensions of `output_size`; None keeps the input's."""

    _vt_function: Any = F.adaptive_max_pool3d


class _LPPoolNd(Module):
    """The `norm_type`-norm of each window."""

    _vt_function: Any

    def __init__(self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False):
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode

    def extra_repr(self) -> str:
        return f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, ceil_mode={self.ceil_mode}"

    def forward(self, input: Any) -> Any:
        return type(self)._vt_function(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class LPPool1d(_LPPoolNd):
    """Norms of windows of the last dimension."""

    _vt_function: Any = F.lp_pool1d


class LPPool2d(_LPPoolNd):
    """Norms of windows of the last two dimensions."""

    _vt_function: Any = F.lp_pool2d


class LPPool3d(_LPPoolNd):
    """Norms of windows of the last three dimensions."""

    _vt_function: Any = F.lp_pool3d


class _FractionalMaxPoolNd(Module):
    """Maxima of windows that begin at random places; see `nn.functional.fractional_max_pool2d`."""

    _vt_dims: int
    _vt_function: Any

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Any = None,
    ):
        super().__init__()
        per_dim, name = ntuple(self._vt_dims), type(self).__name__
        if min(per_dim(kernel_size)) <= 0:
            raise ValueError(f"kernel_size must be greater than 0, but got {kernel_size}")
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        self.kernel_size, self.return_indices = per_dim(kernel_size), return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else per_dim(output_size)
        self.output_ratio = None if output_ratio is None else per_dim(output_ratio)
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input: Any) -> Any:
        return type(self)._vt_function(
            input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices, self._random_samples
        )


class FractionalMaxPool2d(_FractionalMaxPoolNd):
    """Maxima of windows at random places of the last two dimensions of (N, C, H, W) or (C, H, W)."""

    _vt_dims = 2
    _vt_function: Any = staticmethod(F.fractional_max_pool2d)


class FractionalMaxPool3d(_FractionalMaxPoolNd):
    """Maxima of windows at random places of the last three dimensions of (N, C, D, H, W) or (C, D, H, W)."""

    _vt_dims = 3
    _vt_function: Any = staticmethod(F.fractional_max_pool3d)
