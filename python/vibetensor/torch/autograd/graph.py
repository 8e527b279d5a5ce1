"""The recorded graph: its nodes, and what can be done to what they keep."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple
from weakref import WeakSet

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.autograd.grad_mode import enable_grad

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]

Node = _C.Node


class GradientEdge(NamedTuple):
    """Where the gradient of a tensor arrives in the graph: result number `output_nr` of `node`.

    autograd.grad and autograd.backward take it in a tensor's place; the tensor need not be alive.
    """

    node: Any
    output_nr: int
    ownership_token: Any = None


def get_gradient_edge(tensor: Any) -> GradientEdge:
    """The edge where the gradient of the tensor arrives; RuntimeError if it does not require grad.

    >>> import vibetensor.torch as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> edge = torch.autograd.graph.get_gradient_edge(x)
    >>> torch.autograd.grad(x * x, edge)
    (tensor(6.),)
    """
    if not tensor.requires_grad:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    return GradientEdge(_get_grad_fn_or_grad_acc(tensor), tensor.output_nr)


def _get_grad_fn_or_grad_acc(tensor: Any) -> Any:
    """The node where the gradient of a tensor, or of an edge, arrives."""
    if isinstance(tensor, GradientEdge):
        return tensor.node
    if tensor.grad_fn is not None:
        return tensor.grad_fn
    with enable_grad():
        return tensor.view_as(tensor).grad_fn.next_functions[0][0]


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


class Handles:
    """The hooks that one call registered; `remove()` takes them off."""

    def __init__(self, handles: Sequence[Any]):
        self.handles = tuple(handles)

    def remove(self) -> None:
        """Returns None; the hook is not called any more."""
        for handle in self.handles:
            handle.remove()

    def __enter__(self) -> Handles:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()


class Waiting:
    """The gradients that a backward pass has computed of some tensors, and how many are still to come."""

    def __init__(self, tensors: Sequence[Any]):
        self.grads: list[Any] = [None] * len(tensors)
        self.left = sum(map(_C.is_reached_by_backward, tensors))


def register_multi_grad_hook(
    tensors: Sequence[Any], fn: Callable[..., None], *, mode: Literal["all", "any"] = "all"
) -> Handles:
    """A handle with `remove()`; `fn` is called once in every backward pass that computes gradients of these tensors.

    mode "all": with the list of their gradients, once all are there; None stands for those that the pass does not
    compute. "any": with the first one.

    >>> import vibetensor.torch as torch
    >>> a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    >>> handle = register_multi_grad_hook((a, b), lambda grads: print([g is not None for g in grads]))
    >>> (a * b).sum().backward()
    [True, True]
    >>> a.sum().backward()
    [True, False]
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    tensors = tuple(tensors)
    lock = threading.Lock()
    waiting: dict[int, Waiting] = {}
    last_pass = 0

    def hook_of(position: int) -> Callable[[Any], None]:
        def note(grad: Any) -> None:
            number = _C.running_backward_pass()
            with lock:
                found = waiting.get(number)
                if found is None:
                    found = waiting[number] = Waiting(tensors)
                found.grads[position] = grad
                found.left -= 1
                is_complete = found.left == 0
                if is_complete:
                    del waiting[number]
            if is_complete:
                fn(found.grads)

        return note

    def first(grad: Any) -> None:
        nonlocal last_pass
        number = _C.running_backward_pass()
        with lock:
            is_first, last_pass = number != last_pass, number
        if is_first:
            fn(grad)

    return Handles([t.register_hook(hook_of(i) if mode == "all" else first) for i, t in enumerate(tensors)])


class Kept:
    """A tensor that is kept for backward, or a copy of it from before it was written to."""

    def __init__(self, tensor: Any):
        self.tensor = tensor


class KeptTensors:
    """What a context of allow_mutation_on_saved_tensors keeps, by the storages of the tensors."""

    def __init__(self) -> None:
        self.by_storage: defaultdict[int, WeakSet[Kept]] = defaultdict(WeakSet)
        self.is_open = True

    def pack(self, tensor: Any) -> Kept:
        kept = Kept(tensor)
        self.by_storage[tensor._storage_key()].add(kept)
        return kept

    def unpack(self, kept: Kept) -> Any:
        if not self.is_open:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context in which the graph was "
                "originally recorded."
            )
        return kept.tensor

    def copy_before_write(self, tensor: Any) -> None:
        """Returns None; what is kept of the memory of `tensor` is copied."""
        for kept in self.by_storage.pop(tensor._storage_key(), ()):
            kept.tensor = kept.tensor.detach().clone()

    def clear(self) -> None:
        """Returns None; forgets what is kept: tensors that are written to from now on are not copied."""
        self.by_storage.clear()


@contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[KeptTensors]:
    """Context in which tensors that are kept for backward may be written to: they are copied before.

    Both the forward and the backward pass belong inside.

    >>> import vibetensor.torch as torch
    >>> x = torch.full((2,), 3.0, requires_grad=True)
    >>> with torch.autograd.graph.allow_mutation_on_saved_tensors():
    ...     y = x.clone()
    ...     z = (y * y).sum()
    ...     _ = y.zero_()
    ...     z.backward()
    >>> x.grad
    tensor([6., 6.])
    """
    from vibetensor.torch.utils._python_dispatch import TorchDispatchMode, written_arguments

    kept = KeptTensors()

    class CopyBeforeWrite(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            for tensor in written_arguments(func, args, kwargs or {}):
                kept.copy_before_write(tensor)
            return func(*args, **(kwargs or {}))

    with saved_tensors_hooks(kept.pack, kept.unpack), CopyBeforeWrite():
        try:
            yield kept
        finally:
            kept.clear()
            kept.is_open = False


def increment_version(tensor: Any) -> None:
    """Returns None; marks a tensor, or several, as written to, so that backward notices."""
    _C.bump_versions([tensor] if isinstance(tensor, _C.Tensor) else list(tensor))


__getattr__ = module_getattr(__name__)
