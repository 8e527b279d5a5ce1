"""Collectives that give new tensors: copies."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import RefusedType
from vibetensor.torch.distributed import nn
from vibetensor.torch.distributed.reduce_op import ReduceOp

__all__ = ["all_gather_tensor", "all_reduce", "broadcast", "wait_tensor"]


class AsyncCollectiveTensor(RefusedType, why="collectives are done when they return"):
    """A result that is still on its way: there are none, so isinstance says False."""


def wait_tensor(tensor: Any) -> Any:
    """`tensor`, which is there."""
    return tensor


def all_reduce(self: Any, reduceOp: str, group: Any = None, tag: str = "") -> Any:
    """The combination of all processes' tensors; reduceOp: "sum", "avg", "max" and so on."""
    return nn.all_reduce(self, ReduceOp[reduceOp.upper()], group)


def all_gather_tensor(self: Any, gather_dim: int, group: Any = None, tag: str = "") -> Any:
    """The tensors of all processes joined along `gather_dim`."""
    return _C.ops.cat(nn.all_gather(self, group), gather_dim)


def broadcast(self: Any, src: int, group: Any = None, tag: str = "") -> Any:
    """The tensor of process `src`."""
    return nn.broadcast(self, src, group)


def all_to_all_single(
    self: Any, output_split_sizes: Any, input_split_sizes: Any, group: Any = None, tag: str = ""
) -> Any:
    """A part of every process's tensor."""
    like = self if not output_split_sizes else self.new_empty((sum(output_split_sizes), *self.shape[1:]))
    return nn.all_to_all_single(like, self, output_split_sizes, input_split_sizes, group)


all_reduce_autograd = all_reduce
all_to_all_single_autograd = all_to_all_single
