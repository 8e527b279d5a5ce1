"""Collectives over the links of a group, on flat tensors in the memory of the CPU.

Small tensors go to everybody, and each process combines them in the order of ranks. Large ones go round a ring in parts: in
every step a process sends a part to the next and combines what came from the one before. Either way all processes compute
each element in the same order: they end with the same bits, every time.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Sequence
from enum import IntEnum
from itertools import zip_longest
from typing import Any, NamedTuple

from vibetensor import _C
from vibetensor.torch.distributed.errors import DistBackendError
from vibetensor.torch.distributed.links import COLLECTIVES
from vibetensor.torch.distributed.reduce_op import ReduceOp

HEADER = struct.Struct(
    "<QIIQ"
)  # sequence number, kind, detail, bytes of all tensors; SIZE, of the message, comes after it
SIZE = struct.Struct("<Q")
SMALL = 32 << 10  # bytes up to which everybody sends all to all
PIECE = 512 << 10  # bytes


class Header(NamedTuple):
    """What goes before each message of a collective."""

    sequence: int
    kind: int
    detail: int
    bytes: int


class Kind(IntEnum):
    """What a process is doing, as its messages say."""

    all_reduce = 1
    reduce = 2
    reduce_scatter = 3
    all_gather = 4
    broadcast = 5
    gather = 6
    scatter = 7
    all_to_all = 8
    barrier = 9
    monitored_barrier = 10
    send = 11


COMBINE: dict[ReduceOp, Callable[[Any, Any], Any]] = {
    ReduceOp.SUM: lambda mine, theirs: mine.add_(theirs),
    ReduceOp.AVG: lambda mine, theirs: mine.add_(theirs),
    ReduceOp.PRODUCT: lambda mine, theirs: mine.mul_(theirs),
    ReduceOp.MIN: lambda mine, theirs: mine.copy_(_C.ops.minimum(mine, theirs)),
    ReduceOp.MAX: lambda mine, theirs: mine.copy_(_C.ops.maximum(mine, theirs)),
    ReduceOp.BAND: lambda mine, theirs: mine.bitwise_and_(theirs),
    ReduceOp.BOR: lambda mine, theirs: mine.bitwise_or_(theirs),
    ReduceOp.BXOR: lambda mine, theirs: mine.bitwise_xor_(theirs),
}


def parts_of(flat: Any, count: int) -> list[Any]:
    """`flat` in `count` parts whose sizes differ by one at most."""
    size, more = divmod(flat.numel(), count)
    bounds = [i * size + min(i, more) for i in range(count + 1)]
    return [flat[bounds[i] : bounds[i + 1]] for i in range(count)]


class Call:
    """One collective of this process: what its messages say of it, and until when it waits."""

    def __init__(self, links: Any, kind: Kind, sequence: int, detail: int, size: int, seconds: float):
        self.links, self.rank, self.size = links, links.rank, links.size
        self.header = Header(sequence, kind, detail, size)
        self.greeting = HEADER.pack(*self.header)
        self.end = time.monotonic() + seconds

    def exchange(self, sends: Sequence[tuple[int, Any]], receives: Sequence[tuple[int, Any]]) -> None:
        """Returns None once the tensors of `sends` have left and those of `receives` are full.

        DistBackendError if a process sends tensors of another collective, or of another size.
        """
        other = self.links.exchange(sends, receives, self.end, COLLECTIVES, self.greeting)
        if other is None:
            return
        peer, text = other
        theirs, (count,) = Header(*HEADER.unpack(text[: HEADER.size])), SIZE.unpack(text[HEADER.size :])
        mine = next(flat for p, flat in receives if p == peer)
        parts = ""
        if theirs == self.header:
            parts = f"; {count} bytes came where {mine.numel() * mine.element_size()} were expected"
        raise DistBackendError(
            f"[Rank {self.rank}] is in {said(self.header)}, but rank {peer} in {said(theirs)}{parts}: all processes of a group "
            "have to call the same collectives in the same order, with tensors of one size and dtype"
        )


def said(header: Header) -> str:
    name = Kind(header.kind).name if header.kind in Kind.__members__.values() else f"call {header.kind}"
    return f"{name} number {header.sequence} of {header.bytes} bytes"


def everybody(call: Call, mine: Any) -> list[Any]:
    """The tensors of all processes, of one size, sent all to all."""
    others = [p for p in range(call.size) if p != call.rank]
    theirs = {p: _C.ops.empty_like(mine) for p in others}
    call.exchange([(p, mine) for p in others], list(theirs.items()))
    return [theirs.get(p, mine) for p in range(call.size)]


def pieces(flat: Any) -> list[Any]:
    """`flat` in pieces that stay in a cache while they are received and combined."""
    size = max(1, PIECE // flat.element_size())
    return [flat[at : at + size] for at in range(0, flat.numel(), size)]


def ring_of_sums(call: Call, parts: Sequence[Any], op: ReduceOp) -> None:
    """Returns None; part `rank` of `parts` becomes the combination of all processes' parts; the others are scratch."""
    following, before = (call.rank + 1) % call.size, (call.rank - 1) % call.size
    for step in range(call.size - 1):
        sent = pieces(parts[(call.rank - step - 1) % call.size])
        combined = pieces(parts[(call.rank - step - 2) % call.size])
        scratch: Any = _C.ops.empty_like(combined[0]) if combined else None
        for out, into in zip_longest(sent, combined):
            came = None if into is None else scratch[: into.numel()]
            call.exchange([] if out is None else [(following, out)], [] if into is None else [(before, came)])
            if into is not None:
                COMBINE[op](into, came)


