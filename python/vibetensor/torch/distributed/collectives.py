"""What processes of a group do together: in a group of one, each result is this process's own contribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed.groups import ReduceOp, Work, group_or_default, supports_complex

Tensor: Any = _C.Tensor
INTEGER_ONLY = (ReduceOp.BAND, ReduceOp.BOR, ReduceOp.BXOR)


def begin(group: Any, tensors: Sequence[Any], op: Any = ReduceOp.SUM, root: int | None = None) -> None:
    """Raises unless there is a group, its process 0 is the root, and `tensors` are tensors that `op` can combine."""
    group_or_default(group)
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise TypeError(
                "Invalid function argument. Expected parameter of type torch.Tensor\n"
                f"             but got {type(tensor)} instead."
            )
        if tensor.dtype.is_complex and isinstance(op, ReduceOp) and not supports_complex(op):
            raise ValueError(f"all_reduce does not support {op.name} on complex tensors")
        if op in INTEGER_ONLY and (tensor.dtype.is_floating_point or tensor.dtype.is_complex):
            raise RuntimeError(f"Cannot use ReduceOp.{op.name} with non-integral dtype")
    if not isinstance(op, ReduceOp):
        raise TypeError(f"expected a torch.distributed.ReduceOp, got {op!r}")
    if op is ReduceOp.PREMUL_SUM:
        raise NotImplementedError(
            "ReduceOp.PREMUL_SUM is not there yet: it comes without its factor; multiply, then SUM"
        )
    if root not in (None, 0):
        raise RuntimeError(f"invalid root rank: {root}, of a group of one process")


def root_of(rank: int | None, group_rank: int | None, default: int | None = None) -> int:
    """The root that is meant by its number in the default group, or in the group, which are the same."""
    if rank is not None and group_rank is not None:
        raise ValueError("Can't specify both group_rank and global_rank")
    given = rank if group_rank is None else group_rank
    if given is None and default is None:
        raise ValueError("Must specify global_rank or group_rank")
    return default if given is None else given  # type: ignore[return-value]


def done(async_op: bool, *results: Any) -> Work | None:
    return Work(list(results)) if async_op else None


def put(output: Any, value: Any) -> None:
    """Returns None; fills `output` from `value`, of as many elements."""
    if output.numel() != value.numel() or output.dtype != value.dtype:
        raise RuntimeError(
            f"a group of one process gives {tuple(value.shape)} of {value.dtype}, the output has "
            f"{tuple(output.shape)} of {output.dtype}"
        )
    with no_grad():
        output.detach().copy_(value.detach().reshape(output.shape))


def only(values: Sequence[Any], what: str) -> Any:
    if len(values) != 1:
        raise RuntimeError(f"invalid {what} list (expected length 1, got {len(values)})")
    return values[0]


def all_reduce(tensor: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False) -> Work | None:
    """`tensor` becomes its own sum (or other combination): it stays. Returns a Work if `async_op`, as all of these do."""
    begin(group, [tensor], op)
    return done(async_op, tensor)


def all_reduce_coalesced(tensors: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False) -> Any:
    """all_reduce of each of `tensors`."""
    begin(group, tensors, op)
    return done(async_op, *tensors)


def reduce(
    tensor: Any,
    dst: int | None = None,
    op: Any = ReduceOp.SUM,
    group: Any = None,
    async_op: bool = False,
    group_dst: int | None = None,
) -> Work | None:
    """all_reduce, with the result at process `dst`."""
    begin(group, [tensor], op, root_of(dst, group_dst))
    return done(async_op, tensor)


def broadcast(
    tensor: Any, src: int | None = None, group: Any = None, async_op: bool = False, group_src: int | None = None
) -> Work | None:
    """`tensor` becomes that of process `src`: it stays."""
    begin(group, [tensor], root=root_of(src, group_src))
    return done(async_op, tensor)


def all_gather(tensor_list: Sequence[Any], tensor: Any, group: Any = None, async_op: bool = False) -> Work | None:
    """The tensors of all processes into `tensor_list`."""
    begin(group, [tensor, *tensor_list])
    put(only(tensor_list, "output tensor"), tensor)
    return done(async_op, *tensor_list)


def all_gather_into_tensor(output_tensor: Any, input_tensor: Any, group: Any = None, async_op: bool = False) -> Any:
    """The tensors of all processes, joined, into `output_tensor`."""
    begin(group, [output_tensor, input_tensor])
    put(output_tensor, input_tensor)
    return done(async_op, output_tensor)


def reduce_scatter(
    output: Any, input_list: Sequence[Any], op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """The combination of all processes' tensors for this process into `output`."""
    begin(group, [output, *input_list], op)
    put(output, only(input_list, "input tensor"))
    return done(async_op, output)


