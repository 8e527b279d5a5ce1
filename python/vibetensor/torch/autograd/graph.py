"""The recorded graph: its nodes, and what can be done to what they keep."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import Refused, module_getattr

__all__ = ["Node", "disable_saved_tensors_hooks", "increment_version", "save_on_cpu", "saved_tensors_hooks"]

Node = _C.Node

register_multi_grad_hook = Refused("torch.autograd.graph.register_multi_grad_hook", "use register_hook of each tensor")


class Disabled(threading.local):
    """Why hooks of saved tensors are refused on a thread; None where they are not."""

    message: str | None = None


disabled = Disabled()


class saved_tensors_hooks:
    """Context in which `pack_hook` says what is kept in the place of each tensor that backward needs.

    pack_hook(tensor) gives anything, and unpack_hook(that) a tensor of the same values, once backward asks. The inner
    one of two contexts holds.

    >>> import vibetensor.torch as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> with torch.autograd.graph.saved_tensors_hooks(lambda t: t.item(), lambda number: torch.tensor(number)):
    ...     y = x * x
    >>> y.backward()
    >>> x.grad
    tensor(6.)
    """

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self) -> None:
        if disabled.message is not None:
            raise RuntimeError(disabled.message)
        _C.push_saved_tensor_hooks(self.pack_hook, self.unpack_hook)

    def __exit__(self, *exc: object) -> None:
        _C.pop_saved_tensor_hooks()


class save_on_cpu(saved_tensors_hooks):
    """Context in which what is kept for backward waits in the CPU's memory, pinned if asked for."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        def pack(tensor: Any) -> tuple[Any, Any]:
            if not pin_memory:
                return tensor.device, tensor.cpu()
            pinned = _C.pin_memory(_C.ops.empty_like(tensor, device="cpu"))
            return tensor.device, pinned.copy_(tensor, non_blocking=tensor.device.type == device_type)

        def unpack(packed: tuple[Any, Any]) -> Any:
            device, tensor = packed
            return tensor.to(device, non_blocking=pin_memory)

        super().__init__(pack, unpack)


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Context in which entering hooks of saved tensors raises RuntimeError with that message."""
    before, disabled.message = disabled.message, error_message
    try:
        yield
    finally:
        disabled.message = before


def increment_version(tensor: Any) -> None:
    """Returns None; marks a tensor, or several, as written to, so that backward notices."""
    _C.bump_versions([tensor] if isinstance(tensor, _C.Tensor) else list(tensor))


__getattr__ = module_getattr(__name__)
