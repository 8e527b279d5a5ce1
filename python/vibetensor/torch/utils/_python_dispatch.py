"""What libraries ask about `__torch_dispatch__`, which is not there yet: no tensor has one, and no mode is entered."""

from __future__ import annotations

from typing import Any

from vibetensor.torch._not_there import RefusedType

__all__ = ["TorchDispatchMode", "is_traceable_wrapper_subclass", "is_traceable_wrapper_subclass_type"]

WAY_ROUND = "torch.overrides.TorchFunctionMode sees every function of torch, torch.profiler every op"


class TorchDispatchMode(RefusedType, why=WAY_ROUND):
    """A context that sees every op below autograd."""


def is_traceable_wrapper_subclass(t: object) -> bool:
    """Whether `t` is a tensor of a subclass that wraps others and can be taken apart: none can."""
    return False


def is_traceable_wrapper_subclass_type(t: type) -> bool:
    """Whether objects of a type are tensors that wrap others: none are."""
    return False


def _get_current_dispatch_mode() -> Any:
    """None: no mode is entered."""
    return None


def _get_current_dispatch_mode_stack() -> list[Any]:
    """[]: no mode is entered."""
    return []


def is_in_torch_dispatch_mode(include_infra_modes: bool = True) -> bool:
    """False: no mode is entered."""
    return False