def reduce_scatter_tensor(
    output: Any, input: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """This process's part of the combination of all processes' `input` into `output`."""
    begin(group, [output, input], op)
    put(output, input)
    return done(async_op, output)


all_gather_single = all_gather_into_tensor
reduce_scatter_single = reduce_scatter_tensor


def gather(
    tensor: Any,
    gather_list: Sequence[Any] | None = None,
    dst: int | None = None,
    group: Any = None,
    async_op: bool = False,
    group_dst: int | None = None,
) -> Work | None:
    """The tensors of all processes into `gather_list` at process `dst`."""
    begin(group, [tensor], root=root_of(dst, group_dst, 0))
    if not gather_list:
        raise ValueError("Argument ``gather_list`` must be specified on destination rank.")
    put(only(gather_list, "output tensor"), tensor)
    return done(async_op, *gather_list)


def scatter(
    tensor: Any,
    scatter_list: Sequence[Any] | None = None,
    src: int | None = None,
    group: Any = None,
    async_op: bool = False,
    group_src: int | None = None,
) -> Work | None:
    """This process's tensor of `scatter_list` at process `src` into `tensor`."""
    begin(group, [tensor], root=root_of(src, group_src, 0))
    if not scatter_list:
        raise ValueError("Argument ``scatter_list`` must be specified on source rank.")
    put(tensor, only(scatter_list, "input tensor"))
    return done(async_op, tensor)


def all_to_all(
    output_tensor_list: Sequence[Any], input_tensor_list: Sequence[Any], group: Any = None, async_op: bool = False
) -> Work | None:
    """One tensor from every process into `output_tensor_list`, one to every process from `input_tensor_list`."""
    begin(group, [*output_tensor_list, *input_tensor_list])
    put(only(output_tensor_list, "output tensor"), only(input_tensor_list, "input tensor"))
    return done(async_op, *output_tensor_list)


def all_to_all_single(
    output: Any,
    input: Any,
    output_split_sizes: Sequence[int] | None = None,
    input_split_sizes: Sequence[int] | None = None,
    group: Any = None,
    async_op: bool = False,
) -> Work | None:
    """A part of `input` to every process, and a part of `output` from every one."""
    begin(group, [output, input])
    check_splits((output_split_sizes, output), (input_split_sizes, input))
    put(output, input)
    return done(async_op, output)


def check_splits(*pairs: tuple[Sequence[int] | None, Any]) -> None:
    """Raises RuntimeError for sizes of parts that are not one part, all of the tensor."""
    for sizes, tensor in pairs:
        if sizes and list(sizes) != [tensor.size(0)]:
            raise RuntimeError(
                f"split sizes {list(sizes)} of a group of one process for dimension 0 of {tensor.size(0)}"
            )


def barrier(group: Any = None, async_op: bool = False, device_ids: Any = None, timeout: Any = None) -> Work | None:
    """Waits until every process of the group has called it: not at all."""
    begin(group, [])
    return done(async_op)


def monitored_barrier(group: Any = None, timeout: Any = None, wait_all_ranks: bool = False) -> None:
    """barrier."""
    begin(group, [])


# ---- objects


def all_gather_object(object_list: list[Any], obj: Any, group: Any = None) -> None:
    """Returns None; the objects of all processes into `object_list`, as copies."""
    begin(group, [])
    only(object_list, "output object")
    object_list[0] = copied(obj)


def copied(obj: Any) -> Any:
    """`obj` as another process would get it."""
    import pickle

    return pickle.loads(pickle.dumps(obj))


def gather_object(
    obj: Any,
    object_gather_list: list[Any] | None = None,
    dst: int | None = None,
    group: Any = None,
    group_dst: int | None = None,
) -> None:
    """Returns None; the objects of all processes into `object_gather_list` at process `dst`."""
    begin(group, [], root=root_of(dst, group_dst, 0))
    if not object_gather_list:
        raise ValueError("Argument ``gather_list`` must be specified on destination rank.")
    all_gather_object(object_gather_list, obj, group)


def broadcast_object_list(
    object_list: list[Any], src: int | None = None, group: Any = None, device: Any = None, group_src: int | None = None
) -> None:
    """Returns None; `object_list` becomes that of process `src`: it stays."""
    begin(group, [], root=root_of(src, group_src, 0))


def scatter_object_list(
    scatter_object_output_list: list[Any],
    scatter_object_input_list: list[Any] | None = None,
    src: int | None = None,
    group: Any = None,
    group_src: int | None = None,
) -> None:
    """Returns None; this process's object of the list at process `src` into the first place of the output list."""
    begin(group, [], root=root_of(src, group_src, 0))
    if not scatter_object_output_list:
        raise ValueError("Expected argument scatter_object_output_list to be a list of size at least 1.")
    if not scatter_object_input_list:
        raise ValueError("source rank must provide non-empty scatter_object_input_list")
    scatter_object_output_list[0] = copied(only(scatter_object_input_list, "input object"))


# ---- from one process to another


def refuse_peer(peer: int | None, group: Any, role: str) -> NoReturn:
    group_or_default(group)
    if peer in (None, 0):
        raise ValueError(f"Invalid {role} rank: {role} rank should not be the same as the rank of the current process.")
    raise ValueError(f"Invalid {role} rank {peer}: the group has one process")


def send(tensor: Any, dst: int | None = None, group: Any = None, tag: int = 0, group_dst: int | None = None) -> None:
    """Raises ValueError: there is no other process to send to."""
    refuse_peer(dst if group_dst is None else group_dst, group, "destination")


def recv(tensor: Any, src: int | None = None, group: Any = None, tag: int = 0, group_src: int | None = None) -> int:
    """Raises ValueError: there is no other process to receive from."""
    refuse_peer(src if group_src is None else group_src, group, "source")


def isend(tensor: Any, dst: int | None = None, group: Any = None, tag: int = 0, group_dst: int | None = None) -> None:
    """Raises ValueError, as send."""
    send(tensor, dst, group, tag, group_dst)


def irecv(tensor: Any, src: int | None = None, group: Any = None, tag: int = 0, group_src: int | None = None) -> None:
    """Raises ValueError, as recv."""
    recv(tensor, src, group, tag, group_src)


class P2POp:
    """A send or a receive, to be started with others by batch_isend_irecv."""

    def __init__(
        self,
        op: Any,
        tensor: Any,
        peer: int | None = None,
        group: Any = None,
        tag: int = 0,
        group_peer: int | None = None,
    ):
        if op not in (isend, irecv):
            raise ValueError(
                "Invalid ``op``. Expected ``op`` to be of type ``torch.distributed.isend`` or ``torch.distributed.irecv``."
            )
        self.op, self.tensor, self.peer, self.group, self.tag = op, tensor, peer, group, tag
        if group_peer is not None:
            self.peer = group_peer


def batch_isend_irecv(p2p_op_list: list[P2POp]) -> list[Work]:
    """Raises ValueError, as send and recv; of an empty list too."""
    if not p2p_op_list:
        raise ValueError("p2p_op_list must not be empty")
    return [item.op(item.tensor, item.peer, item.group, item.tag) for item in p2p_op_list]
