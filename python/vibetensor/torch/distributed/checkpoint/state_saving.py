"""torch.distributed.checkpoint.save and load: which process writes what, and what each reads.

All processes tell each other what they have; each part that several have is written by the one with the fewest bytes so
far. Loading needs no such plan: a process reads the parts that overlap its own, however many processes wrote them.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed import groups
from vibetensor.torch.distributed.checkpoint.filesystem import FileSystemReader, FileSystemWriter
from vibetensor.torch.distributed.checkpoint.flatten import flatten, put
from vibetensor.torch.distributed.checkpoint.metadata import (
    BytesStorageMetadata,
    ChunkStorageMetadata,
    Metadata,
    MetadataIndex,
    Size,
    StorageMeta,
    TensorProperties,
    TensorStorageMetadata,
)
from vibetensor.torch.distributed.checkpoint.stateful import Stateful
from vibetensor.torch.distributed.device_mesh import mesh_of
from vibetensor.torch.distributed.objects import all_gather_object
from vibetensor.torch.distributed.tensor.placement_types import Shard

Tensor: Any = _C.Tensor


class CheckpointException(RuntimeError):
    """What went wrong, by process."""

    def __init__(self, msg: str, failures: dict[int, str]):
        super().__init__(msg, failures)
        self.failures = failures

    def __str__(self) -> str:
        return "; ".join(f"rank {rank}: {said}" for rank, said in self.failures.items())


@dataclass
class Item:
    """What a process could write: a tensor's part, or another value."""

    name: str
    bytes: int = 0
    offset: tuple[int, ...] | None = None
    sizes: tuple[int, ...] = ()
    whole: tuple[int, ...] = ()
    dtype: Any = None


class Together:
    """The processes that save or load, of which this is one."""

    def __init__(self, process_group: Any, no_dist: bool):
        self.is_alone = no_dist or not groups.is_initialized()
        self.group = None if self.is_alone else groups.group_or_default(process_group)
        self.rank = 0 if self.group is None else self.group.rank()
        self.size = 1 if self.group is None else self.group.size()

    def gathered(self, function: Callable[[], Any]) -> list[Any]:
        """What `function` gives in each process. CheckpointException everywhere if it fails in one."""
        value, failure = None, None
        try:
            value = function()
        except Exception as error:  # the others wait for this process
            if self.size == 1:
                raise
            failure = f"{type(error).__name__}: {error}"
        found: list[Any] = [(value, failure)]
        if self.size > 1:
            found = [None] * self.size
            all_gather_object(found, (value, failure), self.group)
        failures = {rank: said for rank, (_, said) in enumerate(found) if said is not None}
        if failures:
            raise CheckpointException("checkpoint", failures)
        return [each for each, _ in found]


def box_of(tensor: Any) -> tuple[Any, tuple[int, ...]]:
    """(this process's part, where it begins) of a tensor."""
    mesh = mesh_of(tensor)
    if mesh is None:
        return tensor.detach(), (0,) * tensor.dim()
    offset, coordinate = [0] * tensor.dim(), mesh._coordinates()
    for d, p in enumerate(tensor.placements):
        if isinstance(p, Shard):
            offset[p.dim] = p.bounds[coordinate[d]]
        elif p.is_partial():
            raise RuntimeError("checkpoint: a DTensor that is still to be summed cannot be saved; redistribute it")
    return tensor.detach().to_local(), tuple(offset)


def items_of(values: dict[str, Any]) -> list[Item]:
    found = []
    for name, value in values.items():
        if not isinstance(value, Tensor):
            found.append(Item(name))
            continue
        part, offset = box_of(value)
        if part.numel() or not value.numel():
            size = part.numel() * part.element_size()
            found.append(Item(name, size, offset, tuple(part.shape), tuple(value.shape), part.dtype))
    return found


def dealt(plans: list[list[Item]]) -> list[list[Item]]:
    """Of what each process could write, what it shall: everything once."""
    holders: dict[tuple[str, Any], list[int]] = {}
    items: dict[tuple[str, Any], Item] = {}
    for rank, plan in enumerate(plans):
        for item in plan:
            holders.setdefault((item.name, item.offset), []).append(rank)
            items.setdefault((item.name, item.offset), item)
    written, shares = [0] * len(plans), [list[Item]() for _ in plans]
    for key, ranks in holders.items():
        rank = min(ranks, key=lambda r: written[r])
        written[rank] += items[key].bytes
        shares[rank].append(items[key])
    return shares


def content(item: Item, values: dict[str, Any]) -> Any:
    """What is written: a tensor of the CPU with no more memory than it needs."""
    value = values[item.name]
    return box_of(value)[0].cpu().contiguous().clone() if isinstance(value, Tensor) else value


