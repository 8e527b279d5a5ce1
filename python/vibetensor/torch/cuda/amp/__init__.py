"""Mixed precision under its old name: torch.amp with the device "cuda"."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch import amp
from vibetensor.torch._not_there import module_getattr
from vibetensor.torch._warnings import warn_user

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]


def warn_of_old_name(name: str) -> None:
    warn_user(
        f"`torch.cuda.amp.{name}(args...)` is deprecated. Please use `torch.amp.{name}('cuda', args...)` instead.",
        FutureWarning,
    )


class autocast(amp.autocast):
    """torch.amp.autocast for CUDA."""

    def __init__(self, enabled: bool = True, dtype: Any = _C.float16, cache_enabled: bool = True):
        warn_of_old_name("autocast")
        super().__init__("cuda", dtype=dtype, enabled=enabled, cache_enabled=cache_enabled)

    def clone(self) -> autocast:
        return autocast(self._enabled, self.fast_dtype, bool(self.cache_enabled))


class GradScaler(amp.GradScaler):
    """torch.amp.GradScaler for CUDA."""

    def __init__(
        self,
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ):
        warn_of_old_name("GradScaler")
        super().__init__("cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled)


def custom_fwd(fwd: Any = None, *, cast_inputs: Any = None) -> Any:
    """torch.amp.custom_fwd for CUDA."""
    return amp.custom_fwd(fwd, device_type="cuda", cast_inputs=cast_inputs)


def custom_bwd(bwd: Any = None) -> Any:
    """torch.amp.custom_bwd for CUDA."""
    return amp.custom_bwd(bwd, device_type="cuda")


__getattr__ = module_getattr(__name__)
