"""Norms of every image and channel by itself."""

from __future__ import annotations

import warnings
from typing import Any

from vibetensor.torch.nn import functional as F
from vibetensor.torch.nn.modules.batchnorm import _LazyNormBase, _NormBase


class _InstanceNorm(_NormBase):
    """`nn.functional.instance_norm`; running statistics only if asked for. Takes inputs without a batch dim too."""

    _vt_dims: int  # spatial

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _check_input_dim(self, input: Any) -> None:
        if input.dim() not in (self._vt_dims + 1, self._vt_dims + 2):
            raise ValueError(f"expected {self._vt_dims + 1}D or {self._vt_dims + 2}D input (got {input.dim()}D input)")

    def forward(self, input: Any) -> Any:
        self._check_input_dim(input)
        channels = input.size(input.dim() - self._vt_dims - 1)
        if channels != self.num_features:
            text = f"expected input's size at dim={input.dim() - self._vt_dims - 1} to match num_features ({self.num_features})"
            if self.affine:
                raise ValueError(f"{text}, but got: {channels}.")
            warnings.warn(
                f"input's size at dim={input.dim() - self._vt_dims - 1} does not match num_features. "
                "You can silence this warning by not passing in num_features, which is not used because affine=False",
                stacklevel=2,
            )
        batched = input if input.dim() == self._vt_dims + 2 else input.unsqueeze(0)
        out = F.instance_norm(
            batched,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return out if batched is input else out.squeeze(0)


class InstanceNorm1d(_InstanceNorm):
    """Instance norm of (N, C, L) or (C, L)."""

    _vt_dims = 1


class InstanceNorm2d(_InstanceNorm):
    """Instance norm of (N, C, H, W) or (C, H, W)."""

    _vt_dims = 2


class InstanceNorm3d(_InstanceNorm):
    """Instance norm of (N, C, D, H, W) or (C, D, H, W)."""

    _vt_dims = 3


class LazyInstanceNorm1d(_LazyNormBase, InstanceNorm1d):
    """InstanceNorm1d whose num_features is that of its first input. It begins with weight, bias and statistics."""

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyNormBase, InstanceNorm2d):
    """InstanceNorm2d whose num_features is that of its first input. It begins with weight, bias and statistics."""

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyNormBase, InstanceNorm3d):
    """InstanceNorm3d whose num_features is that of its first input. It begins with weight, bias and statistics."""

    cls_to_become = InstanceNorm3d
