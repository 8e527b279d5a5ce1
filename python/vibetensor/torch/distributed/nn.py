"""Collectives through which gradients flow."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.function import Function
from vibetensor.torch.distributed import collectives
from vibetensor.torch.distributed.collectives import begin, members, root_of, split
from vibetensor.torch.distributed.reduce_op import ReduceOp

__all__ = ["all_gather", "all_reduce", "all_to_all_single", "broadcast", "reduce_scatter"]


class _AllReduce(Function):
    @staticmethod
    def forward(ctx: Any, tensor: Any, op: Any, group: Any) -> Any:
        ctx.op, ctx.group = op, group
        out = tensor.clone()
        collectives.all_reduce(out, op, group)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return all_reduce(grad, ctx.op, ctx.group), None, None


class _Broadcast(Function):
    @staticmethod
    def forward(ctx: Any, tensor: Any, root: int, group: Any) -> Any:
        ctx.root, ctx.group = root, group
        out = tensor.clone()
        collectives.broadcast(out, group=group, group_src=root)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        total = all_reduce(grad, ReduceOp.SUM, ctx.group)
        return (total if ctx.group.rank() == ctx.root else _C.ops.zeros_like(total)), None, None


class _AllGather(Function):
    @staticmethod
    def forward(ctx: Any, tensor: Any, group: Any) -> Any:
        ctx.group = group
        outs = [_C.ops.empty_like(tensor) for _ in range(group.size())]
        collectives.all_gather(outs, tensor, group)
        return tuple(outs)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        out = _C.ops.empty_like(grads[0])
        collectives.reduce_scatter(out, [g.contiguous() for g in grads], ReduceOp.SUM, ctx.group)
        return out, None


class _ReduceScatter(Function):
    @staticmethod
    def forward(ctx: Any, output: Any, op: Any, group: Any, *inputs: Any) -> Any:
        ctx.op, ctx.group = op, group
        collectives.reduce_scatter(output, list(inputs), op, group)
        ctx.mark_dirty(output)
        return output

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        outs = [_C.ops.empty_like(grad) for _ in range(ctx.group.size())]
        collectives.all_gather(outs, grad.contiguous(), ctx.group)
        if ctx.op is ReduceOp.AVG:
            outs = [out / ctx.group.size() for out in outs]
        return (None, None, None, *outs)


class _AllToAll(Function):
    @staticmethod
    def forward(ctx: Any, output: Any, input: Any, output_sizes: Any, input_sizes: Any, group: Any) -> Any:
        ctx.group, ctx.like = group, input
        ctx.sizes = output_sizes, input_sizes
        collectives.all_to_all_single(output, input, output_sizes, input_sizes, group)
        ctx.mark_dirty(output)
        return output

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        out = _C.ops.empty_like(ctx.like)
        collectives.all_to_all_single(out, grad.contiguous(), ctx.sizes[1], ctx.sizes[0], ctx.group)
        return None, out, None, None, None


def all_reduce(tensor: Any, op: Any = ReduceOp.SUM, group: Any = None) -> Any:
    """The combination of all processes' tensors, with gradients for SUM and AVG, NotImplementedError for others' gradients."""
    chosen = begin(group, [tensor], op)
    if op not in (ReduceOp.SUM, ReduceOp.AVG) and tensor.requires_grad:
        raise NotImplementedError(f"all_reduce: gradients of {op.name} are not there yet; detach() goes without")
    return _AllReduce.apply(tensor, op, chosen)


def all_gather(tensor: Any, group: Any = None) -> tuple[Any, ...]:
    """The tensors of all processes, with gradients."""
    outs: tuple[Any, ...] = _AllGather.apply(tensor, begin(group, [tensor]))
    return outs


def broadcast(tensor: Any, src: int, group: Any = None) -> Any:
    """The tensor of process `src`, with gradients."""
    chosen = begin(group, [tensor])
    return _Broadcast.apply(tensor, root_of(chosen, src, None), chosen)


def reduce_scatter(output: Any, input_list: list[Any], op: Any = ReduceOp.SUM, group: Any = None) -> Any:
    """The combination of all processes' tensors for this process, with gradients: `output`, written in place."""
    chosen = begin(group, [output, *input_list], op)
    if len(input_list) != chosen.size():
        raise RuntimeError(f"invalid input tensor list of a group of {members(chosen)}: {len(input_list)} tensors")
    return _ReduceScatter.apply(output, op, chosen, *input_list)


def all_to_all_single(
    output: Any, input: Any, output_split_sizes: Any = None, input_split_sizes: Any = None, group: Any = None
) -> Any:
    """A part of every process's `input`, with gradients: `output`, written in place."""
    chosen = begin(group, [output, input])
    split(chosen, output, output_split_sizes), split(chosen, input, input_split_sizes)
    return _AllToAll.apply(output, input, output_split_sizes, input_split_sizes, chosen)
