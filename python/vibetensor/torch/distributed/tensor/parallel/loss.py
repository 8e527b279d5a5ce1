"""Cross entropy of logits whose classes lie on several processes, without gathering them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.function import Function
from vibetensor.torch.distributed import collectives
from vibetensor.torch.distributed.device_mesh import mesh_of
from vibetensor.torch.distributed.reduce_op import ReduceOp
from vibetensor.torch.distributed.tensor.dtensor import DTensor
from vibetensor.torch.distributed.tensor.placement_types import Replicate
from vibetensor.torch.nn import functional
from vibetensor.torch.overrides import TorchFunctionMode


class _PartOfCrossEntropy(Function):
    """-log softmax at the target of every row, of which each process has the classes from `begin` on.

    x: (rows, own classes). target: (rows,), of which those outside all classes count as 0. Gives (rows,).
    """

    @staticmethod
    def forward(ctx: Any, x: Any, target: Any, begin: int, group: Any) -> Any:
        wide = x.float() if x.dtype in (_C.float16, _C.bfloat16) else x
        classes = wide.size(1)
        low = _C.ops.full([wide.size(0)], float("-inf"), dtype=wide.dtype, device=wide.device)
        most = wide.amax(1) if classes else low
        collectives.all_reduce(most, ReduceOp.MAX, group)
        shifted = wide - most.unsqueeze(1)
        exponentials = shifted.exp()
        total = exponentials.sum(1)
        collectives.all_reduce(total, group=group)
        at = target - begin
        is_here = (at >= 0) & (at < classes)
        at = at.masked_fill(~is_here, 0)
        picked = shifted.gather(1, at.unsqueeze(1)).squeeze(1) if classes else _C.ops.zeros_like(total)
        picked = picked.masked_fill(~is_here, 0)
        collectives.all_reduce(picked, group=group)
        ctx.save_for_backward(exponentials / total.unsqueeze(1), at, is_here)
        ctx.dtype = x.dtype
        return total.log() - picked

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        softmax, at, is_here = ctx.saved_tensors
        found = softmax * grad.unsqueeze(1)
        if softmax.size(1):
            found.scatter_add_(1, at.unsqueeze(1), (-grad).masked_fill(~is_here, 0).unsqueeze(1))
        return found.to(ctx.dtype), None, None, None


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: int = -100,
    reduce: Any = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """The cross entropy of a DTensor that is cut along its classes, replicated, as torch.nn.functional's."""
    if label_smoothing or target.is_floating_point() or size_average is not None or reduce is not None:
        raise NotImplementedError("loss_parallel: label_smoothing and probabilities as targets are not there yet")
    mesh, placement = input.device_mesh, input.placements[0]
    if mesh_of(target) is not None:
        target = target.full_tensor()
    if weight is not None and mesh_of(weight) is not None:
        weight = weight.full_tensor()
    part = input.to_local()
    rows = part.movedim(1, -1).reshape(-1, part.size(1)) if part.dim() > 1 else part.unsqueeze(0)
    targets = target.reshape(-1)
    begin = placement.bounds[mesh.get_local_rank()]
    losses = _PartOfCrossEntropy.apply(rows, targets, begin, mesh.get_group())
    ignored = targets == ignore_index
    weights = _C.ops.ones_like(losses) if weight is None else weight[targets.masked_fill(ignored, 0)].to(losses.dtype)
    weights = weights.masked_fill(ignored, 0)
    losses = losses.masked_fill(ignored, 0) * weights
    if reduction == "none":
        found = losses.reshape(target.shape)
    elif reduction == "sum":
        found = losses.sum()
    elif reduction == "mean":
        found = losses.sum() / weights.sum()
    else:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return DTensor.from_local(found.to(input.dtype), mesh, [Replicate()])


class _LossParallel(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is functional.cross_entropy and is_cut_by_class(args[0] if args else (kwargs or {})["input"]):
            return cross_entropy(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))


def is_cut_by_class(logits: Any) -> bool:
    mesh = mesh_of(logits)
    return mesh is not None and mesh.ndim == 1 and logits.placements[0].is_shard(min(1, logits.dim() - 1))


@contextmanager
def loss_parallel() -> Iterator[None]:
    """Inside, torch.nn.functional.cross_entropy of a DTensor that is cut along its classes works on the parts.

    Outside it is right too, and gathers the logits. For targets that are numbers of classes, the same in all processes.
    """
    with _LossParallel():
        yield
