"""Processes as a grid with named dimensions, and a group of those along each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch.distributed import collectives, groups
from vibetensor.torch.distributed.reduce_op import ReduceOp

__all__ = ["DeviceMesh", "init_device_mesh"]

REDUCTIONS = (ReduceOp.SUM, ReduceOp.AVG, ReduceOp.MAX, ReduceOp.MIN, ReduceOp.PRODUCT)  # fabric's Reduce

current: list[DeviceMesh] = []  # of `with mesh:`
met: dict[int, DeviceMesh] = {}  # by the core's number: who has the groups of a mesh


class DeviceMesh:
    """A grid of processes.

    device_type: where tensors on the grid are, "cpu" or "cuda". mesh: the processes' numbers in the default group, of any
    shape. All processes of the default group have to make it, which is made first if there is none. A process that is not
    in the grid has no coordinate there, and no tensor.
    """

    def __init__(
        self,
        device_type: str,
        mesh: Any,
        *,
        mesh_dim_names: tuple[str, ...] | None = None,
        _groups: Sequence[Any] | None = None,
        _root: DeviceMesh | None = None,
    ):
        self.device_type = device_type
        given = mesh if isinstance(mesh, _C.Tensor) else _C.tensor(mesh, dtype=_C.int64)
        self.mesh = given.to(device="cpu", dtype=_C.int64)
        if self.mesh.dim() == 0:
            self.mesh = self.mesh.reshape(1)
        self.mesh_dim_names = None if mesh_dim_names is None else tuple(mesh_dim_names)
        check_names(self.mesh_dim_names, self.mesh.dim())
        if not groups.is_initialized():
            groups.init_process_group(groups.get_default_backend_for_device(device_type))
        self._ranks: list[int] = self.mesh.flatten().tolist()
        self._shape = tuple(self.mesh.shape)
        self._root = _root
        self._flattened: dict[str, DeviceMesh] = {}
        rank = groups.get_rank()
        self._own = self._ranks.index(rank) if rank in self._ranks else None
        self._groups = list(_groups) if _groups is not None else make_groups(self.mesh)
        self._number: int | None = None

    ndim = property(lambda self: len(self._shape), doc="How many dimensions it has.")
    shape = property(lambda self: self._shape, doc="How many processes there are along each dimension.")

    def size(self, mesh_dim: int | None = None) -> int:
        """How many processes there are, or how many along a dimension."""
        return math.prod(self._shape) if mesh_dim is None else self._shape[mesh_dim]

    def get_rank(self) -> int:
        """The number of this process in the default group."""
        return groups.get_rank()

    def get_coordinate(self) -> list[int] | None:
        """Where this process is in the grid; None if it is not."""
        if self._own is None:
            return None
        found, rest = [], self._own
        for size in reversed(self._shape):
            rest, at = divmod(rest, size)
            found.append(at)
        return found[::-1]

    def _dim(self, mesh_dim: int | str | None, what: str) -> int:
        if mesh_dim is None:
            if self.ndim > 1:
                raise RuntimeError(
                    f"Found the DeviceMesh have {self.ndim} dimensions. Optional kwarg `mesh_dim` needs to be specified "
                    f"when device_mesh.ndim > 1. If you want to get the list of all the ProcessGroups in the DeviceMesh, "
                    f"please use `get_all_groups()` instead of `{what}()`."
                )
            return 0
        if isinstance(mesh_dim, str):
            if self.mesh_dim_names is None or mesh_dim not in self.mesh_dim_names:
                raise KeyError(f"Invalid mesh_dim_name {mesh_dim!r}. Valid mesh_dim_names are {self.mesh_dim_names}.")
            return self.mesh_dim_names.index(mesh_dim)
        if not -self.ndim <= mesh_dim < self.ndim:
            raise IndexError(f"Invalid mesh_dim {mesh_dim} of a DeviceMesh of {self.ndim} dimensions")
        return mesh_dim % self.ndim

    def get_group(self, mesh_dim: int | str | None = None) -> Any:
        """The group of the processes along a dimension, in their order there."""
        return self._groups[self._dim(mesh_dim, "get_group")]

    def get_all_groups(self) -> list[Any]:
        """The group along each dimension."""
        return list(self._groups)

    def get_local_rank(self, mesh_dim: int | str | None = None) -> int:
        """Where this process is along a dimension."""
        at = self._dim(mesh_dim, "get_local_rank")
        return self._coordinates()[at]

    def _coordinates(self) -> list[int]:
        found = self.get_coordinate()
        if found is None:
            raise RuntimeError(f"process {self.get_rank()} is not in {self}")
        return found

    def __getitem__(self, names: str | tuple[str, ...]) -> DeviceMesh:
        """The grid of the dimensions named, with the processes that are where this one is along the others."""
        if self.mesh_dim_names is None:
            raise RuntimeError("Cannot slice a DeviceMesh without mesh_dim_names!")
        chosen = (names,) if isinstance(names, str) else tuple(names)
        if chosen == self.mesh_dim_names:
            return self
        flattened = (self._root or self)._flattened
        if len(chosen) == 1 and chosen[0] in flattened:
            return flattened[chosen[0]]
        unknown = [name for name in chosen if name not in self.mesh_dim_names]
        if unknown:
            raise KeyError(
                f"Invalid mesh_dim_names {chosen} specified. Valid mesh_dim_names are {self.mesh_dim_names}."
            )
        dims = [self.mesh_dim_names.index(name) for name in chosen]
        at: Any = [i if d not in dims else slice(None) for d, i in enumerate(self._coordinates())]
        part = self.mesh[tuple(at)]
        kept = sorted(dims)
        part = part.permute([kept.index(d) for d in dims])
        return DeviceMesh(
            self.device_type,
            part,
            mesh_dim_names=chosen,
            _groups=[self._groups[d] for d in dims],
            _root=self._root or self,
        )

    def _flatten(self, mesh_dim_name: str | None = None, backend_override: Any = None) -> DeviceMesh:
        """The grid of one dimension of all its processes, which the grid that it is a part of knows by the name too.

        The name is those of the dimensions with "_" between them if none is given.
        """
        if backend_override is not None:
            raise NotImplementedError("DeviceMesh._flatten: backend_override is not there yet; leave it out")
        root = self._root or self
        if mesh_dim_name is None:
            if self.mesh_dim_names is None:
                raise RuntimeError("Cannot flatten a DeviceMesh without mesh_dim_names!")
            mesh_dim_name = "_".join(self.mesh_dim_names)
        if self.ndim == 1 and self.mesh_dim_names in (None, (mesh_dim_name,)):
            return self
        if root.mesh_dim_names and mesh_dim_name in root.mesh_dim_names:
            raise ValueError(f"{mesh_dim_name!r} already exists for submesh of the DeviceMesh.")
        if mesh_dim_name not in root._flattened:
            own = None
            for ranks in lines_of(root, self):
                group = groups.new_group(ranks, sort_ranks=False)
                own = group if groups.get_rank() in ranks else own
            made = DeviceMesh(self.device_type, self._ranks, mesh_dim_names=(mesh_dim_name,), _groups=[own], _root=root)
            root._flattened[mesh_dim_name] = made
        return root._flattened[mesh_dim_name]

    @staticmethod
    def from_group(
        group: Any, device_type: str, mesh: Any = None, *, mesh_dim_names: tuple[str, ...] | None = None
    ) -> DeviceMesh:
        """The grid of a group, or of groups that are those along the dimensions of `mesh`."""
        if isinstance(group, (list, tuple)):
            if mesh is None:
                raise ValueError("Must pass mesh if passing multiple ProcessGroups")
            return DeviceMesh(device_type, mesh, mesh_dim_names=mesh_dim_names, _groups=list(group))
        ranks = groups.get_process_group_ranks(group)
        given = ranks if mesh is None else mesh
        if (given.tolist() if isinstance(given, _C.Tensor) else list(given)) != ranks:
            raise ValueError(f"Invalid mesh {mesh} for ProcessGroup with ranks {ranks}")
        return DeviceMesh(device_type, ranks, mesh_dim_names=mesh_dim_names, _groups=[group])

    def _id(self) -> int:
        """The core's number of the grid, through which tensors on it find its groups."""
        if self._number is None:
            if self._own is None:
                raise NotImplementedError(f"tensors on a mesh without process {self.get_rank()} are not there: {self}")
            self._number = _C.fabric_process_mesh(list(self._shape), self._ranks, self._own, self._device())
        met[self._number] = self
        return self._number

    def _device(self) -> Any:
        from vibetensor.torch import cuda

        return _C.device("cuda", cuda.current_device()) if self.device_type == "cuda" else _C.device(self.device_type)

    def __enter__(self) -> DeviceMesh:
        current.append(self)
        return self

    def __exit__(self, *_: Any) -> None:
        current.pop()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeviceMesh) and self._key() == other._key()

    def _key(self) -> Any:
        return self.device_type, self._shape, tuple(self._ranks), self.mesh_dim_names

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        named = f", mesh_dim_names={self.mesh_dim_names}" if self.mesh_dim_names else ""
        return f"DeviceMesh({self.mesh.tolist()}, device_type={self.device_type!r}{named})"


