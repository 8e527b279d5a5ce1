"""Decorators of functions that say how an op is exported; nothing is exported from here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor.torch._not_there import Refused, module_getattr
from vibetensor.torch.onnx import WAY_ROUND

__all__ = ["parse_args", "quantized_args"]

Fn = Callable[..., Any]

_get_tensor_sizes = Refused("torch.onnx.symbolic_helper._get_tensor_sizes", WAY_ROUND)
_unimplemented = Refused("torch.onnx.symbolic_helper._unimplemented", WAY_ROUND)


def parse_args(*arg_descriptors: str) -> Callable[[Fn], Fn]:
    """A decorator that gives back its function, which no export will call."""
    return lambda fn: fn


def quantized_args(*arg_q_descriptors: bool, **options: Any) -> Callable[[Fn], Fn]:
    """A decorator that gives back its function, which no export will call."""
    return lambda fn: fn


__getattr__ = module_getattr(__name__)
