"""Helpers of PyTorch's that libraries import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

Tensor: Any = _C.Tensor


def _flatten_dense_tensors(tensors: Iterable[Any]) -> Any:
    """All elements of tensors of one dtype as one vector."""
    return _C.ops.cat([tensor.reshape(-1) for tensor in tensors])


def _unflatten_dense_tensors(flat: Any, tensors: Iterable[Any]) -> tuple[Any, ...]:
    """Views of a vector with the shapes of `tensors`, one after the other."""
    views, start = [], 0
    for tensor in tensors:
        views.append(flat.narrow(0, start, tensor.numel()).view(tensor.shape))
        start += tensor.numel()
    return tuple(views)


def _take_tensors(tensors: Iterable[Any], size_limit: int) -> Iterator[list[Any]]:
    """Groups of tensors of one type, each of at most `size_limit` bytes unless a single tensor has more."""
    groups: dict[str, tuple[list[Any], int]] = {}
    for tensor in tensors:
        kind, size = tensor.type(), tensor.numel() * tensor.element_size()
        group, used = groups.get(kind, ([], 0))
        if group and used + size > size_limit:
            yield group
            group, used = [], 0
        group.append(tensor)
        groups[kind] = group, used + size
    for group, _ in groups.values():
        if group:
            yield group


def _get_device_index(device: Any, optional: bool = False, allow_cpu: bool = False) -> int:
    """The number of a GPU, given as a device, its text or its number; with `optional`, None is the current one."""
    if isinstance(device, int) and not isinstance(device, bool):
        return device
    if device is None:
        if not optional:
            raise ValueError(f"Expected a torch.device with a specified index or an integer, but got:{device}")
        return _C.cuda_current_device()
    device = _C.device(device)
    if device.type == "cpu":
        if allow_cpu:
            return -1
        raise ValueError(f"Expected a non cpu device, but got: {device}")
    if device.index is not None:
        return device.index
    if not optional:
        raise ValueError(f"Expected a torch.device with a specified index or an integer, but got:{device}")
    return _C.cuda_current_device()


class ExceptionWrapper:
    """An exception with its traceback as text, on its way from another thread or process."""

    def __init__(self, exc_info: Any = None, where: str = "in background"):
        import sys
        import traceback

        kind, value, trace = sys.exc_info() if exc_info is None else exc_info
        self.exc_type: Any = kind
        self.where = where
        self.exc_msg = "".join(traceback.format_exception(kind, value, trace))

    def reraise(self) -> None:
        """Raises an exception of the same type that says where it came from."""
        message = f"Caught {self.exc_type.__name__} {self.where}.\nOriginal {self.exc_msg}"
        if self.exc_type is KeyError:
            message = KeyErrorMessage(message)
        try:
            error = self.exc_type(message)
        except Exception:
            raise RuntimeError(message) from None  # its constructor wants more than a message
        raise error


class KeyErrorMessage(str):
    """Text that a KeyError prints as it is."""

    def __repr__(self) -> str:
        return str(self)


__getattr__ = module_getattr(__name__)
