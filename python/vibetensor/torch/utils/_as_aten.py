"""Ops that reach a backend whole here, in the ops that PyTorch makes of them before anybody is asked.

What answers calls (`__torch_dispatch__`) is written for the ops that it meets in PyTorch, so that is what it meets here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C

ops: Any = _C.ops


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    rows = input if input.dim() == 2 else ops.view(input, [-1, input.shape[-1]])
    turned = ops.t(weight)
    product = ops.mm(rows, turned) if bias is None else ops.addmm(bias, rows, turned)
    return product if input.dim() == 2 else ops.view(product, [*input.shape[:-1], weight.shape[0]])


# ops that are made of others
REWRITTEN: dict[str, Callable[..., Any]] = {
    "linear": linear,
    "_square": lambda self: ops.pow(self, 2),
    "_cube": lambda self: ops.pow(self, 3),
}

# ops that PyTorch has under another name, and what it adds to their arguments there
RENAMED: dict[str, tuple[str, dict[str, Any]]] = {
    "_clamp": ("clamp", {}),
    "_clamp.Tensor": ("clamp.Tensor", {}),
    "_gelu_tanh": ("gelu", {"approximate": "tanh"}),
    "_gelu_tanh_backward": ("gelu_backward", {"approximate": "tanh"}),
    "_round_decimals": ("round.decimals", {}),
    "_div_floor": ("div.Tensor_mode", {"rounding_mode": "floor"}),
    "_div_trunc": ("div.Tensor_mode", {"rounding_mode": "trunc"}),
    "_nan_to_num": ("nan_to_num", {}),
}

# overloads for a tensor that PyTorch has another one beside, for a number as the second argument
SCALAR_OVERLOADS = frozenset(
    f"{name}{form}.Tensor"
    for name in (
        *("eq", "ne", "lt", "le", "gt", "ge", "bitwise_and", "bitwise_or", "bitwise_xor"),
        *("remainder", "fmod", "floor_divide", "fill"),
    )
    for form in ("", "_")
)
