"""How tensors and the small types are copied and pickled.

One rule for copy, deepcopy and pickle: the unit is the storage. Tensors that share memory share it afterwards too, a view
costs no more than what it views, and sizes, strides and offsets stay as they are. PyTorch has this in _tensor.py and
_utils.py; here the rule is one module beside the long _tensor.py. torch.save writes names of PyTorch's: _serialization/.
"""

from __future__ import annotations

import copy
import copyreg
from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch.storage import (  # rebuild_storage, meta_storage: where pickle finds them
    UntypedStorage,
    meta_storage,  # noqa: F401
    rebuild_storage,  # noqa: F401
    tensor_bytes,
    tensor_from_bytes,
)

Tensor: Any = _C.Tensor

NOT_A_LEAF = (
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
    "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
    "see https://github.com/pytorch/pytorch/pull/103001"
)


def like_over(tensor: Any, storage: UntypedStorage) -> Any:
    """A tensor of the type and geometry of `tensor` over `storage`, without history."""
    return over(storage, type(tensor), tensor.dtype, tuple(tensor.shape), tensor.stride(), tensor.storage_offset())


def over(
    storage: UntypedStorage, cls: type, dtype: Any, shape: tuple[int, ...], stride: tuple[int, ...], offset: int
) -> Any:
    result = storage.bytes._over_storage(dtype, shape, stride, offset)
    return result if cls is Tensor else Tensor._make_subclass(cls, result, False)


def slots_of(value: Any) -> dict[str, Any]:
    """What a subclass keeps in slots of its own."""
    names = copyreg._slotnames(type(value)) if type(value) is not Tensor else []  # type: ignore[attr-defined]
    return {name: getattr(value, name) for name in names if hasattr(value, name)}


def deepcopy_data(tensor: Any, memo: dict[int, Any]) -> Any:
    """A tensor of the same type and values without history, whose storage is copied once for all tensors over it."""
    if tensor.layout is not _C.strided:
        from vibetensor.torch.sparse.parts import parts_of

        return rebuild_parts(type(tensor), tensor.layout, parts_of(tensor.detach().clone()), False)
    if _C.is_wrapper(tensor):
        result = tensor.detach().clone()
        if type(result) is not type(tensor):
            raise RuntimeError(
                f"a copy of a {type(tensor).__name__} is made by its clone(), which gives a {type(result).__name__} "
                "instead; define __deepcopy__, or handle aten.clone in __torch_dispatch__"
            )
        return result
    return like_over(tensor, copy.deepcopy(UntypedStorage.of(tensor), memo))


def deepcopy_tensor(self: Any, memo: dict[int, Any]) -> Any:
    """A copy with memory of its own, of the same type, with `.grad` and attributes copied too; leaves only."""
    if not self.is_leaf:
        raise RuntimeError(NOT_A_LEAF)
    if id(self) in memo:
        return memo[id(self)]
    result = deepcopy_data(self, memo)
    if self.requires_grad:
        result.requires_grad_()
    if self.grad is not None:
        result.grad = copy.deepcopy(self.grad, memo)
    memo[id(self)] = result
    result.__dict__.update(copy.deepcopy(self.__dict__, memo))
    for name, value in slots_of(self).items():
        setattr(result, name, copy.deepcopy(value, memo))
    return result


def deepcopy_parameter(self: Any, memo: dict[int, Any]) -> Any:
    """A Parameter with memory of its own; as in PyTorch, without `.grad` and attributes."""
    if id(self) not in memo:
        memo[id(self)] = deepcopy_data(self, memo).requires_grad_(self.requires_grad)
    return memo[id(self)]


def rebuild_parts(cls: type, layout: Any, parts: tuple[Any, ...], requires_grad: bool) -> Any:
    """A sparse tensor of its parts."""
    from vibetensor.torch.sparse.parts import rebuild

    tensor = rebuild(layout, parts)
    if cls is not Tensor:
        tensor = Tensor._make_subclass(cls, tensor, False)
    return tensor.requires_grad_() if requires_grad else tensor


def rebuild_wrapper(
    cls: Any, dtype: Any, size: Any, stride: Any, offset: int, layout: Any, device: Any, requires_grad: bool
) -> Any:
    """A tensor that is made of others, which its attributes are set to afterwards."""
    return Tensor._make_wrapper_subclass(
        cls,
        size,
        strides=stride,
        dtype=dtype,
        storage_offset=offset,
        layout=layout,
        device=device,
        requires_grad=requires_grad,
    )


