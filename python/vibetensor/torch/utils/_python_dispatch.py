"""`__torch_dispatch__`: types of tensors, and modes, that answer calls of ops below autograd.

A call gets here once autocast has cast its arguments and autograd has made a node for it. What is answered is the call's
result; the node takes gradients to it as to any other. The innermost mode is asked first, with itself left, then the types
of the arguments, subclasses before their bases.

>>> import vibetensor.torch as torch
>>> class Names(TorchDispatchMode):
...     def __torch_dispatch__(self, func, types, args=(), kwargs=None):
...         print(func)
...         return func(*args, **(kwargs or {}))
>>> with Names():
...     y = torch.ones(2).exp()
aten.ones.default
aten.exp.default
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import torch_names
from vibetensor.torch._op_overload import OpOverload, overload_named

__all__ = [
    "BaseTorchDispatchMode",
    "TorchDispatchMode",
    "is_traceable_wrapper_subclass",
    "is_traceable_wrapper_subclass_type",
    "return_and_correct_aliasing",
    "transform_subclass",
]

Tensor: Any = _C.Tensor
LEAVES = "leaves"  # in the list of PyTorch's names: ops that are made of others here, and not there


class TorchDispatchMode:
    """A context that answers every call of an op on this thread, by its `__torch_dispatch__(func, types, args, kwargs)`.

    `func` is an overload, torch.ops.aten.add.Tensor; calling it in there goes to the mode outside, then to the backend.
    """

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say what __torch_dispatch__ does")

    def __enter__(self) -> Any:
        _C.push_torch_dispatch_mode(self)
        return self

    def __exit__(self, *exc: object) -> None:
        _C.pop_torch_dispatch_mode()

    @classmethod
    def push(cls, *args: Any, **kwargs: Any) -> Any:
        """An instance, as old programs make one: `with Mode.push(...)`."""
        return cls(*args, **kwargs)

    @classmethod
    def is_infra_mode(cls) -> bool:
        """False; True for a mode of a program that stands below its others, if it says so."""
        return False


class BaseTorchDispatchMode(TorchDispatchMode):
    """A mode that changes nothing."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return func(*args, **(kwargs or {}))


def _push_mode(mode: TorchDispatchMode) -> None:
    _C.push_torch_dispatch_mode(mode)


def _pop_mode(k: Any = None) -> Any:
    return _C.pop_torch_dispatch_mode()


@contextmanager
def _pop_mode_temporarily(k: Any = None) -> Iterator[Any]:
    mode = _C.pop_torch_dispatch_mode()
    try:
        yield mode
    finally:
        _C.push_torch_dispatch_mode(mode)


@contextmanager
def _disable_current_modes() -> Iterator[list[Any]]:
    modes = _C.torch_dispatch_modes()
    for _ in modes:
        _C.pop_torch_dispatch_mode()
    try:
        yield modes
    finally:
        for mode in modes:
            _C.push_torch_dispatch_mode(mode)


def _get_current_dispatch_mode() -> Any:
    """The mode that was entered last, None if there is none."""
    modes = _C.torch_dispatch_modes()
    return modes[-1] if modes else None


def _get_current_dispatch_mode_stack() -> list[Any]:
    """The modes that are entered, the innermost last."""
    return _C.torch_dispatch_modes()


def is_in_torch_dispatch_mode(include_infra_modes: bool = True) -> bool:
    """Whether a mode is entered on this thread."""
    return any(include_infra_modes or not mode.is_infra_mode() for mode in _C.torch_dispatch_modes())


# ---- a call


@cache
def leaves() -> frozenset[str]:
    """Ops that are made of others here, and that PyTorch asks about before it takes them apart, if it does."""
    return torch_names(LEAVES)


