"""What libraries ask about types that stand in for tensors by `__torch_function__`. That protocol is not followed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import Refused, RefusedType, module_getattr

__all__ = [
    "has_torch_function",
    "has_torch_function_unary",
    "has_torch_function_variadic",
    "is_tensor_like",
    "is_tensor_method_or_property",
]

WAY_ROUND = "functions take tensors and subclasses of Tensor only; hooks see what modules compute"

handle_torch_function = Refused("torch.overrides.handle_torch_function", WAY_ROUND)
get_overridable_functions = Refused("torch.overrides.get_overridable_functions", WAY_ROUND)
get_testing_overrides = Refused("torch.overrides.get_testing_overrides", WAY_ROUND)
wrap_torch_function = Refused("torch.overrides.wrap_torch_function", WAY_ROUND)


class TorchFunctionMode(RefusedType, why=WAY_ROUND):
    """A context that sees every call of torch."""


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """False: no type has a say in what functions do."""
    return False


def has_torch_function_unary(argument: Any) -> bool:
    """False."""
    return False


def has_torch_function_variadic(*args: Any) -> bool:
    """False."""
    return False


def is_tensor_like(inp: Any) -> bool:
    """Whether `inp` is a tensor, or would stand in for one where the protocol is followed."""
    return isinstance(inp, _C.Tensor) or hasattr(inp, "__torch_function__")


def is_tensor_method_or_property(func: Callable[..., Any]) -> bool:
    """Whether `func` is a method of Tensor, or what reads one of its properties."""
    name = getattr(func, "__name__", "")
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
