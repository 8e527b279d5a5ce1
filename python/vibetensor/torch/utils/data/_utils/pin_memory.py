"""Batches in page-locked memory, and on their way to a device."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.utils.data._utils.containers import mapped

Tensor: Any = _C.Tensor


def pin_memory(data: Any, device: Any = None) -> Any:
    """`data` with its tensors copied into page-locked memory; objects with a method pin_memory do that themselves."""
    if isinstance(data, Tensor):
        return data.pin_memory()
    own = getattr(data, "pin_memory", None)
    if callable(own):
        return own()
    return mapped(data, pin_memory, keep_tuples=True)


class Arrival:
    """A batch that is being copied to a device, by a stream of its own."""

    def __init__(self, data: Any, copied: Any):
        self.data, self.copied = data, copied

    def take(self) -> Any:
        """The batch, for use by the current stream: work that is queued from now on waits for the copy."""
        from vibetensor.torch import cuda

        stream = cuda.current_stream()
        stream.wait_event(self.copied)

        def used(part: Any) -> Any:
            if isinstance(part, Tensor):
                if part.device.type == "cuda":
                    part.record_stream(stream)
                return part
            return mapped(part, used, keep_tuples=True)

        return used(self.data)


class Stage:
    """What is done to a batch before the program gets it: pinned, and sent to a device ahead of its use.

    For threads that receive batches: a batch for a CUDA device comes back as an Arrival, whose copy runs beside the
    program's own work.
    """

    def __init__(self, pin: bool, device: Any):
        self.pin, self.device = pin, None if device is None else _C.device(device)
        self.stream: Any = None

    @property
    def idle(self) -> bool:
        """Whether batches stay as they are."""
        return not self.pin and self.device is None

    def __call__(self, data: Any) -> Any:
        if self.device is None:
            return pin_memory(data) if self.pin else data
        if self.device.type != "cuda":
            return self.moved(data)
        from vibetensor.torch import cuda

        with cuda.device(self.device):
            if self.stream is None:
                self.stream = cuda.Stream()
            with cuda.stream(self.stream):
                moved = self.moved(pin_memory(data))
                copied = cuda.Event()
                copied.record(self.stream)
        return Arrival(moved, copied)

    def moved(self, data: Any) -> Any:
        if isinstance(data, Tensor):
            return data.to(self.device, non_blocking=True)
        own = getattr(data, "to", None)
        if callable(own):
            return own(self.device)
        return mapped(data, self.moved, keep_tuples=True)