def ring_of_copies(call: Call, parts: Sequence[Any]) -> None:
    """Returns None; every part `r` becomes that of process r."""
    following, before = (call.rank + 1) % call.size, (call.rank - 1) % call.size
    for step in range(call.size - 1):
        call.exchange(
            [(following, parts[(call.rank - step) % call.size])], [(before, parts[(call.rank - step - 1) % call.size])]
        )


def all_reduce(call: Call, flat: Any, op: ReduceOp) -> None:
    """Returns None; `flat` becomes the combination of all processes' tensors."""
    if call.size > 1 and flat.numel() * flat.element_size() <= SMALL:
        all_of_them = everybody(call, flat)
        total = all_of_them[0].clone()
        for theirs in all_of_them[1:]:
            COMBINE[op](total, theirs)
        flat.copy_(total)
    elif call.size > 1:
        parts = parts_of(flat, call.size)
        ring_of_sums(call, parts, op)
        ring_of_copies(call, parts)
    average(call, flat, op)


def average(call: Call, flat: Any, op: ReduceOp) -> None:
    if op is ReduceOp.AVG:
        if flat.is_floating_point() or flat.is_complex():
            flat.div_(call.size)
        else:
            flat.floor_divide_(call.size)


def reduce_scatter(call: Call, inputs: Sequence[Any], output: Any, op: ReduceOp) -> None:
    """Returns None; `output` becomes the combination of all processes' tensor `rank` of `inputs`."""
    scratch = [flat.clone() for flat in inputs]
    ring_of_sums(call, scratch, op)
    output.copy_(scratch[call.rank])
    average(call, output, op)


def reduce(call: Call, flat: Any, op: ReduceOp, root: int) -> None:
    """Returns None; `flat` becomes the combination at process `root` and stays elsewhere."""
    scratch = parts_of(flat.clone(), call.size)
    ring_of_sums(call, scratch, op)
    gather(call, scratch[call.rank], parts_of(flat, call.size) if call.rank == root else [], root)
    if call.rank == root:
        average(call, flat, op)


def all_gather(call: Call, outputs: Sequence[Any], mine: Any) -> None:
    """Returns None; `outputs` become the tensors of all processes, which may differ in size."""
    outputs[call.rank].copy_(mine)
    ring_of_copies(call, outputs)


def broadcast(call: Call, flat: Any, root: int) -> None:
    """Returns None; `flat` becomes that of process `root`: in parts to all, which pass them round."""
    if flat.numel() * flat.element_size() <= SMALL or call.size == 2:
        others = [p for p in range(call.size) if p != root]
        call.exchange(*(([(p, flat) for p in others], []) if call.rank == root else ([], [(root, flat)])))
        return
    parts = parts_of(flat, call.size)
    scatter(call, parts[call.rank], parts if call.rank == root else [], root)
    ring_of_copies(call, parts)


def gather(call: Call, mine: Any, outputs: Sequence[Any], root: int) -> None:
    """Returns None; `outputs` at process `root` become the tensors of all processes."""
    if call.rank != root:
        call.exchange([(root, mine)], [])
        return
    if outputs[root].data_ptr() != mine.data_ptr():
        outputs[root].copy_(mine)
    call.exchange([], [(p, outputs[p]) for p in range(call.size) if p != root])


def scatter(call: Call, output: Any, inputs: Sequence[Any], root: int) -> None:
    """Returns None; `output` becomes this process's tensor of `inputs` at process `root`."""
    if call.rank != root:
        call.exchange([], [(root, output)])
        return
    if output.data_ptr() != inputs[root].data_ptr():
        output.copy_(inputs[root])
    call.exchange([(p, inputs[p]) for p in range(call.size) if p != root], [])


def all_to_all(call: Call, outputs: Sequence[Any], inputs: Sequence[Any]) -> None:
    """Returns None; one tensor goes to every process, and one comes from every one."""
    outputs[call.rank].copy_(inputs[call.rank])
    others = [p for p in range(call.size) if p != call.rank]
    call.exchange([(p, inputs[p]) for p in others], [(p, outputs[p]) for p in others])
