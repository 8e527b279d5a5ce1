"""The arguments of a step: what a graph is chosen by, and the memory that it reads them from."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from vibetensor import _C
from vibetensor.torch.utils._pytree import TreeSpec

Tensor: Any = _C.Tensor

PLAIN = (int, str, bool, bytes, complex, type(None), type(Ellipsis), range, Enum, type, _C.dtype, _C.device)
FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType)


class Unfit(Exception):
    """A step cannot be captured; the text says why, to follow "... runs eagerly: "."""


def plain_key(value: Any) -> Hashable | None:
    """Equal for values that a step cannot tell apart; None for those whose contents can't be compared."""
    if isinstance(value, float):
        return float, value.hex()
    if isinstance(value, PLAIN):
        return type(value), value
    return None


def is_known_object(value: Any) -> bool:
    """Objects whose tensors are watched apart, see surroundings.py, so that their identity is all that counts."""
    from vibetensor.torch.amp import GradScaler
    from vibetensor.torch.nn import Module
    from vibetensor.torch.optim import Optimizer

    return isinstance(value, (Module, Optimizer, GradScaler, _C.Generator, *FUNCTIONS))


def paths(spec: TreeSpec, path: str = "") -> Iterator[str]:
    """Names of the leaves of (args, kwargs): "args[0]", "kwargs['mask']"."""
    if spec.is_leaf():
        yield path
        return
    names = [f"{path}[{key!r}]" for key in spec.keys] if path else ["args", "kwargs"]
    for name, child in zip(names, spec.children_specs, strict=True):
        yield from paths(child, name)


def input_keys(leaves: list[Any], spec: TreeSpec) -> tuple[Hashable, ...]:
    """One key per argument leaf; equal keys may share a graph. Unfit where an argument rules a graph out."""
    keys: list[Hashable] = []
    for i, leaf in enumerate(leaves):
        if isinstance(leaf, Tensor):
            if not leaf.is_cuda:
                raise Unfit(f"{name(spec, i)} is on the {leaf.device}; move it to the GPU before the call")
            if leaf.requires_grad:
                raise Unfit(f"{name(spec, i)} requires grad, which a copy of it could not collect")
            placed = _C.fabric_placement(leaf) if _C.is_fabric(leaf) else None
            keys.append((leaf.shape, leaf.dtype, leaf.device, leaf.stride(), placed))
            continue
        key = plain_key(leaf)
        if key is None:
            if not is_known_object(leaf):
                raise Unfit(f"{name(spec, i)} is a {type(leaf).__name__}, whose contents cannot be compared")
            key = (type(leaf), id(leaf))
        keys.append(key)
    return tuple(keys)


def name(spec: TreeSpec, leaf: int) -> str:
    return list(paths(spec))[leaf]


def make_slots(leaves: list[Any]) -> list[Any]:
    """Memory of its own for each tensor, with its values and strides; other leaves as they are."""
    return [own_copy(leaf) if isinstance(leaf, Tensor) else leaf for leaf in leaves]


def own_copy(tensor: Any) -> Any:
    if _C.is_fabric(tensor):
        return tensor.detach().clone()
    slot = _C.ops.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device=tensor.device)
    if slot._storage_bytes() < tensor.numel() * tensor.element_size():
        return tensor.detach().clone()  # an expanded tensor: elements share memory
    return slot.copy_(tensor.detach())


def fill_slots(slots: list[Any], leaves: list[Any]) -> None:
    """Copy this call's tensors to where the graph reads them."""
    for slot, leaf in zip(slots, leaves, strict=True):
        if isinstance(slot, Tensor) and (_C.is_fabric(slot) or slot.data_ptr() != leaf.data_ptr()):
            slot.copy_(leaf)


def memory_of(tensor: Any) -> list[Any]:
    """The tensor itself, or what each member of a mesh has of it."""
    return list(_C.fabric_shards(tensor)[0]) if _C.is_fabric(tensor) else [tensor]
