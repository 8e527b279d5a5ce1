"""Gradients kept within bounds."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad

Tensor: Any = _C.Tensor


def as_list(tensors: Any) -> list[Any]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def gradients(parameters: Any) -> list[Any]:
    return [p.grad for p in as_list(parameters) if p.grad is not None]


def by_kind(tensors: list[Any]) -> dict[Any, list[Any]]:
    """The tensors in lists of one device, dtype and layout, as the multi-tensor kernels take them."""
    groups: dict[Any, list[Any]] = {}
    for tensor in tensors:
        groups.setdefault((tensor.device, tensor.dtype, tensor.layout), []).append(tensor)
    return groups


def side_by_side(numbers: Sequence[Any]) -> Any:
    """Tensors without dims as one vector; those that lie in one already, as a multi-tensor kernel leaves them, are it."""
    first = numbers[0]
    for i, number in enumerate(numbers):
        if number._storage_key() != first._storage_key() or number.storage_offset() != first.storage_offset() + i:
            return _C.ops.stack(numbers)
    return _C.ops.as_strided(first, (len(numbers),), (1,))


def get_total_norm(
    tensors: Any, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Any:
    """The norm of all `tensors` as if they were one vector, a tensor of no dimensions.

    RuntimeError if it is infinite or NaN and `error_if_nonfinite`. `foreach` changes nothing: one
    multi-tensor kernel serves it.
    """
    tensors = as_list(tensors)
    norm_type = float(norm_type)
    if not tensors:
        return _C.tensor(0.0)
    with no_grad():
        if any(_C.fabric_process_mesh_of(t) is not None for t in tensors):
            from vibetensor.torch.distributed.tensor.norms import total_norm

            total = total_norm(tensors, norm_type)
        else:
            device = tensors[0].device
            norms = [
                side_by_side(_C.ops._foreach_norm([t.detach() for t in group], norm_type)).to(device)
                for group in by_kind(tensors).values()
            ]
            stacked = norms[0] if len(norms) == 1 else _C.ops.cat(norms)
            total = _C.ops.linalg_vector_norm(stacked, norm_type)
    if error_if_nonfinite and not bool(total.isfinite().item()):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be "
            "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )
    return total


def clip_grads_with_norm_(parameters: Any, max_norm: float, total_norm: Any, foreach: bool | None = None) -> None:
    """Returns None; scales all gradients by max_norm / total_norm where that is less than one."""
    with no_grad():
        factor = _C.ops.clamp(float(max_norm) / (total_norm + 1e-6), max=1.0)
        for (device, *_), group in by_kind(gradients(parameters)).items():
            _C.ops._foreach_mul_(group, factor.to(device))


def clip_grad_norm_(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Any:
    """The norm of all gradients as one vector, before scaling them in place to have at most `max_norm`.

    >>> import vibetensor.torch as torch
    >>> x = torch.nn.Parameter(torch.zeros(2))
    >>> x.grad = torch.tensor([3.0, 4.0])
    >>> torch.nn.utils.clip_grad_norm_([x], 1.0)
    tensor(5.)
    >>> x.grad
    tensor([0.6000, 0.8000])
    """
    parameters = as_list(parameters)
    total = get_total_norm(gradients(parameters), norm_type, error_if_nonfinite, foreach)
    clip_grads_with_norm_(parameters, max_norm, total, foreach)
    return total


def clip_grad_value_(parameters: Any, clip_value: float, foreach: bool | None = None) -> None:
    """Returns None; limits every element of the gradients to [-clip_value, clip_value]."""
    bound = float(clip_value)
    with no_grad():
        for grad in gradients(parameters):
            grad.clamp_(-bound, bound)


def clip_grad_norm(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Any:
    """clip_grad_norm_ under its old name."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)
