"""Collectives of objects, which travel pickled: only between processes that trust each other."""

from __future__ import annotations

import pickle
from typing import Any

from vibetensor import _C
from vibetensor.torch.distributed import collectives
from vibetensor.torch.distributed.collectives import begin, one_for_each, root_of
from vibetensor.torch.storage import tensor_bytes


def packed(obj: Any) -> Any:
    """The bytes of `obj` as a tensor."""
    return bytes_tensor(pickle.dumps(obj))


def bytes_tensor(data: bytes) -> Any:
    return _C.frombuffer(bytearray(data), dtype=_C.uint8)


def unpacked(tensor: Any) -> Any:
    return pickle.loads(tensor_bytes(tensor))


def lengths(group: Any, tensor: Any) -> list[int]:
    """How many bytes every process has."""
    chosen = begin(group, [])
    counts = [_C.ops.zeros([1], dtype=_C.int64) for _ in range(chosen.size())]
    collectives.all_gather(counts, _C.ops.full([1], tensor.numel(), dtype=_C.int64), chosen)
    return [int(count.item()) for count in counts]


def all_gather_object(object_list: list[Any], obj: Any, group: Any = None) -> None:
    """Returns None; the objects of all processes into `object_list`, as copies."""
    chosen = begin(group, [])
    one_for_each(chosen, object_list, "output object")
    mine = packed(obj)
    outputs = [_C.ops.empty([length], dtype=_C.uint8) for length in lengths(chosen, mine)]
    collectives.all_gather(outputs, mine, chosen)
    object_list[:] = [unpacked(output) for output in outputs]


def gather_object(
    obj: Any,
    object_gather_list: list[Any] | None = None,
    dst: int | None = None,
    group: Any = None,
    group_dst: int | None = None,
) -> None:
    """Returns None; the objects of all processes into `object_gather_list` at process `dst`."""
    chosen = begin(group, [])
    root = root_of(chosen, dst, group_dst, chosen.ranks[0])
    if chosen.rank() == root and not object_gather_list:
        raise ValueError("Argument ``gather_list`` must be specified on destination rank.")
    mine = packed(obj)
    longest = max(lengths(chosen, mine))
    padded = _C.ops.zeros([longest + 8], dtype=_C.uint8)
    padded[: mine.numel()] = mine
    padded[longest:] = bytes_tensor(mine.numel().to_bytes(8, "little"))
    outputs = [_C.ops.empty_like(padded) for _ in range(chosen.size())] if chosen.rank() == root else None
    collectives.gather(padded, outputs, group=chosen, group_dst=root)
    if outputs is not None and object_gather_list is not None:
        counts = [int.from_bytes(bytes(o[longest:].tolist()), "little") for o in outputs]
        object_gather_list[:] = [unpacked(o[:count].clone()) for o, count in zip(outputs, counts, strict=True)]


def broadcast_object_list(
    object_list: list[Any], src: int | None = None, group: Any = None, device: Any = None, group_src: int | None = None
) -> None:
    """Returns None; `object_list` becomes that of process `src`."""
    chosen = begin(group, [])
    root = root_of(chosen, src, group_src, chosen.ranks[0])
    if chosen.size() == 1:
        return
    mine = packed(object_list) if chosen.rank() == root else None
    length = _C.ops.full([1], 0 if mine is None else mine.numel(), dtype=_C.int64)
    collectives.broadcast(length, group=chosen, group_src=root)
    data = _C.ops.empty([int(length.item())], dtype=_C.uint8) if mine is None else mine
    collectives.broadcast(data, group=chosen, group_src=root)
    if mine is None:
        theirs = unpacked(data)
        if len(theirs) != len(object_list):
            raise RuntimeError(f"broadcast_object_list: {len(theirs)} objects came, the list has {len(object_list)}")
        object_list[:] = theirs


def scatter_object_list(
    scatter_object_output_list: list[Any],
    scatter_object_input_list: list[Any] | None = None,
    src: int | None = None,
    group: Any = None,
    group_src: int | None = None,
) -> None:
    """Returns None; this process's object of the list at process `src` into the first place of the output list."""
    chosen = begin(group, [])
    root = root_of(chosen, src, group_src, chosen.ranks[0])
    if not scatter_object_output_list:
        raise ValueError("Expected argument scatter_object_output_list to be a list of size at least 1.")
    if chosen.rank() == root:
        if not scatter_object_input_list:
            raise ValueError("source rank must provide non-empty scatter_object_input_list")
        one_for_each(chosen, scatter_object_input_list, "input object")
    all_of_them = [scatter_object_input_list if chosen.rank() == root else None]
    if chosen.size() > 1:
        broadcast_object_list(all_of_them, group=chosen, group_src=root)
    else:
        all_of_them = [unpacked(packed(scatter_object_input_list))]
    scatter_object_output_list[0] = all_of_them[0][chosen.rank()]  # type: ignore[index]


__all__ = ["all_gather_object", "broadcast_object_list", "gather_object", "scatter_object_list"]
