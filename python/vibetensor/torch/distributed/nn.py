"""Collectives through which gradients flow: in a group of one, identities."""

from __future__ import annotations

from typing import Any

from vibetensor.torch.distributed.collectives import begin, check_splits, only
from vibetensor.torch.distributed.groups import ReduceOp

__all__ = ["all_gather", "all_reduce", "all_to_all_single", "broadcast", "reduce_scatter"]


def all_reduce(tensor: Any, op: Any = ReduceOp.SUM, group: Any = None) -> Any:
    """The combination of all processes' tensors, with gradients."""
    begin(group, [tensor], op)
    return tensor.clone()


def all_gather(tensor: Any, group: Any = None) -> tuple[Any, ...]:
    """The tensors of all processes, with gradients."""
    begin(group, [tensor])
    return (tensor.clone(),)


def broadcast(tensor: Any, src: int, group: Any = None) -> Any:
    """The tensor of process `src`, with gradients."""
    begin(group, [tensor], root=src)
    return tensor.clone()


def reduce_scatter(output: Any, input_list: list[Any], op: Any = ReduceOp.SUM, group: Any = None) -> Any:
    """The combination of all processes' tensors for this process, with gradients; of the shape of `output`."""
    begin(group, [output, *input_list], op)
    value = only(input_list, "input tensor")
    return value.clone().reshape(output.shape)


def all_to_all_single(
    output: Any, input: Any, output_split_sizes: Any = None, input_split_sizes: Any = None, group: Any = None
) -> Any:
    """A part of every process's `input`, with gradients; of the shape of `output`."""
    begin(group, [output, input])
    check_splits((output_split_sizes, output), (input_split_sizes, input))
    return input.clone().reshape(output.shape)
