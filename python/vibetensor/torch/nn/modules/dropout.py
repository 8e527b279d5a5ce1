"""Layers that drop a random part of their input while training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor.torch.nn import functional as F
from vibetensor.torch.nn.modules.module import Module


class _DropoutNd(Module):
    _vt_function: Callable[..., Any]

    def __init__(self, p: float = 0.5, inplace: bool = False):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        return type(self)._vt_function(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """Zeroes elements with probability `p` and scales the others by 1 / (1 - p); passes all in evaluation."""

    _vt_function: Any = F.dropout


class AlphaDropout(_DropoutNd):
    """Sets elements to the value that SELU saturates at with probability `p`; mean 0 and variance 1 stay."""

    _vt_function: Any = F.alpha_dropout


class FeatureAlphaDropout(_DropoutNd):
    """AlphaDropout of whole channels: (N, C, *)."""

    _vt_function: Any = F.feature_alpha_dropout


class Dropout1d(_DropoutNd):
    """Zeroes whole channels of (N, C, L) with probability `p`."""

    _vt_function: Any = F.dropout1d


class Dropout2d(_DropoutNd):
    """Zeroes whole channels of (N, C, H, W) with probability `p`."""

    _vt_function: Any = F.dropout2d


class Dropout3d(_DropoutNd):
    """Zeroes whole channels of (N, C, D, H, W) with probability `p`."""

    _vt_function: Any = F.dropout3d
