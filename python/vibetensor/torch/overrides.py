"""Types that stand in for tensors by `__torch_function__`.

A call of an op that takes one of their objects for a tensor asks that method, as torch.fx's proxies need. Subclasses of
Tensor are tensors: their method is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import Refused, RefusedType, module_getattr

__all__ = [
    "handle_torch_function",
    "has_torch_function",
    "has_torch_function_unary",
    "has_torch_function_variadic",
    "is_tensor_like",
    "is_tensor_method_or_property",
    "wrap_torch_function",
]

WAY_ROUND = "functions take tensors and subclasses of Tensor only; hooks see what modules compute"

get_overridable_functions = Refused("torch.overrides.get_overridable_functions", WAY_ROUND)
get_testing_overrides = Refused("torch.overrides.get_testing_overrides", WAY_ROUND)


class TorchFunctionMode(RefusedType, why=WAY_ROUND):
    """A context that sees every call of torch."""


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether an argument stands in for a tensor: then its type says what a function does."""
    return any(not isinstance(arg, _C.Tensor) and hasattr(type(arg), "__torch_function__") for arg in relevant_args)


def has_torch_function_unary(argument: Any) -> bool:
    """has_torch_function of one argument."""
    return has_torch_function((argument,))


def has_torch_function_variadic(*args: Any) -> bool:
    """has_torch_function of several arguments."""
    return has_torch_function(args)


def handle_torch_function(
    public_api: Callable[..., Any], relevant_args: Iterable[Any], *args: Any, **kwargs: Any
) -> Any:
    """What the types of `relevant_args` that stand in for tensors make of a call; TypeError if all decline."""
    asked = [arg for arg in relevant_args if has_torch_function((arg,))]
    types = tuple(dict.fromkeys(type(arg) for arg in asked))
    for kind in types:
        result = kind.__torch_function__(public_api, types, args, kwargs)
        if result is not NotImplemented:
            return result
    name = getattr(public_api, "__name__", public_api)
    raise TypeError(f"no implementation found for '{name}' on types that implement __torch_function__: {list(types)}")


def _ask_stand_in(first: Any, name: str, is_method: bool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What the type of `first`, an argument, makes of a call of an op; the binding asks."""
    function = getattr(_C.Tensor, name) if is_method else getattr(_C.ops, name)
    leaves = [leaf for arg in (*args, *kwargs.values()) for leaf in (arg if isinstance(arg, list | tuple) else (arg,))]
    return handle_torch_function(function, [first, *leaves], *args, **kwargs)


def wrap_torch_function(dispatcher: Callable[..., Iterable[Any]]) -> Callable[[Any], Any]:
    """A decorator: the function asks types that stand in for tensors among the arguments that `dispatcher` gives."""

    def decorate(function: Any) -> Any:
        from functools import wraps

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            relevant = tuple(dispatcher(*args, **kwargs))
            if has_torch_function(relevant):
                return handle_torch_function(call, relevant, *args, **kwargs)
            return function(*args, **kwargs)

        return call

    return decorate


def is_tensor_like(inp: Any) -> bool:
    """Whether `inp` is a tensor, or would stand in for one where the protocol is followed."""
    return isinstance(inp, _C.Tensor) or hasattr(inp, "__torch_function__")


def is_tensor_method_or_property(func: Callable[..., Any]) -> bool:
    """Whether `func` is a method of Tensor, or what reads one of its properties."""
    name = getattr(func, "__name__", None) or ""
    return getattr(_C.Tensor, name, None) is func or name == "__get__"


def resolve_name(f: Any) -> str | None:
    """The public name of a function of torch or a method of Tensor, "torch.nn.functional.relu"; None for others."""
    from vibetensor import torch

    name = getattr(f, "__name__", None)
    if not isinstance(name, str):
        return None
    places = [("torch.Tensor", torch.Tensor, name), ("torch", torch, name)]
    for part in ("linalg", "special", "fft"):
        places.append((f"torch.{part}", getattr(torch, part, None), name.removeprefix(f"{part}_")))
    places.append(("torch.nn.functional", torch.nn.functional, name))
    return next((f"{home}.{own}" for home, owner, own in places if getattr(owner, own, None) is f), None)


__getattr__ = module_getattr(__name__)
