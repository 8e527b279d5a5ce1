"""Streams, which run work in order beside each other, and events, which mark a place in one."""

from __future__ import annotations

from typing import Any

from vibetensor import _C

# Stream(device=None, priority=0, stream_ptr=None): the next stream of the device's pool (a lower priority number goes
# first, see Stream.priority_range()), or the one at `stream_ptr`. `with stream:` makes it current.
Stream = _C.CudaStream
# Event(enable_timing=False, blocking=False): `blocking` lets synchronize() sleep instead of spin.
Event = _C.CudaEvent


class ExternalStream(Stream):  # type: ignore[misc, valid-type, unused-ignore]
    """A stream that another library made, by its address; it has to outlive this object.

    `device` has to be the stream's own device.
    """

    def __init__(self, stream_ptr: int, device: Any = None):
        super().__init__(device=device, stream_ptr=stream_ptr)


def index_of(device: Any) -> int:
    from vibetensor.torch.cuda import device_index, init

    init()
    return device_index(device, optional=True)


def current_stream(device: Any = None) -> Any:
    """The stream on which work for the device is queued now."""
    return _C.cuda_current_stream(index_of(device))


def default_stream(device: Any = None) -> Any:
    """The stream that is current unless another was chosen."""
    return _C.cuda_default_stream(index_of(device))


def get_stream_from_external(data_ptr: int, device: Any = None) -> Any:
    """The stream at an address that another library gave; it has to outlive the object."""
    return Stream(device=index_of(device), stream_ptr=data_ptr)


def set_stream(stream: Any) -> None:
    """Returns None; makes `stream` and its device current; None changes nothing."""
    if stream is not None:
        _C.cuda_set_stream(stream)


class StreamContext:
    """Context in which `stream` and its device are current; None changes nothing."""

    def __init__(self, stream: Any):
        self.stream = stream

    def __enter__(self) -> None:
        if self.stream is not None:
            self.stream.__enter__()

    def __exit__(self, *exc: object) -> None:
        if self.stream is not None:
            self.stream.__exit__(*exc)


def stream(stream: Any) -> StreamContext:
    """A context in which `stream` is current."""
    return StreamContext(stream)