def check_names(names: tuple[str, ...] | None, dims: int) -> None:
    """Raises RuntimeError for names that come twice, or are not one for each dimension."""
    if names is None:
        return
    if len(set(names)) != len(names):
        raise RuntimeError(f"Each mesh_dim_name must be unique. Found repeated mesh_dim_name in {names}")
    if len(names) != dims:
        raise RuntimeError("mesh_shape and mesh_dim_names should have same length!")


def make_groups(mesh: Any) -> list[Any]:
    """The group of this process along each dimension of a tensor of processes; None where it is not in the tensor."""
    world = groups.group_or_default()
    if mesh.dim() == 1 and mesh.tolist() == world.ranks:
        return [world]
    own: list[Any] = []
    for d in range(mesh.dim()):
        own.append(None)
        for ranks in mesh.movedim(d, -1).reshape(-1, mesh.size(d)).tolist():
            group = groups.new_group(ranks, sort_ranks=False)
            if world.rank() in ranks:
                own[d] = group
    return own


def lines_of(root: DeviceMesh, part: DeviceMesh) -> list[list[int]]:
    """The processes of every grid that lies in `root` as `part` does, each in the order of `part`."""
    if root is part or root.mesh_dim_names is None or part.mesh_dim_names is None:
        return [part._ranks]
    dims = [root.mesh_dim_names.index(name) for name in part.mesh_dim_names]
    others = [d for d in range(root.ndim) if d not in dims]
    rows: list[list[int]] = root.mesh.permute([*others, *dims]).reshape(-1, part.size()).tolist()
    return rows


