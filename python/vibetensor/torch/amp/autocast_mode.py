"""autocast: matrix products and the like in a short dtype, the rest as before."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from vibetensor import _C
from vibetensor.torch._warnings import warn_user
from vibetensor.torch.autograd.grad_mode import ContextDecorator

DEVICE_TYPES = ("cpu", "cuda")


def is_autocast_available(device_type: str) -> bool:
    """Whether autocast knows `device_type`."""
    return device_type in DEVICE_TYPES


class autocast(ContextDecorator):
    """Context, or decorator, in which matrix products run in `dtype` and numerically delicate ops in float32.

    device_type: "cpu" or "cuda". dtype: bfloat16 or float16, by default the device's autocast dtype.
    enabled=False switches an outer autocast off. cache_enabled: keep the short copy of a weight until
    the outermost context ends.

    >>> import vibetensor.torch as torch
    >>> with torch.autocast("cpu", dtype=torch.bfloat16):
    ...     (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
    torch.bfloat16
    """

    def __init__(self, device_type: str, dtype: Any = None, enabled: bool = True, cache_enabled: bool | None = None):
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        if not is_autocast_available(device_type):
            raise RuntimeError(f"User specified an unsupported autocast device_type '{device_type}'")
        self.device = device_type
        self.fast_dtype = _C.get_autocast_dtype(device_type) if dtype is None else dtype
        self.cache_enabled = cache_enabled
        if enabled and device_type == "cuda" and not _C.cuda_is_available():
            warn_user("CUDA is not available. Disabling autocast.")
            enabled = False
        if enabled and self.fast_dtype not in (_C.bfloat16, _C.float16):
            warn_user(
                f"In {device_type} autocast, but the target dtype is not supported. Disabling autocast. "
                "Supported are torch.bfloat16 and torch.float16."
            )
            enabled = False
        self._enabled = enabled
        self._before: list[tuple[bool, Any, bool]] = []

    def clone(self) -> autocast:
        return type(self)(self.device, self.fast_dtype, self._enabled, self.cache_enabled)

    def __enter__(self) -> autocast:
        device = self.device
        self._before.append(
            (_C.is_autocast_enabled(device), _C.get_autocast_dtype(device), _C.is_autocast_cache_enabled())
        )
        _C.set_autocast_enabled(device, self._enabled)
        _C.set_autocast_dtype(device, self.fast_dtype)
        _C.autocast_increment_nesting()
        if self.cache_enabled is not None:
            _C.set_autocast_cache_enabled(self.cache_enabled)
        return self

    def __exit__(self, *exc: object) -> None:
        if _C.autocast_decrement_nesting() == 0:
            _C.clear_autocast_cache()
        enabled, dtype, cache = self._before.pop()
        _C.set_autocast_enabled(self.device, enabled)
        _C.set_autocast_dtype(self.device, dtype)
        _C.set_autocast_cache_enabled(cache)


def cast(value: Any, device_type: str, dtype: Any) -> Any:
    """`value` with its floating point tensors on the device, but float64, converted to `dtype`."""
    if isinstance(value, _C.Tensor):
        eligible = value.is_floating_point() and value.device.type == device_type and value.dtype != _C.float64
        return value.to(dtype) if eligible else value
    if isinstance(value, dict):
        return {cast(k, device_type, dtype): cast(v, device_type, dtype) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(cast(v, device_type, dtype) for v in value)
    return value


def custom_fwd(fwd: Callable[..., Any] | None = None, *, device_type: str, cast_inputs: Any = None) -> Any:
    """A forward of an autograd.Function that remembers autocast for its backward.

    cast_inputs: convert floating point inputs to it and run with autocast off.
    """
    if fwd is None:
        return lambda fn: custom_fwd(fn, device_type=device_type, cast_inputs=cast_inputs)

    @wraps(fwd)
    def wrapper(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        ctx._dtype = _C.get_autocast_dtype(device_type)
        ctx._fwd_used_autocast = _C.is_autocast_enabled(device_type)
        if cast_inputs is None or not ctx._fwd_used_autocast:
            return fwd(ctx, *args, **kwargs)
        ctx._fwd_used_autocast = False
        with autocast(device_type, enabled=False):
            return fwd(ctx, *cast(args, device_type, cast_inputs), **cast(kwargs, device_type, cast_inputs))

    return wrapper


def custom_bwd(bwd: Callable[..., Any] | None = None, *, device_type: str) -> Any:
    """A backward that runs under the autocast that its custom_fwd ran under."""
    if bwd is None:
        return lambda fn: custom_bwd(fn, device_type=device_type)

    @wraps(bwd)
    def wrapper(ctx: Any, *args: Any) -> Any:
        with autocast(device_type, enabled=ctx._fwd_used_autocast, dtype=ctx._dtype):
            return bwd(ctx, *args)

    return wrapper


# ---- a device's settings under the old names of their functions


def get_autocast_gpu_dtype() -> Any:
    """The dtype of autocast on CUDA."""
    return _C.get_autocast_dtype("cuda")


def get_autocast_cpu_dtype() -> Any:
    """The dtype of autocast on the CPU."""
    return _C.get_autocast_dtype("cpu")


def set_autocast_gpu_dtype(dtype: Any) -> None:
    """Returns None; sets the dtype of autocast on CUDA."""
    _C.set_autocast_dtype("cuda", dtype)


def set_autocast_cpu_dtype(dtype: Any) -> None:
    """Returns None; sets the dtype of autocast on the CPU."""
    _C.set_autocast_dtype("cpu", dtype)


OTHER_DEVICES = frozenset(("hpu", "ipu", "maia", "mps", "mtia", "xla", "xpu"))  # of PyTorch, which are not supported


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """Whether autocast is on for a type of device, by default for CUDA; False for those that are not supported."""
    if device_type in OTHER_DEVICES:
        return False
    return _C.is_autocast_enabled("cuda" if device_type is None else device_type)


def is_autocast_cpu_enabled() -> bool:
    """Whether autocast is on for the CPU."""
    return _C.is_autocast_enabled("cpu")


def set_autocast_cpu_enabled(enabled: bool) -> None:
    """Returns None; switches autocast on or off for the CPU."""
    _C.set_autocast_enabled("cpu", enabled)
