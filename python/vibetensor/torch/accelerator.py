"""The accelerator of this machine, whichever kind it is: CUDA, or none."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr


def is_available() -> bool:
    """Whether there is an accelerator."""
    return _C.cuda_is_available()


def device_count() -> int:
    """How many there are."""
    return _C.cuda_device_count()


def current_accelerator() -> Any:
    """The device type of the accelerator, as a device; None if there is none."""
    return _C.device("cuda") if _C.cuda_is_available() else None


def synchronize(device: Any = None) -> None:
    """Returns None when the accelerator has done all work queued so far."""
    from vibetensor.torch.cuda import synchronize

    synchronize(device)


__getattr__ = module_getattr(__name__)
