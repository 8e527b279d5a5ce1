"""Parameters that are made whole together: gathered in one collective, their gradients summed and cut in another.

At rest a parameter is a DTensor, cut along one of its dims. Its whole is a leaf of memory that comes and goes: graphs that
keep it for backward keep the tensor, whose memory is given back after forward and filled again before backward. In a
collective a parameter takes as many elements of every process, the last ones padded, side by side with the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed import collectives
from vibetensor.torch.distributed.device_mesh import DeviceMesh, mesh_of
from vibetensor.torch.distributed.fsdp.policies import MixedPrecisionPolicy
from vibetensor.torch.distributed.reduce_op import ReduceOp
from vibetensor.torch.distributed.tensor.placement_types import Placement, Replicate, Shard, chunk, numbers
from vibetensor.torch.nn.parameter import Parameter


class Layout:
    """Where the processes of a mesh are that share a parameter out, and those that have the same part."""

    def __init__(self, mesh: DeviceMesh):
        if mesh.ndim > 2:
            raise ValueError(f"fully_shard expects a 1D or 2D DeviceMesh but got {mesh}")
        self.mesh = mesh
        self.shard_dim = mesh.ndim - 1
        self.group = mesh.get_group(self.shard_dim)
        self.replicas = mesh.get_group(0) if mesh.ndim == 2 else None
        self.size, self.rank = mesh.size(self.shard_dim), mesh.get_local_rank(self.shard_dim)

    def with_dims_of(self, other: DeviceMesh) -> DeviceMesh:
        """The mesh of these dims and then those of `other`, which is a slice of the same mesh."""
        root = self.mesh._root
        if root is None or root is not other._root or not self.mesh.mesh_dim_names or not other.mesh_dim_names:
            raise ValueError(
                "fully_shard of DTensors expects a mesh that was sliced from the same mesh as theirs, by names; got "
                f"{self.mesh} and {other}"
            )
        return root[self.mesh.mesh_dim_names + other.mesh_dim_names]


class ShardedParameter:
    """One parameter, which modules know under names: its part, a DTensor, and its whole, now and then."""

    def __init__(self, parameter: Any, owners: list[tuple[Any, str]], layout: Layout, placement: Shard | None):
        self.owners, self.layout = owners, layout
        cut_mesh = mesh_of(parameter)
        whole = parameter.detach() if cut_mesh is None else parameter.detach().to_local()
        if not whole.is_floating_point():
            raise NotImplementedError(f"fully_shard of parameters of {whole.dtype} is not there")
        self.shape, self.dtype = tuple(whole.shape), whole.dtype
        self.other_mesh = cut_mesh
        self.other_placements: tuple[Placement, ...] = () if cut_mesh is None else parameter.placements
        self.global_shape = tuple(parameter.shape)
        self.dim = self._dim_to_cut(placement)
        rows = self.shape[self.dim] if self.dim is not None else 1
        self.rows = -(-rows // layout.size) if self.dim is not None else 1
        self.begin, self.length = chunk(rows, layout.size, layout.rank) if self.dim is not None else (0, 1)
        self.per_row = math.prod(self.shape) // max(rows, 1)
        self.count = self.rows * self.per_row if self.dim is not None else math.prod(self.shape)
        mine = whole if self.dim is None else whole.narrow(self.dim, self.begin, self.length)
        part = _C.ops.empty(list(mine.shape), dtype=self.dtype, device=layout.mesh._device())
        if not whole.is_meta:  # else to_empty() and whoever initializes it come after
            part.copy_(mine)
        self.sharded = Parameter(self.as_sharded(part), parameter.requires_grad)
        for name in parameter.__dict__:
            setattr(self.sharded, name, getattr(parameter, name))
        self.memory: Any = None  # a plain tensor over the memory of the whole
        self.whole: Any = None
        self.accumulated: Any = None  # gradient of passes that were not summed
        self.place(self.sharded)

    def _dim_to_cut(self, placement: Shard | None) -> int | None:
        """The dim that is cut here; None of one whose only dim is cut by others already, which is replicated."""
        if not self.shape:
            raise ValueError("fully_shard doesn't support scalar parameters. Change the shape to 1D with numel of 1.")
        taken = {p.dim for p in self.other_placements if isinstance(p, Shard)}
        if placement is not None:
            dim = placement.dim % len(self.shape)
            if dim in taken:
                raise NotImplementedError(
                    f"fully_shard: dim {dim} of a parameter is cut over {self.other_mesh} already"
                )
            return dim
        return next((d for d in range(len(self.shape)) if d not in taken), None)

    def placements(self) -> list[Placement]:
        own: list[Placement] = [Replicate()] * self.layout.mesh.ndim
        if self.dim is not None:
            own[-1] = Shard(self.dim)
        return [*own, *self.other_placements]

    def as_sharded(self, part: Any) -> Any:
        """A DTensor of which `part` is this process's."""
        mesh = self.layout.mesh if self.other_mesh is None else self.layout.with_dims_of(self.other_mesh)
        places = numbers(self.placements(), len(self.shape))
        return _C.ops._fabric_from_local(part, mesh._id(), places, [], list(self.global_shape))

    def place(self, parameter: Any) -> None:
        """Returns None; modules have `parameter` under their names."""
        for module, name in self.owners:
            module._parameters[name] = parameter

    def forget_other_kind(self) -> None:
        """Returns None; there is no whole if it had a gradient and the parameter has none by now, or the other way."""
        if self.whole is not None and self.whole.requires_grad != self.sharded.requires_grad:
            self.memory = self.whole = None

    def padded_part(self, dtype: Any) -> Any:
        """This process's part as a flat tensor of `count` elements."""
        part = self.sharded.detach().to_local().to(dtype)
        if self.dim is None:
            return part.reshape(-1)
        flat = part.movedim(self.dim, 0).reshape(-1)
        missing = self.count - flat.numel()
        return flat if missing == 0 else _C.ops.cat([flat, flat.new_zeros([missing])])

    def fill(self, parts: Any, when_ready: Callable[[Any], None]) -> None:
        """Returns None; the whole gets its values from (processes, count) `parts`."""
        if self.memory is None:
            self.memory = _C.ops.empty(list(self.shape), dtype=parts.dtype, device=parts.device)
            made = self.memory
            if self.other_mesh is not None:
                places = numbers(self.other_placements, len(self.shape))
                made = _C.ops._fabric_from_local(made, self.other_mesh._id(), places, [], list(self.global_shape))
            self.whole = Parameter(made, self.sharded.requires_grad)
            for name in self.sharded.__dict__:
                setattr(self.whole, name, getattr(self.sharded, name))
            if self.sharded.requires_grad:
                self.whole.register_post_accumulate_grad_hook(when_ready)
        _C.refill_memory(self.memory)
        if self.dim is None:
            value = parts[0].reshape(self.shape)
        else:
            rest = [n for d, n in enumerate(self.shape) if d != self.dim]
            value = parts.reshape(-1, *rest)[: self.shape[self.dim]].movedim(0, self.dim)
        self.memory.data.copy_(value)  # not a new version of what graphs keep

    def take_gradient(self, dtype: Any) -> Any:
        """The gradient of the whole since it was last taken, in `dtype`; None if there is none."""
        found = None if self.whole is None else self.whole.grad
        if found is not None:
            self.whole.grad = None
            if self.other_mesh is not None:
                found = found.redistribute(placements=self.other_placements).to_local()
            found = found.to(dtype)
            if self.accumulated is not None:
                found = self.accumulated.add_(found)
        else:
            found = self.accumulated
        self.accumulated = None
        return found

    def spread(self, gradient: Any, into: Any) -> None:
        """Returns None; a whole gradient as (processes, count) parts."""
        if self.dim is None:
            into.copy_(gradient.reshape(1, -1).expand(into.shape))
            return
        flat = gradient.movedim(self.dim, 0).reshape(-1)
        missing = into.numel() - flat.numel()
        if missing:
            flat = _C.ops.cat([flat, flat.new_zeros([missing])])
        into.copy_(flat.view(into.shape))

    def give_gradient(self, part: Any) -> None:
        """Returns None; the sharded parameter's gradient grows by a flat part of `count` elements."""
        if self.dim is None:
            own = part.reshape(self.shape)
        else:
            rest = [n for d, n in enumerate(self.shape) if d != self.dim]
            own = part[: self.length * self.per_row].reshape(self.length, *rest).movedim(0, self.dim)
        gradient = self.as_sharded(own.to(self.dtype).contiguous())
        if self.sharded.grad is None:
            self.sharded.grad = gradient
        else:
            self.sharded.grad.add_(gradient)


