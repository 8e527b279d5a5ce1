"""Streams, which run work in order beside each other, and events, which mark a place in one."""

from __future__ import annotations

from typing import Any

from vibetensor import _C


def absent(name: str) -> Any:
    """Stands for a type that the extension does not have: making one raises."""

    class Absent:
        def __init__(self, *args: Any, **kwargs: Any):
            raise NotImplementedError(f"torch.cuda.{name} is not there yet")

    Absent.__name__ = Absent.__qualname__ = name
    return Absent


Stream: Any = getattr(_C, "CudaStream", None) or absent("Stream")
Event: Any = getattr(_C, "CudaEvent", None) or absent("Event")


def index_of(device: Any) -> int:
    from vibetensor.torch.cuda import device_index

    return device_index(device, optional=True)


def current_stream(device: Any = None) -> Any:
    """The stream on which work for the device is queued now."""
    return _C.cuda_current_stream(index_of(device))


def default_stream(device: Any = None) -> Any:
    """The stream that is current unless another was chosen."""
    return _C.cuda_default_stream(index_of(device))


def set_stream(stream: Any) -> None:
    """Returns None; makes `stream` and its device current; None changes nothing."""
    if stream is not None:
        _C.cuda_set_stream(stream)


class StreamContext:
    """Context in which `stream` is current; None changes nothing."""

    def __init__(self, stream: Any):
        self.stream = stream
        self.previous: list[tuple[int, Any]] = []

    def __enter__(self) -> None:
        if self.stream is not None:
            before = _C.cuda_current_device()
            self.previous.append((before, _C.cuda_current_stream(self.stream.device.index)))
            _C.cuda_set_stream(self.stream)

    def __exit__(self, *exc: object) -> None:
        if self.previous:
            device, stream = self.previous.pop()
            _C.cuda_set_stream(stream)
            _C.cuda_set_device(device)


def stream(stream: Any) -> StreamContext:
    """A context in which `stream` is current."""
    return StreamContext(stream)