def rebuild_tensor(
    storage: UntypedStorage,
    cls: type,
    dtype: Any,
    shape: tuple[int, ...],
    stride: tuple[int, ...],
    offset: int,
    requires_grad: bool,
) -> Any:
    tensor = over(storage, cls, dtype, shape, stride, offset)
    return tensor.requires_grad_() if requires_grad else tensor


def state_of(self: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Attributes and slots, which pickle sets once the tensor is there: they may lead back to it."""
    slots = slots_of(self)
    return (self.__dict__, slots) if self.__dict__ or slots else None


def reduce_tensor(self: Any, protocol: Any) -> tuple[Any, ...]:
    """The storage and how self views it; copy.copy() makes of that a tensor over the same storage."""
    from vibetensor.torch.utils.hooks import warn_if_has_hooks

    warn_if_has_hooks(self)
    if self.layout is not _C.strided:
        from vibetensor.torch.sparse.parts import parts_of

        parts = parts_of(self.detach())
        return rebuild_parts, (type(self), self.layout, parts, self.requires_grad), state_of(self)
    geometry = (tuple(self.shape), self.stride(), self.storage_offset())
    if _C.is_wrapper(self):
        rest = (self.layout, self.device, self.requires_grad)
        return rebuild_wrapper, (type(self), self.dtype, *geometry, *rest), state_of(self)
    return (
        rebuild_tensor,
        (UntypedStorage.of(self), type(self), self.dtype, *geometry, self.requires_grad),
        state_of(self),
    )


def rebuild_elements(data: Any, cls: type, dtype: Any, shape: tuple[int, ...], *rest: Any) -> Any:
    tensor = tensor_from_bytes(data, dtype, shape)
    return rebuild_tensor(UntypedStorage.of(tensor), cls, dtype, shape, tensor.stride(), 0, *rest)


def reduce_for_process(self: Any) -> tuple[Any, ...]:
    """As reduce_tensor, for a message: of a CPU tensor that is a small part of its storage only the elements."""
    size = self.numel() * self.element_size()
    if self.layout is not _C.strided or self.device.type != "cpu" or 2 * size >= self._storage_bytes():
        from pickle import HIGHEST_PROTOCOL

        return reduce_tensor(self, HIGHEST_PROTOCOL)
    data = bytes(tensor_bytes(self))
    return rebuild_elements, (data, type(self), self.dtype, tuple(self.shape), self.requires_grad), state_of(self)


def constant(name: str) -> Any:
    """The dtype, layout or memory format of that name."""
    return getattr(_C, name)


def reduce_constant(value: Any) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    return constant, (repr(value).removeprefix("torch."),)


def rebuild_generator(device: str, state: Any) -> Any:
    return _C.Generator(device).set_state(state)


def set_generator_state(generator: Any, state: tuple[int, int | None, Any]) -> None:
    """Returns None; the generator goes on from (seed, offset, state), as PyTorch's files have it."""
    generator.set_state(state[2].cpu())


SMALL_TYPES: dict[type, Callable[[Any], tuple[Callable[..., Any], tuple[Any, ...]]]] = {
    _C.dtype: reduce_constant,
    _C.layout: reduce_constant,
    _C.memory_format: reduce_constant,
    _C.device: lambda d: (_C.device, (str(d),)),
    _C.Size: lambda s: (_C.Size, (tuple(s),)),
    _C.Generator: lambda g: (rebuild_generator, (str(g.device), g.get_state())),
}
# where pickle finds the types themselves
PUBLIC_TYPES = (Tensor, *SMALL_TYPES, _C.finfo, _C.iinfo, _C.OutOfMemoryError, _C.AcceleratorError)


def install() -> None:
    """Teach copy and pickle the types of the extension."""
    from vibetensor.torch._tensor import attach

    attach("__deepcopy__", deepcopy_tensor)
    attach("__reduce_ex__", reduce_tensor)
    _C.Generator.__setstate__ = set_generator_state  # type: ignore[attr-defined]
    for kind in PUBLIC_TYPES:
        kind.__module__ = "vibetensor.torch"
    _C.LinAlgError.__module__ = "vibetensor.torch.linalg"
    for kind, reduce in SMALL_TYPES.items():
        copyreg.pickle(kind, reduce)  # type: ignore[arg-type]