def init_device_mesh(
    device_type: str,
    mesh_shape: tuple[int, ...],
    *,
    mesh_dim_names: tuple[str, ...] | None = None,
    backend_override: Any = None,
) -> DeviceMesh:
    """The grid of processes in the order of their numbers, of `mesh_shape`; makes the default group if there is none.

    RuntimeError where the shape is of more processes than there are.

    >>> import vibetensor.torch as torch
    >>> from vibetensor.torch.distributed import init_device_mesh
    >>> torch.distributed.init_process_group("gloo", world_size=1, rank=0)
    >>> init_device_mesh("cpu", (1, 1), mesh_dim_names=("dp", "tp"))["tp"]
    DeviceMesh([0], device_type='cpu', mesh_dim_names=('tp',))
    >>> torch.distributed.destroy_process_group()
    """
    if backend_override is not None:
        raise NotImplementedError("init_device_mesh: backend_override is not there yet; leave it out")
    shape = tuple(mesh_shape)
    check_names(None if mesh_dim_names is None else tuple(mesh_dim_names), len(shape))
    if not groups.is_initialized():
        groups.init_process_group(groups.get_default_backend_for_device(device_type))
    count = math.prod(shape)
    if count > groups.get_world_size():
        raise RuntimeError(f"Mesh should not be bigger than default world size {groups.get_world_size()}, got {shape}")
    return DeviceMesh(device_type, _C.ops.arange(count).reshape(shape), mesh_dim_names=mesh_dim_names)


def mesh_of(tensor: Any) -> DeviceMesh | None:
    """The grid that a tensor lies on; None if it is no DTensor."""
    number = _C.fabric_process_mesh_of(tensor)
    return None if number is None else met[number]


def meet(number: int, dim: int, name: str, ins: list[Any], outs: list[Any], detail: int) -> None:
    """Returns None; a collective of the core (src/fabric/processes.h), by the group along a dimension of the grid."""
    group = met[number].get_group(dim)
    if name == "all_reduce":
        collectives.all_reduce(ins[0], REDUCTIONS[detail], group)
    elif name == "reduce_scatter":
        collectives.reduce_scatter(outs[0], ins, REDUCTIONS[detail], group)
    elif name == "all_gather":
        collectives.all_gather(outs, ins[0], group)
    elif name == "all_to_all":
        collectives.all_to_all(outs, ins, group)
    else:
        collectives.broadcast(outs[0], group=group, group_src=detail)


_C.fabric_set_meet(meet)
