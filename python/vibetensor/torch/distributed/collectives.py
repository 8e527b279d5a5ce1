"""What processes of a group do together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed import rings
from vibetensor.torch.distributed.flight import await_readers
from vibetensor.torch.distributed.groups import GroupMember, ProcessGroup, group_or_default, supports_complex
from vibetensor.torch.distributed.messages import Messenger, Receive
from vibetensor.torch.distributed.mpi import MpiLinks, MpiMessenger
from vibetensor.torch.distributed.process_group import Work, bring_back, staged
from vibetensor.torch.distributed.reduce_op import ReduceOp
from vibetensor.torch.distributed.rings import Kind

Tensor: Any = _C.Tensor
INTEGER_ONLY = (ReduceOp.BAND, ReduceOp.BOR, ReduceOp.BXOR)


def begin(group: Any, tensors: Sequence[Any], op: Any = ReduceOp.SUM) -> ProcessGroup:
    """The group that is meant; raises unless `tensors` are tensors that `op` can combine."""
    chosen = group_or_default(group)
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
    return chosen


def root_of(chosen: ProcessGroup, rank: int | None, group_rank: int | None, default: int | None = None) -> int:
    """The number in the group of the root that is meant by its number in the default group, or in the group."""
    if rank is not None and group_rank is not None:
        raise ValueError("Can't specify both group_rank and global_rank")
    if group_rank is None and rank is None:
        if default is None:
            raise ValueError("Must specify global_rank or group_rank")
        rank = default
    if group_rank is None:
        if rank not in chosen.ranks:
            raise RuntimeError(f"invalid root rank: {rank}, of a group of {members(chosen)}")
        return chosen.ranks.index(rank)
    if not 0 <= group_rank < chosen.size():
        raise RuntimeError(f"invalid root rank: {group_rank}, of a group of {members(chosen)}")
    return group_rank


def members(chosen: ProcessGroup) -> str:
    return "one process" if chosen.size() == 1 else f"{chosen.size()} processes"


def alike(output: Any, value: Any) -> None:
    """Raises RuntimeError unless `output` can hold `value`."""
    if output.numel() != value.numel() or output.dtype != value.dtype:
        raise RuntimeError(
            f"expected an output of {value.numel()} elements of {value.dtype}, the output has "
            f"{tuple(output.shape)} of {output.dtype}"
        )


def one_for_each(chosen: ProcessGroup, values: Sequence[Any], what: str) -> list[Any]:
    if len(values) != chosen.size():
        raise RuntimeError(f"invalid {what} list (expected length {chosen.size()}, got {len(values)})")
    return list(values)


def in_place(
    kind: Kind,
    chosen: ProcessGroup,
    tensor: Any,
    async_op: bool,
    compute: Callable[[rings.Call, Any], None],
    detail: int = 0,
) -> Work | None:
    """The Work of `compute` on a flat tensor of the CPU that has the values of `tensor`, and gives it its results."""

    def call(call: rings.Call) -> None:
        flat = staged(tensor)
        compute(call, flat)
        bring_back(flat, tensor)

    return chosen.start(kind, [tensor], [tensor], call, async_op=async_op, detail=detail)


def all_reduce(tensor: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False) -> Work | None:
    """`tensor` becomes the combination of all processes' tensors. Returns a Work if `async_op`, as all of these do, else None.

    op: SUM, AVG (not in PyTorch's gloo), PRODUCT, MIN, MAX, and for integers BAND, BOR, BXOR. DistBackendError if a process
    is gone, late, or in another collective.
    """
    chosen = begin(group, [tensor], op)
    if (gpus := chosen.on_gpus([tensor])) is not None:
        return gpus.all_reduce([tensor], op, async_op)
    return in_place(Kind.all_reduce, chosen, tensor, async_op, lambda c, flat: rings.all_reduce(c, flat, op), op)


def all_reduce_coalesced(tensors: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False) -> Any:
    """all_reduce of each of `tensors`."""
    chosen = begin(group, tensors, op)
    if (gpus := chosen.on_gpus(tensors)) is not None:
        return gpus.all_reduce(tensors, op, async_op)

    def compute(call: rings.Call) -> None:
        for tensor in tensors:
            flat = staged(tensor)
            rings.all_reduce(call, flat, op)
            bring_back(flat, tensor)

    return chosen.start(Kind.all_reduce, tensors, tensors, compute, async_op=async_op, detail=op)


def reduce(
    tensor: Any,
    dst: int | None = None,
    op: Any = ReduceOp.SUM,
    group: Any = None,
    async_op: bool = False,
    group_dst: int | None = None,
) -> Work | None:
    """all_reduce, with the result at process `dst` alone."""
    chosen = begin(group, [tensor], op)
    root = root_of(chosen, dst, group_dst)
    if (gpus := chosen.on_gpus([tensor])) is not None:
        return gpus.reduce(tensor, root, op, async_op)
    return in_place(Kind.reduce, chosen, tensor, async_op, lambda c, flat: rings.reduce(c, flat, op, root), root)


def broadcast(
    tensor: Any, src: int | None = None, group: Any = None, async_op: bool = False, group_src: int | None = None
) -> Work | None:
    """`tensor` becomes that of process `src`."""
    chosen = begin(group, [tensor])
    root = root_of(chosen, src, group_src)
    if (gpus := chosen.on_gpus([tensor])) is not None:
        return gpus.broadcast(tensor, root, async_op)
    return in_place(Kind.broadcast, chosen, tensor, async_op, lambda c, flat: rings.broadcast(c, flat, root), root)


def gathered(chosen: ProcessGroup, outputs: list[Any], tensor: Any, async_op: bool) -> Work | None:
    def compute(call: rings.Call) -> None:
        flats = [staged(output) for output in outputs]
        rings.all_gather(call, flats, staged(tensor))
        for flat, output in zip(flats, outputs, strict=True):
            bring_back(flat, output)

    return chosen.start(Kind.all_gather, [tensor], outputs, compute, async_op=async_op, equal=False)


def all_gather(tensor_list: Sequence[Any], tensor: Any, group: Any = None, async_op: bool = False) -> Work | None:
    """The tensors of all processes into `tensor_list`; they may differ in shape, each as its output."""
    chosen = begin(group, [tensor, *tensor_list])
    outputs = one_for_each(chosen, tensor_list, "output tensor")
    alike(outputs[chosen.rank()], tensor)
    if (gpus := chosen.on_gpus([tensor, *outputs])) is not None:
        return gpus.all_gather(outputs, tensor, async_op)
    return gathered(chosen, outputs, tensor, async_op)


def all_gather_into_tensor(output_tensor: Any, input_tensor: Any, group: Any = None, async_op: bool = False) -> Any:
    """The tensors of all processes, joined, into `output_tensor`, of as many times the elements."""
    chosen = begin(group, [output_tensor, input_tensor])
    if output_tensor.dtype != input_tensor.dtype or output_tensor.numel() != chosen.size() * input_tensor.numel():
        raise RuntimeError(
            f"expected an output of {chosen.size()} times {input_tensor.numel()} elements of {input_tensor.dtype}, the output "
            f"has {tuple(output_tensor.shape)} of {output_tensor.dtype}"
        )
    if (gpus := chosen.on_gpus([input_tensor, output_tensor])) is not None:
        return gpus.all_gather_into_tensor(output_tensor, input_tensor, async_op)

    def compute(call: rings.Call, flat: Any) -> None:
        rings.all_gather(call, rings.parts_of(flat, call.size), staged(input_tensor))

    return in_place(Kind.all_gather, chosen, output_tensor, async_op, compute)


def scattered_sum(
    chosen: ProcessGroup, output: Any, inputs: Callable[[], list[Any]], like: Sequence[Any], op: Any, async_op: bool
) -> Work | None:
    def compute(call: rings.Call) -> None:
        flat = staged(output)
        rings.reduce_scatter(call, inputs(), flat, op)
        bring_back(flat, output)

    return chosen.start(Kind.reduce_scatter, like, [output], compute, async_op=async_op, detail=op)


def reduce_scatter(
    output: Any, input_list: Sequence[Any], op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """The combination of all processes' tensors for this process into `output`."""
    chosen = begin(group, [output, *input_list], op)
    inputs = one_for_each(chosen, input_list, "input tensor")
    alike(output, inputs[chosen.rank()])
    if (gpus := chosen.on_gpus([output, *inputs])) is not None:
        return gpus.reduce_scatter(output, inputs, op, async_op)
    return scattered_sum(chosen, output, lambda: [staged(t) for t in inputs], inputs, op, async_op)


def reduce_scatter_tensor(
    output: Any, input: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """This process's part of the combination of all processes' `input` into `output`."""
    chosen = begin(group, [output, input], op)
    if output.dtype != input.dtype or input.numel() != chosen.size() * output.numel():
        raise RuntimeError(
            f"expected an input of {chosen.size()} times {output.numel()} elements of {output.dtype}, it has "
            f"{tuple(input.shape)} of {input.dtype}"
        )
    if (gpus := chosen.on_gpus([output, input])) is not None:
        return gpus.reduce_scatter_tensor(output, input, op, async_op)
    return scattered_sum(chosen, output, lambda: rings.parts_of(staged(input), chosen.size()), [input], op, async_op)


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
    chosen = begin(group, [tensor, *(gather_list or [])])
    root = root_of(chosen, dst, group_dst, chosen.ranks[0])
    outputs: list[Any] = []
    if chosen.rank() == root:
        if not gather_list:
            raise ValueError("Argument ``gather_list`` must be specified on destination rank.")
        outputs = one_for_each(chosen, gather_list, "output tensor")
        for output in outputs:
            alike(output, tensor)
    elif gather_list:
        raise ValueError("Argument ``gather_list`` must NOT be specified on non-destination ranks.")
    if (gpus := chosen.on_gpus([tensor, *outputs])) is not None:
        return gpus.exchange("gather", [(root, tensor)], list(enumerate(outputs)), async_op)

    def compute(call: rings.Call) -> None:
        flats = [staged(output) for output in outputs]
        rings.gather(call, staged(tensor), flats, root)
        for flat, output in zip(flats, outputs, strict=True):
            bring_back(flat, output)

    return chosen.start(Kind.gather, [tensor], outputs, compute, async_op=async_op, detail=root)


def scatter(
    tensor: Any,
    scatter_list: Sequence[Any] | None = None,
    src: int | None = None,
    group: Any = None,
    async_op: bool = False,
    group_src: int | None = None,
) -> Work | None:
    """This process's tensor of `scatter_list` at process `src` into `tensor`."""
    chosen = begin(group, [tensor, *(scatter_list or [])])
    root = root_of(chosen, src, group_src, chosen.ranks[0])
    inputs: list[Any] = []
    if chosen.rank() == root:
        if not scatter_list:
            raise ValueError("Argument ``scatter_list`` must be specified on source rank.")
        inputs = one_for_each(chosen, scatter_list, "input tensor")
        for given in inputs:
            alike(tensor, given)
    elif scatter_list:
        raise ValueError("Argument ``scatter_list`` must NOT be specified on non-source ranks.")
    if (gpus := chosen.on_gpus([tensor, *inputs])) is not None:
        return gpus.exchange("scatter", list(enumerate(inputs)), [(root, tensor)], async_op)
    return in_place(
        Kind.scatter,
        chosen,
        tensor,
        async_op,
        lambda c, flat: rings.scatter(c, flat, [staged(t) for t in inputs], root),
        root,
    )


def exchanged(chosen: ProcessGroup, outputs: list[Any], inputs: list[Any], async_op: bool) -> Work | None:
    if (gpus := chosen.on_gpus([*outputs, *inputs])) is not None:
        return gpus.exchange("all_to_all", list(enumerate(inputs)), list(enumerate(outputs)), async_op)

    def compute(call: rings.Call) -> None:
        flats = [staged(output) for output in outputs]
        rings.all_to_all(call, flats, [staged(given) for given in inputs])
        for flat, output in zip(flats, outputs, strict=True):
            bring_back(flat, output)

    return chosen.start(Kind.all_to_all, inputs, outputs, compute, async_op=async_op, equal=False)


def all_to_all(
    output_tensor_list: Sequence[Any], input_tensor_list: Sequence[Any], group: Any = None, async_op: bool = False
) -> Work | None:
    """One tensor from every process into `output_tensor_list`, one to every process from `input_tensor_list`."""
    chosen = begin(group, [*output_tensor_list, *input_tensor_list])
    outputs = one_for_each(chosen, output_tensor_list, "output tensor")
    inputs = one_for_each(chosen, input_tensor_list, "input tensor")
    alike(outputs[chosen.rank()], inputs[chosen.rank()])
    return exchanged(chosen, outputs, inputs, async_op)


def all_to_all_single(
    output: Any,
    input: Any,
    output_split_sizes: Sequence[int] | None = None,
    input_split_sizes: Sequence[int] | None = None,
    group: Any = None,
    async_op: bool = False,
) -> Work | None:
    """A part of `input` along its first dim to every process, and a part of `output` from every one."""
    chosen = begin(group, [output, input])
    outputs = split(chosen, output, output_split_sizes)
    inputs = split(chosen, input, input_split_sizes)
    alike(outputs[chosen.rank()], inputs[chosen.rank()])
    return exchanged(chosen, outputs, inputs, async_op)


def split(chosen: ProcessGroup, tensor: Any, sizes: Sequence[int] | None) -> list[Any]:
    """The parts of `tensor` along its first dim, equal ones without `sizes`; RuntimeError where they do not fit."""
    length = tensor.size(0) if tensor.dim() else 1
    if not sizes:
        if length % chosen.size():
            raise RuntimeError(f"Tensor's dim 0 ({length}) does not divide equally across group size ({chosen.size()})")
        sizes = [length // chosen.size()] * chosen.size()
    if len(sizes) != chosen.size() or sum(sizes) != length:
        raise RuntimeError(f"split sizes {list(sizes)} of a group of {members(chosen)} for dimension 0 of {length}")
    return list(tensor.detach().reshape(length, *tensor.shape[1:]).split(list(sizes)))


def barrier(group: Any = None, async_op: bool = False, device_ids: Any = None, timeout: Any = None) -> Work | None:
    """Waits until every process of the group has called it. device_ids: of NCCL alone, as PyTorch has it."""
    chosen = begin(group, [])
    if chosen.links is not None and chosen.backend_of("cuda") == "nccl" and _C.cuda_is_available():
        from vibetensor.torch.cuda import synchronize

        synchronize()
    elif device_ids is not None and chosen.links is not None:
        raise RuntimeError(f"Function argument device_ids not supported for the selected backend {chosen.backend}")

    def compute(call: rings.Call) -> None:
        rings.everybody(call, _C.ops.zeros([1], dtype=_C.uint8))

    return chosen.start(Kind.barrier, [], [], compute, async_op=async_op, timeout=timeout)


def monitored_barrier(group: Any = None, timeout: timedelta | None = None, wait_all_ranks: bool = False) -> None:
    """barrier, at which process 0 of the group names the processes that do not come within `timeout`.

    RuntimeError there names the first missing process, or with wait_all_ranks all of them.
    """
    chosen = begin(group, [])
    if chosen.links is None:
        return
    seconds = (timeout or chosen.timeout).total_seconds()
    key = f"{chosen.group_name}/monitored/{chosen.sequence}"
    chosen.sequence += 1
    if chosen.rank() != 0:
        chosen.store.set(f"{key}/{chosen.rank()}", "here")
        try:
            chosen.store.wait([f"{key}/all"], timedelta(seconds=seconds + 5))
            said = chosen.store.get(f"{key}/all").decode()
        except (RuntimeError, OSError) as error:
            raise RuntimeError(
                f"[Rank {chosen.rank()}]: rank 0 did not end monitoredBarrier in {round(seconds * 1000)} ms: {error}"
            ) from error
        if said != "here":
            await_readers(chosen.store, f"{key}/read", 0)
            raise RuntimeError(said)
        barrier(chosen)  # so that process 0, which may serve the store, goes on after all have read it
        return
    missing, end = [], time.monotonic() + seconds
    for rank in range(1, chosen.size()):
        try:
            chosen.store.wait([f"{key}/{rank}"], timedelta(seconds=max(0.01, end - time.monotonic())))
        except RuntimeError:
            missing.append(rank)
            if not wait_all_ranks:
                break
    if missing:
        text = f"Ranks {', '.join(map(str, missing))} failed to pass monitoredBarrier in {round(seconds * 1000)} ms"
        chosen.store.set(f"{key}/all", text)
        await_readers(chosen.store, f"{key}/read", chosen.size() - len(missing))
        raise RuntimeError(f"[Rank 0]: {text}")
    chosen.store.set(f"{key}/all", "here")
    barrier(chosen)


# ---- from one process to another


def messenger_of(chosen: ProcessGroup) -> Any:
    if chosen.messenger is None:
        kind = MpiMessenger if isinstance(chosen.links, MpiLinks) else Messenger
        chosen.messenger = kind(chosen.links, chosen.explained)
    return chosen.messenger


def peer_of(chosen: ProcessGroup, rank: int | None, group_rank: int | None, role: str) -> int:
    if rank is not None and group_rank is not None:
        raise ValueError("Can't specify both group_rank and global_rank")
    if group_rank is None:
        if rank is None:
            raise ValueError("Must specify global_rank or group_rank")
        if rank not in chosen.ranks:
            raise ValueError(f"Invalid {role} rank {rank}: the group has {members(chosen)}")
        group_rank = chosen.ranks.index(rank)
    if group_rank == chosen.rank():
        raise ValueError(f"Invalid {role} rank: {role} rank should not be the same as the rank of the current process.")
    if not 0 <= group_rank < chosen.size():
        raise ValueError(f"Invalid {role} rank {group_rank}: the group has {members(chosen)}")
    return group_rank


def isend(tensor: Any, dst: int | None = None, group: Any = None, tag: int = 0, group_dst: int | None = None) -> Work:
    """The Work of sending `tensor` to process `dst`, to a recv with the same `tag`."""
    chosen = begin(group, [tensor])
    peer = peer_of(chosen, dst, group_dst, "destination")
    if (gpus := chosen.on_gpus([tensor])) is not None:
        return gpus.exchange("send", [(peer, tensor)], [], True)
    work = Work([tensor])
    messenger_of(chosen).send(staged(tensor), peer, tag, chosen.timeout.total_seconds(), work)
    return work


def irecv(tensor: Any, src: int | None = None, group: Any = None, tag: int = 0, group_src: int | None = None) -> Work:
    """The Work of receiving into `tensor` what process `src`, or any, sends with the same `tag`.

    The Work's `source` is the number in the default group of the process that sent it.
    """
    chosen = begin(group, [tensor])
    peer = None if src is None and group_src is None else peer_of(chosen, src, group_src, "source")
    if peer is None and chosen.links is None:
        raise ValueError(f"Invalid source rank: the group has {members(chosen)}")
    if (gpus := chosen.on_gpus([tensor])) is not None:
        if peer is None:
            raise NotImplementedError("irecv: NCCL receives from a process that is named, not from any")
        work = gpus.exchange("recv", [], [(peer, tensor)], True)
        work.source = chosen.ranks[peer]
        return work
    work = Work([tensor])
    flat = staged(tensor)

    def finish(sender: int, error: BaseException | None) -> None:
        if error is None:
            with no_grad():
                bring_back(flat, tensor)
            work.source = chosen.ranks[sender]
        work._finish(error)

    end = time.monotonic() + chosen.timeout.total_seconds()
    messenger_of(chosen).receive(Receive(flat, peer, tag, end, finish))
    return work


def send(tensor: Any, dst: int | None = None, group: Any = None, tag: int = 0, group_dst: int | None = None) -> None:
    """Returns None once `tensor` has left for process `dst`."""
    isend(tensor, dst, group, tag, group_dst).wait()


def recv(tensor: Any, src: int | None = None, group: Any = None, tag: int = 0, group_src: int | None = None) -> int:
    """The number of the process whose message is in `tensor` now."""
    work = irecv(tensor, src, group, tag, group_src)
    work.wait()
    return work.source


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
        self.group_peer = group_peer


def batch_isend_irecv(p2p_op_list: list[P2POp]) -> list[Work]:
    """The Works of all sends and receives, which go on side by side; ValueError for an empty list."""
    if not p2p_op_list:
        raise ValueError("p2p_op_list must not be empty")
    chosen = begin(p2p_op_list[0].group, [item.tensor for item in p2p_op_list])
    if (gpus := chosen.on_gpus([item.tensor for item in p2p_op_list])) is not None:
        ends: dict[Any, list[tuple[int, Any]]] = {isend: [], irecv: []}
        for item in p2p_op_list:
            ends[item.op].append((peer_of(chosen, item.peer, item.group_peer, "peer"), item.tensor))
        return [gpus.exchange("batch_isend_irecv", ends[isend], ends[irecv], True)]
    return [item.op(item.tensor, item.peer, item.group, item.tag, item.group_peer) for item in p2p_op_list]


__all__ = [name for name, value in globals().items() if getattr(value, "__module__", None) == __name__] + [
    "GroupMember",
    "all_gather_single",
    "reduce_scatter_single",
]
