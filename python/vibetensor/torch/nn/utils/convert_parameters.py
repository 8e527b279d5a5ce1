"""Parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vibetensor import _C


def parameters_to_vector(parameters: Iterable[Any]) -> Any:
    """The elements of all parameters, one parameter after another, as one dimension."""
    return _C.ops.cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec: Any, parameters: Iterable[Any]) -> None:
    """Returns None; makes the parameters views of pieces of `vec`, in order."""
    if not isinstance(vec, _C.Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {_C.type_name(vec)}")
    at = 0
    for p in parameters:
        p.data = vec[at : at + p.numel()].view_as(p).data
        at += p.numel()
