"""Layers that put elements around their input: the last dimension, the last two or the last three."""

from __future__ import annotations

from typing import Any

from vibetensor.torch.nn import functional as F
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.modules.utils import ntuple


class _PadNd(Module):
    """`padding`: one number for every side, or (before, after) of the last dimension, then of the one before, ..."""

    _vt_mode: str
    _vt_dims: int
    padding: Any

    def __init__(self, padding: Any):
        super().__init__()
        self.padding = ntuple(2 * self._vt_dims)(padding)

    def _vt_check(self, input: Any) -> None:
        """Returns None; ValueError if the layer does not take an input of so many dimensions."""

    def forward(self, input: Any) -> Any:
        self._vt_check(input)
        return F.pad(input, self.padding, self._vt_mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPadNd(_PadNd):
    _vt_mode = "constant"
    value: float

    def __init__(self, padding: Any, value: float):
        super().__init__(padding)
        self.value = value

    def forward(self, input: Any) -> Any:
        return F.pad(input, self.padding, self._vt_mode, self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPadNd):
    """Puts `value` around the last dimension."""

    _vt_dims = 1


class ConstantPad2d(_ConstantPadNd):
    """Puts `value` around the last two dimensions."""

    _vt_dims = 2


class ConstantPad3d(_ConstantPadNd):
    """Puts `value` around the last three dimensions."""

    _vt_dims = 3


class ZeroPad1d(ConstantPad1d):
    """Puts zeros around the last dimension."""

    def __init__(self, padding: Any):
        super().__init__(padding, 0.0)

    extra_repr = _PadNd.extra_repr


class ZeroPad2d(ConstantPad2d):
    """Puts zeros around the last two dimensions."""

    def __init__(self, padding: Any):
        super().__init__(padding, 0.0)

    extra_repr = _PadNd.extra_repr


class ZeroPad3d(ConstantPad3d):
    """Puts zeros around the last three dimensions."""

    def __init__(self, padding: Any):
        super().__init__(padding, 0.0)

    extra_repr = _PadNd.extra_repr


class _ReflectionPadNd(_PadNd):
    _vt_mode = "reflect"


class ReflectionPad1d(_ReflectionPadNd):
    """Goes on beyond the ends of the last dimension as in a mirror that stands at the last element."""

    _vt_dims = 1


class ReflectionPad2d(_ReflectionPadNd):
    """ReflectionPad1d of the last two dimensions."""

    _vt_dims = 2


class ReflectionPad3d(_ReflectionPadNd):
    """ReflectionPad1d of the last three dimensions."""

    _vt_dims = 3


class _ReplicationPadNd(_PadNd):
    _vt_mode = "replicate"


class ReplicationPad1d(_ReplicationPadNd):
    """Repeats the elements at the ends of the last dimension."""

    _vt_dims = 1


class ReplicationPad2d(_ReplicationPadNd):
    """Repeats the elements at the edges of the last two dimensions."""

    _vt_dims = 2


class ReplicationPad3d(_ReplicationPadNd):
    """Repeats the elements at the faces of the last three dimensions."""

    _vt_dims = 3


class _CircularPadNd(_PadNd):
    _vt_mode = "circular"

    def _vt_check(self, input: Any) -> None:
        if input.dim() not in (self._vt_dims + 1, self._vt_dims + 2):
            raise ValueError(f"expected {self._vt_dims + 1}D or {self._vt_dims + 2}D input (got {input.dim()}D input)")


class CircularPad1d(_CircularPadNd):
    """Goes on beyond one end of the last dimension with the elements at the other."""

    _vt_dims = 1


class CircularPad2d(_CircularPadNd):
    """CircularPad1d of the last two dimensions."""

    _vt_dims = 2


class CircularPad3d(_CircularPadNd):
    """CircularPad1d of the last three dimensions."""

    _vt_dims = 3
