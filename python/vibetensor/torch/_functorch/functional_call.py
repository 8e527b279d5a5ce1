"""Modules as functions of their parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch.nn.utils import stateless

__all__ = ["functional_call", "stack_module_state"]


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """module(*args, **kwargs), with the tensors of a dictionary, or of several, in the place of its own.

    By dotted name, as state_dict has them; names that it lacks keep the module's. `args`: a tuple, or the one argument.
    tie_weights: what shares a tensor in the module also gets one; ValueError if they are given two. strict: RuntimeError
    for missing and for unknown names.

    >>> import vibetensor.torch as torch
    >>> layer = torch.nn.Linear(1, 1, bias=False)
    >>> w = torch.tensor([[3.0]], requires_grad=True)
    >>> torch.func.functional_call(layer, {"weight": w}, torch.tensor([[2.0]])).item()
    6.0
    """
    return stateless.call(module, parameter_and_buffer_dicts, args, kwargs, tie_weights=tie_weights, strict=strict)


def stacked(tensors: Sequence[Any]) -> Any:
    result = _C.ops.stack([t.detach() for t in tensors])
    return result.requires_grad_(tensors[0].requires_grad)


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(parameters, buffers) of modules of one kind, each by its name and stacked along a new first dimension."""
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({model.training for model in models}) != 1:
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if len({type(model) for model in models}) != 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    parameters = [dict(model.named_parameters()) for model in models]
    buffers = [dict(model.named_buffers()) for model in models]
    return (
        {name: stacked([own[name] for own in parameters]) for name in parameters[0]},
        {name: stacked([own[name] for own in buffers]) for name in buffers[0]},
    )
