"""Settings of the torch namespace that few programs touch, and old names of others."""

from __future__ import annotations

import warnings
from typing import Any

from vibetensor import _C
from vibetensor.torch._tensor import TensorType


class Determinism:
    """What use_deterministic_algorithms was asked for."""

    enabled = False
    warn_only = False


ON_CUDA = (
    "sums by index on CUDA (index_add_, scatter_add_, put_ with accumulate and the gradients of gather, index_select and "
    "embedding) add in an order that changes from run to run"
)


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Returns None; asks for results that are the same in every run.

    Ops on the CPU always give them, so there it only has to be remembered. On CUDA some do not: NotImplementedError where
    there is a GPU, or with `warn_only` a warning.
    """
    if mode and _C.cuda_is_available():
        if not warn_only:
            raise NotImplementedError(f"use_deterministic_algorithms: {ON_CUDA}; warn_only=True goes on with a warning")
        warnings.warn(f"use_deterministic_algorithms: {ON_CUDA}", stacklevel=2)
    Determinism.enabled, Determinism.warn_only = bool(mode), bool(warn_only)


def are_deterministic_algorithms_enabled() -> bool:
    """Whether use_deterministic_algorithms(True) was called last."""
    return Determinism.enabled


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether it was called with warn_only=True."""
    return Determinism.warn_only


def get_deterministic_debug_mode() -> int:
    """0: not asked for, 1: with warnings, 2: with errors."""
    return (1 if Determinism.warn_only else 2) if Determinism.enabled else 0


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """Returns None; "default" (0), "warn" (1) or "error" (2)."""
    names = ["default", "warn", "error"]
    if isinstance(debug_mode, str):
        if debug_mode not in names:
            raise RuntimeError(
                f"invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got {debug_mode}"
            )
        debug_mode = names.index(debug_mode)
    if debug_mode not in (0, 1, 2):
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}")
    use_deterministic_algorithms(debug_mode > 0, warn_only=debug_mode == 1)


def set_default_tensor_type(t: Any) -> None:
    """Returns None; makes the dtype and the device of a type such as torch.DoubleTensor those of new tensors."""
    if isinstance(t, str):
        from vibetensor.torch import _tensor

        bare = t.removeprefix("torch.")
        if bare.startswith("cuda."):
            from vibetensor.torch import cuda

            t = getattr(cuda, bare.removeprefix("cuda."))
        else:
            t = getattr(_tensor, bare, None)
    if not isinstance(t, TensorType):
        raise TypeError(f"invalid type object: expected a type such as torch.FloatTensor, got {t!r}")
    if not t.dtype.is_floating_point:
        raise TypeError(f"only floating-point types are supported as the default type, got {t!r}")
    _C.set_default_dtype(t.dtype)
    _C.set_default_device(None if t.device == "cpu" else t.device)


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


def is_autocast_cpu_enabled() -> bool:
    """Whether autocast is on for the CPU."""
    return _C.is_autocast_enabled("cpu")


def set_autocast_cpu_enabled(enabled: bool) -> None:
    """Returns None; switches autocast on or off for the CPU."""
    _C.set_autocast_enabled("cpu", enabled)


def get_num_interop_threads() -> int:
    """1: ops are started one after the other by the thread that calls them."""
    return 1


def set_num_interop_threads(threads: int) -> None:
    """Returns None; NotImplementedError for more than one: ops are started by the thread that calls them."""
    if threads <= 0:
        raise RuntimeError("set_num_interop_threads: expected a positive number of threads")
    if threads > 1:
        raise NotImplementedError(
            "set_num_interop_threads: the thread that calls an op starts it; set_num_threads(n) is for the work inside"
        )


def compiled_with_cxx11_abi() -> bool:
    """True: the library uses the C++11 ABI of strings."""
    return True


def get_device_module(device: Any = None) -> Any:
    """The module of a device's kind, torch.cuda or torch.cpu; by default of the accelerator, or of the CPU if there is none."""
    from importlib import import_module

    kind = ("cuda" if _C.cuda_is_available() else "cpu") if device is None else _C.device(device).type
    try:
        return import_module(f"vibetensor.torch.{kind}")
    except ModuleNotFoundError:
        raise RuntimeError(
            f"Device '{kind}' does not have a corresponding module registered as 'torch.{kind}'."
        ) from None