def save(
    state_dict: dict[str, Any],
    *,
    checkpoint_id: str | os.PathLike[str] | None = None,
    storage_writer: FileSystemWriter | None = None,
    planner: Any = None,
    process_group: Any = None,
    no_dist: bool = False,
    use_collectives: bool = True,
) -> Metadata:
    """What was saved; writes a state dict, of which every process has its part, to the folder `checkpoint_id`.

    Tensors that several processes have, and all other values, are written once. Objects with a state_dict() are saved by
    it. CheckpointException in all processes if one fails; there is no checkpoint then.

    >>> import tempfile, vibetensor.torch as torch
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = torch.distributed.checkpoint.save({"w": torch.ones(2)}, checkpoint_id=folder, no_dist=True)
    ...     state = {"w": torch.zeros(2)}
    ...     torch.distributed.checkpoint.load(state, checkpoint_id=folder, no_dist=True)
    >>> state
    {'w': tensor([1., 1.])}
    """
    refuse(planner, use_collectives)
    if storage_writer is None and checkpoint_id is None:
        raise RuntimeError("Cannot detect, storage_writer or checkpoint_id is needed")
    writer = storage_writer or FileSystemWriter(checkpoint_id)  # type: ignore[arg-type]
    if checkpoint_id is not None:
        writer.path = Path(checkpoint_id)
    together = Together(process_group, no_dist)
    values, paths = flatten(saved(state_dict))

    def plan() -> Any:
        if together.rank == 0:
            writer.prepare()
        return items_of(values), paths

    with no_grad():
        plans = together.gathered(plan)
        shares = dealt([items for items, _ in plans])
        mine = shares[together.rank]

        def write() -> Any:
            return writer.write(f"__{together.rank}_0.distcp", [content(item, values) for item in mine]) if mine else []

        places = together.gathered(write)
    metadata = Metadata({}, {}, {}, StorageMeta(str(writer.path), str(uuid.uuid4())), "1.0.0")
    for _, their_paths in plans:
        metadata.planner_data.update(their_paths)
    for share, where in zip(shares, places, strict=True):
        for item, place in zip(share, where, strict=True):
            metadata.storage_data[enter(item, metadata)] = place
    together.gathered(lambda: writer.finish(metadata) if together.rank == 0 else None)
    return metadata


def enter(item: Item, metadata: Metadata) -> MetadataIndex:
    """The index of an item, which the metadata has from now on."""
    known = metadata.state_dict_metadata
    if item.offset is None:
        known[item.name] = BytesStorageMetadata()
        return MetadataIndex(item.name)
    if item.name not in known:
        known[item.name] = TensorStorageMetadata(TensorProperties(item.dtype), Size(item.whole), [])
    chunks = known[item.name].chunks
    chunks.append(ChunkStorageMetadata(Size(item.offset), Size(item.sizes)))
    return MetadataIndex(item.name, item.offset, len(chunks) - 1)


def refuse(planner: Any, use_collectives: bool = True) -> None:
    if planner is not None or not use_collectives:
        raise NotImplementedError(
            "checkpoint: planners, and saving without collectives, are not there yet; leave them out"
        )


def saved(state_dict: dict[str, Any]) -> dict[str, Any]:
    """A state dict with those of its objects in their place."""
    return {key: value.state_dict() if is_stateful(value) else value for key, value in state_dict.items()}


def is_stateful(value: Any) -> bool:
    return isinstance(value, Stateful) and not isinstance(value, Tensor)


def load(
    state_dict: dict[str, Any],
    *,
    checkpoint_id: str | os.PathLike[str] | None = None,
    storage_reader: FileSystemReader | None = None,
    planner: Any = None,
    process_group: Any = None,
    no_dist: bool = False,
) -> None:
    """Returns None; `state_dict` gets what the checkpoint in the folder `checkpoint_id` has under its names.

    Tensors are written in place, DTensors the part of this process, however many processes saved it; other values are
    replaced. Objects with a load_state_dict() are loaded by it. CheckpointException in all processes if one fails, for a
    name or a size that the checkpoint does not have too; RuntimeError or ValueError of a single process.
    """
    if storage_reader is None and checkpoint_id is None:
        raise RuntimeError("Cannot detect, storage_reader or checkpoint_id is needed")
    reader = storage_reader or FileSystemReader(checkpoint_id)  # type: ignore[arg-type]
    if checkpoint_id is not None:
        reader.path = Path(checkpoint_id)
    allows_missing = getattr(planner, "allow_partial_load", None)
    if planner is not None and allows_missing is None:
        refuse(planner)
    together = Together(process_group, no_dist)
    own = saved(state_dict)
    values, paths = flatten(own)

    def read() -> None:
        metadata = reader.read_metadata()
        with no_grad(), reader.opened() as at:
            for name, value in values.items():
                if name in metadata.state_dict_metadata:
                    loaded = load_value(name, value, metadata, at)
                    if loaded is not value:
                        put(own, paths[name], loaded)
                elif not allows_missing:
                    raise RuntimeError(f"Missing key in checkpoint state_dict: {name}.")

    together.gathered(read)
    for key, value in state_dict.items():
        if is_stateful(value):
            value.load_state_dict(own[key])
        else:
            state_dict[key] = own[key]


def load_value(name: str, value: Any, metadata: Metadata, read: Callable[[Any], Any]) -> Any:
    """`value` with what the checkpoint has, or what takes its place."""
    known = metadata.state_dict_metadata[name]
    if isinstance(known, BytesStorageMetadata):
        return read(metadata.storage_data[MetadataIndex(name)])
    if not isinstance(value, Tensor):
        raise ValueError(f"{name} is a tensor in the checkpoint, and {type(value).__name__} in the state dict")
    if tuple(known.size) != tuple(value.shape):
        raise ValueError(
            f"Size mismatch between saved {tuple(known.size)} and current: {tuple(value.shape)} for {name}"
        )
    part, offset = box_of(value)
    for chunk in known.chunks:
        overlap = [
            (max(a, b), min(a + n, b + m))
            for a, n, b, m in zip(offset, part.shape, chunk.offsets, chunk.sizes, strict=True)
        ]
        if any(begin >= end for begin, end in overlap):
            continue
        there = read(metadata.storage_data[MetadataIndex(name, chunk.offsets)])
        here = part
        for d, (begin, end) in enumerate(overlap):
            here = here.narrow(d, begin - offset[d], end - begin)
            there = there.narrow(d, begin - chunk.offsets[d], end - begin)
        here.copy_(there)
    return value
