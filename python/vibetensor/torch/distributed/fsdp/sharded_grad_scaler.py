"""Scaling of losses whose gradients are cut over processes: in a group of one, GradScaler."""

from __future__ import annotations

from typing import Any

from vibetensor.torch.amp.grad_scaler import GradScaler
from vibetensor.torch.distributed.groups import get_world_size, is_initialized

__all__ = ["ShardedGradScaler"]


class ShardedGradScaler(GradScaler):
    """A GradScaler that looks for infinities in the gradients of all processes of a group.

    NotImplementedError for a group of several processes.
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        backoff_factor: float = 0.5,
        growth_factor: float = 2.0,
        growth_interval: int = 2000,
        enabled: bool = True,
        process_group: Any = None,
    ):
        super().__init__(device, init_scale, growth_factor, backoff_factor, growth_interval, enabled)
        if is_initialized() and get_world_size(process_group) > 1:
            raise NotImplementedError("ShardedGradScaler over several processes is not there yet")
        self.process_group = process_group
