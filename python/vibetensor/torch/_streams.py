"""torch.Stream and torch.Event: streams and events of the accelerator, which is CUDA."""

from __future__ import annotations

from typing import Any

from vibetensor import _C

Stream = _C.CudaStream


class Event(_C.CudaEvent):
    """A mark in a stream of the accelerator; torch.cuda.Event with the device as its first argument."""

    def __init__(
        self,
        device: Any = None,
        *,
        enable_timing: bool = False,
        blocking: bool = False,
        interprocess: bool = False,
    ):
        if device is not None and not isinstance(device, int) and _C.device(device).type != "cuda":
            raise RuntimeError(f"torch.Event is for the accelerator, got {_C.device(device)}")
        super().__init__(enable_timing=enable_timing, blocking=blocking, interprocess=interprocess)