def answer(full_name: str, is_composite: bool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What is made of a call of the op; NotImplemented if nobody is asked, and the backend is to run it."""
    from vibetensor.torch.utils._as_aten import RENAMED, REWRITTEN, SCALAR_OVERLOADS

    rewritten = REWRITTEN.get(full_name)
    if rewritten is not None and not _C.is_inference_mode_enabled():
        return rewritten(*args, **kwargs)
    if is_composite and full_name not in leaves():
        return NotImplemented
    name, added = RENAMED.get(full_name, (full_name, {}))
    if name in SCALAR_OVERLOADS and not isinstance(args[1], Tensor):
        name = name.replace(".Tensor", ".Scalar")
    return ask(overload_named(name), args, {**kwargs, **added})


def ask(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What the innermost mode, else the types of the arguments make of a call; TypeError if all decline."""
    asked = answering(args, kwargs)
    types = tuple(type(argument) for argument in asked)
    said: list[str] = []
    if _C.torch_dispatch_modes():
        with _pop_mode_temporarily() as mode:
            result = mode.__torch_dispatch__(func, types, args, kwargs)
        if result is not NotImplemented:
            return result
        said.append(f"mode object {mode}")
    for argument in asked:
        result = type(argument).__torch_dispatch__(func, types, args, kwargs)
        if result is not NotImplemented:
            return result
        said.append(f"tensor subclass {type(argument)}")
    if not said:
        return NotImplemented
    raise TypeError(
        f"Multiple dispatch failed for 'torch.ops.{func}'; all __torch_dispatch__ handlers returned NotImplemented:\n\n"
        + "\n".join(f"  - {one}" for one in said)
    )


def answering(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """One argument of each type that answers, subclasses before their bases."""
    found: list[Any] = []
    for argument in (*args, *kwargs.values()):
        for one in argument if isinstance(argument, list | tuple) else (argument,):
            if not _C.answers_torch_dispatch(one) or any(type(known) is type(one) for known in found):
                continue
            at = next((i for i, known in enumerate(found) if issubclass(type(one), type(known))), len(found))
            found.insert(at, one)
    return found


# ---- tensors that are made of others


def make_wrapper_subclass(
    cls: Any,
    size: Sequence[int],
    strides: Sequence[int] | None = None,
    storage_offset: int | None = None,
    memory_format: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    dispatch_sizes_strides_policy: str | None = None,
    dispatch_device: bool = False,
    dispatch_layout: bool = False,
    _extra_dispatch_keys: Any = None,
    storage_size: int | None = None,
) -> Any:
    """A tensor of class `cls` with that shape and no memory: what it stands for, `cls` keeps beside it.

    strides: contiguous if left out. dtype and device: the default ones if left out.
    """
    if not hasattr(cls, "__torch_dispatch__") or cls.__torch_dispatch__ is Tensor.__torch_dispatch__:
        raise RuntimeError(f"{cls.__name__} does not define __torch_dispatch__")
    for name, given in (
        ("dispatch_sizes_strides_policy", dispatch_sizes_strides_policy),
        ("dispatch_device", dispatch_device),
        ("dispatch_layout", dispatch_layout),
        ("pin_memory", pin_memory),
        ("storage_size", storage_size),
    ):
        if given:
            raise NotImplementedError(
                f"_make_wrapper_subclass: {name} is not there; shape, strides, device and layout are what is given here"
            )
    if layout not in (None, _C.strided):
        raise NotImplementedError(f"_make_wrapper_subclass: layout {layout} is not there; torch.strided is")
    if strides is None and memory_format not in (None, _C.contiguous_format, _C.preserve_format):
        shaped = _C.ops.empty(tuple(size), device="meta", memory_format=memory_format)
        strides = shaped.stride()
    wrapper = Tensor._make_wrapper(
        cls,
        tuple(size),
        None if strides is None else tuple(strides),
        storage_offset or 0,
        dtype if dtype is not None else _C.get_default_dtype(),
        device if device is not None else _C.get_default_device(),
    )
    if requires_grad:
        wrapper.requires_grad_(True)
    return wrapper


def is_traceable_wrapper_subclass_type(t: type) -> bool:
    """Whether objects of a type are tensors that can be taken apart into others and put together again."""
    return (
        issubclass(t, Tensor)
        and t is not Tensor
        and hasattr(t, "__tensor_flatten__")
        and hasattr(t, "__tensor_unflatten__")
    )


def is_traceable_wrapper_subclass(t: object) -> bool:
    """Whether `t` is a tensor that can be taken apart into others and put together again.

    Its class has `__tensor_flatten__`, which gives the names of attributes that are tensors and anything else, and
    `__tensor_unflatten__(inner_tensors, that, size, stride)`.
    """
    return is_traceable_wrapper_subclass_type(type(t))


def transform_subclass(
    t: Any,
    callback: Callable[[str, Any], Any],
    outer_size: Any = None,
    outer_stride: Any = None,
) -> Any:
    """A tensor of the class of `t`, made of what `callback(name, tensor)` gives for the tensors that `t` is made of."""
    names, context = t.__tensor_flatten__()
    inner = {name: callback(name, getattr(t, name)) for name in names}
    size = t.size() if outer_size is None else outer_size
    stride = t.stride() if outer_stride is None else outer_stride
    made = type(t).__tensor_unflatten__(inner, context, size, stride)
    if made.shape != size:
        raise AssertionError(f"expected a result of shape {tuple(size)}, got {tuple(made.shape)}")
    return made


def return_and_correct_aliasing(func: Any, args: Any, kwargs: Any, out: Any) -> Any:
    """`out`, or where `func` writes to arguments and returns them, those arguments.

    For `__torch_dispatch__` of a tensor that is made of others: what it computed by them is `out`. A wrapper has no
    memory, so that a view of one shares nothing with it but what its class shares.
    """
    written = written_arguments(func, args, kwargs or {})
    if not written:
        return out
    returns = func._schema.returns
    if len(returns) == 1 and len(written) == 1:
        return written[0]
    return tuple(written) if len(returns) == len(written) else out


def written_arguments(func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> list[Any]:
    """The arguments that a call of the overload `func` writes to, in order."""
    if not isinstance(func, OpOverload) or func._row is None:
        return []
    found = []
    for position, argument in enumerate(func._schema.arguments):
        if argument.alias_info is None or not argument.alias_info.is_write:
            continue
        if argument.name in kwargs:
            found.append(kwargs[argument.name])
        elif position < len(args):
            found.append(args[position])
    return found
