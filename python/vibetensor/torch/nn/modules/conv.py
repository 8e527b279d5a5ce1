"""Convolutions of one, two and three spatial dims, plain and transposed."""

from __future__ import annotations

import math
from typing import Any

from vibetensor import _C
from vibetensor.torch.nn import functional as F
from vibetensor.torch.nn import init
from vibetensor.torch.nn.modules.lazy import LazyModuleMixin
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.modules.utils import _reverse_repeat_tuple, ntuple
from vibetensor.torch.nn.parameter import Parameter, UninitializedParameter

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _ConvNd(Module):
    """What all convolutions have: weight, bias, their shapes and how they start.

    Sizes are one number, or one for each of the `dims` spatial dims. weight is (out_channels, in_channels / groups,
    *kernel_size), or transposed (in_channels, out_channels / groups, *kernel_size); weight and bias (out_channels,) start
    uniform in +-1/sqrt(in_channels / groups * kernel elements).
    """

    __constants__ = (
        *("stride", "padding", "dilation", "groups", "padding_mode"),
        *("output_padding", "in_channels", "out_channels", "kernel_size"),
    )
    _vt_dims: int
    _vt_function: Any  # of nn.functional
    transposed = False

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        output_padding: Any,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__()
        self.transposed = type(self).transposed  # PyTorch looks for it in a layer that it loads whole
        per_dim = ntuple(self._vt_dims)
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.dilation = per_dim(kernel_size), per_dim(stride), per_dim(dilation)
        self.padding = padding if isinstance(padding, str) else per_dim(padding)
        self.output_padding = per_dim(output_padding)
        self.padding_mode = padding_mode
        self._vt_check()
        self._reversed_padding_repeated_twice = self._vt_padding_of_pad()
        first, second = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        shape = (first, second // groups, *self.kernel_size)
        self.weight = Parameter(_C.ops.empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(_C.ops.empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _vt_check(self) -> None:
        """Raises ValueError for arguments that no convolution has."""
        if self.groups <= 0:
            raise ValueError("groups must be a positive integer")
        if self.in_channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if self.out_channels % self.groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise ValueError(f"Invalid padding string {self.padding!r}, should be one of 'same', 'valid'")
            if self.padding == "same" and any(s != 1 for s in self.stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if self.padding_mode not in PADDING_MODES:
            raise ValueError(
                f"padding_mode must be one of {set(PADDING_MODES)}, but got padding_mode={self.padding_mode!r}"
            )
        if self.transposed and self.padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')

    def _vt_padding_of_pad(self) -> Any:
        """The padding as `nn.functional.pad` takes it: (before, after) of the last dim first."""
        if not isinstance(self.padding, str):
            return _reverse_repeat_tuple(self.padding, 2)
        pairs = [0] * (2 * self._vt_dims)
        if self.padding == "same":
            for at, (gap, size) in enumerate(zip(reversed(self.dilation), reversed(self.kernel_size), strict=True)):
                total = gap * (size - 1)
                pairs[2 * at : 2 * at + 2] = total // 2, total - total // 2
        return pairs

    def reset_parameters(self) -> None:
        """Returns None; draws weight, then bias, anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in != 0:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0,) * self._vt_dims:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * self._vt_dims:
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * self._vt_dims:
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        return text if self.padding_mode == "zeros" else text + f", padding_mode={self.padding_mode}"

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.__dict__.setdefault("padding_mode", "zeros")


class _PlainConv(_ConvNd):
    """A convolution: nn.functional.conv1d, conv2d, conv3d.

    Shapes: input (N, in_channels, *sizes) or (in_channels, *sizes), result (N, out_channels, *sizes), where a size
    becomes (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1. padding may be "same" or "valid".
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            0,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def _conv_forward(self, input: Any, weight: Any, bias: Any) -> Any:
        padding = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
            padding = (0,) * self._vt_dims
        return type(self)._vt_function(input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def forward(self, input: Any) -> Any:
        return self._conv_forward(input, self.weight, self.bias)


class Conv1d(_PlainConv):
    __doc__ = _PlainConv.__doc__
    _vt_dims = 1
    _vt_function: Any = F.conv1d


class Conv2d(_PlainConv):
    __doc__ = _PlainConv.__doc__
    _vt_dims = 2
    _vt_function: Any = F.conv2d


class Conv3d(_PlainConv):
    __doc__ = _PlainConv.__doc__
    _vt_dims = 3
    _vt_function: Any = F.conv3d


class _ConvTransposeNd(_ConvNd):
    """A transposed convolution: nn.functional.conv_transpose1d, conv_transpose2d, conv_transpose3d.

    Shapes: input (N, in_channels, *sizes) or (in_channels, *sizes), result (N, out_channels, *sizes), where a size
    becomes (size - 1) * stride - 2 * padding + dilation * (kernel_size - 1) + output_padding + 1.
    """

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            output_padding,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def _output_padding(self, input: Any, output_size: Any) -> tuple[int, ...]:
        """The output padding that gives `output_size`, the sizes of the spatial dims or of all."""
        if output_size is None:
            return self.output_padding
        sizes = [int(size) for size in output_size]
        spatial = input.dim() - self._vt_dims
        if len(sizes) == input.dim():
            sizes = sizes[spatial:]
        if len(sizes) != self._vt_dims:
            raise ValueError(
                f"{type(self).__name__}: for {input.dim()}D input, output_size must have {self._vt_dims} or {input.dim()} "
                f"elements (got {len(sizes)})"
            )
        least = [
            (input.size(spatial + d) - 1) * self.stride[d]
            - 2 * self.padding[d]
            + self.dilation[d] * (self.kernel_size[d] - 1)
            + 1
            for d in range(self._vt_dims)
        ]
        most = [size + self.stride[d] - 1 for d, size in enumerate(least)]
        if not all(low <= size <= high for low, size, high in zip(least, sizes, most, strict=True)):
            raise ValueError(
                f"requested an output size of {sizes}, but valid sizes range from {least} to {most} "
                f"(for an input of {input.size()[spatial:]})"
            )
        return tuple(size - low for size, low in zip(sizes, least, strict=True))

    def forward(self, input: Any, output_size: Any = None) -> Any:
        padding = self._output_padding(input, output_size)
        return type(self)._vt_function(
            input, self.weight, self.bias, self.stride, self.padding, padding, self.groups, self.dilation
        )


class ConvTranspose1d(_ConvTransposeNd):
    __doc__ = _ConvTransposeNd.__doc__
    _vt_dims = 1
    _vt_function: Any = F.conv_transpose1d


class ConvTranspose2d(_ConvTransposeNd):
    __doc__ = _ConvTransposeNd.__doc__
    _vt_dims = 2
    _vt_function: Any = F.conv_transpose2d


class ConvTranspose3d(_ConvTransposeNd):
    __doc__ = _ConvTransposeNd.__doc__
    _vt_dims = 3
    _vt_function: Any = F.conv_transpose3d


class _LazyConvXdMixin(LazyModuleMixin):
    """Before a convolution's class: in_channels is the number of channels of the first input."""

    def _vt_begin(self: Any, out_channels: int, bias: bool, device: Any, dtype: Any) -> None:
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self: Any) -> None:
        """Returns None; draws weight, then bias, anew, once they have shapes."""
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()  # type: ignore[misc]

    def initialize_parameters(self: Any, input: Any, *args: Any, **kwargs: Any) -> None:
        """Returns None; gives the weight and the bias the shapes for `input` and draws them."""
        if not self.has_uninitialized_params():
            return
        if input.dim() not in (self._vt_dims + 1, self._vt_dims + 2):
            raise RuntimeError(
                f"Expected {self._vt_dims + 1}D (unbatched) or {self._vt_dims + 2}D (batched) input to "
                f"{type(self).__name__}, but got input of size: {input.shape}"
            )
        self.in_channels = input.shape[-self._vt_dims - 1]
        if self.in_channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        first, second = self.out_channels, self.in_channels
        if self.transposed:
            first, second = second, first
        self.weight.materialize((first, second // self.groups, *self.kernel_size))
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()


class _LazyPlainConv(_LazyConvXdMixin):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__(0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode)
        self._vt_begin(out_channels, bias, device, dtype)


class LazyConv1d(_LazyPlainConv, Conv1d):  # type: ignore[misc]
    """Conv1d whose in_channels is that of its first input."""

    cls_to_become = Conv1d


class LazyConv2d(_LazyPlainConv, Conv2d):  # type: ignore[misc]
    """Conv2d whose in_channels is that of its first input."""

    cls_to_become = Conv2d


class LazyConv3d(_LazyPlainConv, Conv3d):  # type: ignore[misc]
    """Conv3d whose in_channels is that of its first input."""

    cls_to_become = Conv3d


class _LazyConvTranspose(_LazyConvXdMixin):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__(0, 0, kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode)
        self._vt_begin(out_channels, bias, device, dtype)


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):  # type: ignore[misc]
    """ConvTranspose1d whose in_channels is that of its first input."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):  # type: ignore[misc]
    """ConvTranspose2d whose in_channels is that of its first input."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):  # type: ignore[misc]
    """ConvTranspose3d whose in_channels is that of its first input."""

    cls_to_become = ConvTranspose3d