class Reduction:
    """Gradients on their way: the flat tensor of this process's parts, and who waits for it."""

    def __init__(self, parameters: list[ShardedParameter], out: Any, work: Any):
        self.parameters, self.out, self.work = parameters, out, work


class ParameterGroup:
    """The parameters of a module, but for those of modules inside that have a group of their own."""

    def __init__(self, parameters: Sequence[ShardedParameter], layout: Layout, policy: MixedPrecisionPolicy):
        self.parameters, self.layout, self.policy = list(parameters), layout, policy
        self.is_whole = False
        self.divide_by: float | None = None
        self.sums = True
        self.when_complete: Callable[[], None] = lambda: None  # all gradients of a pass are there
        self._gathering: list[tuple[list[ShardedParameter], Any, Any]] | None = None
        self._missing: set[int] = set()
        self._reductions: list[Reduction] = []

    @property
    def has_frozen(self) -> bool:
        return any(not p.sharded.requires_grad for p in self.parameters)

    def gather(self) -> None:
        """Returns None; begins to make the parameters whole."""
        if self.is_whole or self._gathering is not None:
            return
        self._gathering = []
        for p in self.parameters:
            p.forget_other_kind()
        with no_grad():
            for dtype, parameters in by_dtype(self.parameters, self.policy.param_dtype).items():
                mine = _C.ops.cat([p.padded_part(dtype) for p in parameters])
                out = mine.new_empty([self.layout.size * mine.numel()])
                work = collectives.all_gather_into_tensor(out, mine, self.layout.group, async_op=True)
                self._gathering.append((parameters, out, work))

    def make_whole(self) -> None:
        """Returns None; modules have whole parameters, of which the group is sure."""
        if self.is_whole:
            return
        self.gather()
        if self._gathering is not None:
            with no_grad():
                for parameters, out, work in self._gathering:
                    work.wait()
                    at, rows = 0, out.view(self.layout.size, -1)
                    for p in parameters:
                        p.fill(rows[:, at : at + p.count], self._gradient_came)
                        at += p.count
            self._gathering = None
            self.is_whole = True
        for p in self.parameters:
            p.place(p.whole)

    def cut(self) -> None:
        """Returns None; modules have DTensors, and the memory of the wholes is given back."""
        if self._gathering is not None:
            for _, _, work in self._gathering:
                work.wait()
            self._gathering = None
        if self.is_whole:
            for p in self.parameters:
                _C.drop_memory(p.memory)
            self.is_whole = False
        for p in self.parameters:
            p.place(p.sharded)

    def expect_gradients(self) -> None:
        """Returns None; a pass begins."""
        self._missing = {id(p.whole) for p in self.parameters if p.sharded.requires_grad and p.whole is not None}

    def _gradient_came(self, whole: Any) -> None:
        self._missing.discard(id(whole))
        if not self._missing:
            self.when_complete()

    def reduce(self) -> None:
        """Returns None; begins to sum the gradients that are there, or keeps them if they are not to be summed."""
        with no_grad():
            kept = self.policy.reduce_dtype or self.policy.param_dtype
            found = [(p, p.take_gradient(kept or p.dtype)) for p in self.parameters]
            came = [(p, g) for p, g in found if g is not None]
            if not self.sums:
                for p, g in came:
                    p.accumulated = g
                return
            by_kind: dict[Any, list[tuple[ShardedParameter, Any]]] = {}
            for p, g in came:
                by_kind.setdefault(g.dtype, []).append((p, g))
            for pairs in by_kind.values():
                self._begin_sum(pairs)

    def _begin_sum(self, pairs: list[tuple[ShardedParameter, Any]]) -> None:
        total = sum(p.count for p, _ in pairs)
        sent = pairs[0][1].new_empty([self.layout.size, total])
        at = 0
        for p, g in pairs:
            p.spread(g, sent[:, at : at + p.count])
            at += p.count
        out = sent.new_empty([total])
        op = ReduceOp.AVG if self.divide_by is None else ReduceOp.SUM
        work = collectives.reduce_scatter_tensor(out, sent.view(-1), op, self.layout.group, async_op=True)
        self._reductions.append(Reduction([p for p, _ in pairs], out, work))

    def sum_over_replicas(self) -> None:
        """Returns None; begins to sum over those that have the same parts what is summed over the others."""
        for r in self._reductions:
            r.work.wait()
            if self.layout.replicas is not None:
                op = ReduceOp.AVG if self.divide_by is None else ReduceOp.SUM
                r.work = collectives.all_reduce(r.out, op, self.layout.replicas, async_op=True)

    def give_gradients(self) -> None:
        """Returns None; parameters get their gradients, once all sums are there."""
        with no_grad():
            for r in self._reductions:
                r.work.wait()
                if self.divide_by is not None:
                    r.out.div_(self.divide_by)
                at = 0
                for p in r.parameters:
                    p.give_gradient(r.out[at : at + p.count])
                    at += p.count
        self._reductions = []


def by_dtype(parameters: Sequence[ShardedParameter], dtype: Any) -> dict[Any, list[ShardedParameter]]:
    """Parameters by the dtype of their wholes."""
    found: dict[Any, list[ShardedParameter]] = {}
    for p in parameters:
        found.setdefault(dtype or p.dtype, []).append(p)
    return found
