"""Layers of detection models."""

from __future__ import annotations

from typing import Any

from vibetensor import torch

__all__ = ["FrozenBatchNorm2d"]


class FrozenBatchNorm2d(torch.nn.Module):
    """Batch norm of (N, C, H, W) whose statistics and affine parameters are buffers: nothing of it is trained."""

    def __init__(self, num_features: int, eps: float = 1e-5):
        super().__init__()
        self.eps = eps
        for name, value in (("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
            self.register_buffer(name, torch.full((num_features,), value))

    def _load_from_state_dict(self, *args: Any) -> None:
        state_dict, prefix, *_ = args
        state_dict.pop(f"{prefix}num_batches_tracked", None)  # of a BatchNorm2d, which this has no use for
        super()._load_from_state_dict(*args)

    def forward(self, x: Any) -> Any:
        scale = self.weight * (self.running_var + self.eps).rsqrt()
        bias = self.bias - self.running_mean * scale
        return x * scale.reshape(1, -1, 1, 1) + bias.reshape(1, -1, 1, 1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.weight.shape[0]}, eps={self.eps})"
