"""Processes as a grid: so far of one process, in as many dimensions as are asked for."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.distributed import groups

__all__ = ["DeviceMesh", "init_device_mesh"]


class DeviceMesh:
    """A grid of processes with named dimensions, each of size 1."""

    def __init__(
        self,
        device_type: str,
        mesh: Any,
        *,
        mesh_dim_names: tuple[str, ...] | None = None,
        _groups: dict[str, Any] | None = None,
    ):
        self.device_type = device_type
        self.mesh = mesh if isinstance(mesh, _C.Tensor) else _C.tensor(mesh, dtype=_C.int64)
        if self.mesh.numel() != 1:
            raise NotImplementedError(f"DeviceMesh: {self.mesh.numel()} processes are not there yet; groups have one")
        if int(self.mesh) != 0:
            raise ValueError(f"DeviceMesh: there is no process {int(self.mesh)} beside process 0")
        self.mesh_dim_names = None if mesh_dim_names is None else tuple(mesh_dim_names)
        if not groups.is_initialized():
            groups.init_process_group("nccl" if device_type == "cuda" else "gloo")
        names = self.mesh_dim_names or [str(i) for i in range(self.mesh.dim())]
        self._groups = _groups or {name: groups.new_group([0]) for name in names}

    ndim = property(lambda self: self.mesh.dim())
    shape = property(lambda self: tuple(self.mesh.shape))

    def size(self, mesh_dim: int | None = None) -> int:
        """How many processes there are, or how many along a dimension."""
        return self.mesh.numel() if mesh_dim is None else self.mesh.size(mesh_dim)

    def get_rank(self) -> int:
        """The number of this process."""
        return groups.get_rank()

    def get_coordinate(self) -> list[int]:
        """Where this process is in the grid."""
        return [0] * self.mesh.dim()

    def _name(self, mesh_dim: int | str | None) -> str:
        names = list(self._groups)
        if mesh_dim is None:
            if len(names) > 1:
                raise RuntimeError(f"DeviceMesh: say which of the dimensions {names}")
            return names[0]
        name = names[mesh_dim] if isinstance(mesh_dim, int) else mesh_dim
        if name not in self._groups:
            raise KeyError(f"Invalid mesh_dim_name {mesh_dim!r}. Valid mesh_dim_names are {names}.")
        return name

    def get_group(self, mesh_dim: int | str | None = None) -> Any:
        """The group of the processes along a dimension."""
        return self._groups[self._name(mesh_dim)]

    def get_local_rank(self, mesh_dim: int | str | None = None) -> int:
        """The number of this process along a dimension."""
        return groups.get_rank(self.get_group(mesh_dim))

    def __getitem__(self, names: str | tuple[str, ...]) -> DeviceMesh:
        """The grid of the dimensions named."""
        if self.mesh_dim_names is None:
            raise RuntimeError("Cannot slice a DeviceMesh without mesh_dim_names!")
        chosen = (names,) if isinstance(names, str) else tuple(names)
        own = {name: self.get_group(name) for name in chosen}
        return DeviceMesh(self.device_type, self.mesh.reshape([1] * len(chosen)), mesh_dim_names=chosen, _groups=own)

    def __repr__(self) -> str:
        named = f", mesh_dim_names={self.mesh_dim_names}" if self.mesh_dim_names else ""
        return f"DeviceMesh({self.mesh.tolist()}, device_type={self.device_type!r}{named})"


def init_device_mesh(
    device_type: str,
    mesh_shape: tuple[int, ...],
    *,
    mesh_dim_names: tuple[str, ...] | None = None,
    backend_override: Any = None,
) -> DeviceMesh:
    """The grid of `mesh_shape`, whose sizes can only be 1; makes the default group where there is none."""
    if backend_override is not None:
        raise NotImplementedError("init_device_mesh: backend_override is not there yet: a mesh has one process")
    if mesh_dim_names is not None:
        if len(set(mesh_dim_names)) != len(mesh_dim_names):
            raise RuntimeError(f"Each mesh_dim_name must be unique. Found repeated mesh_dim_name in {mesh_dim_names}")
        if len(mesh_dim_names) != len(mesh_shape):
            raise RuntimeError("mesh_shape and mesh_dim_names should have same length!")
    if any(size != 1 for size in mesh_shape):
        raise NotImplementedError(
            f"init_device_mesh: {mesh_shape} of several processes is not there yet; new_group makes groups of them"
        )
    return DeviceMesh(
        device_type, _C.ops.zeros(mesh_shape, dtype=_C.int64, device="cpu"), mesh_dim_names=mesh_dim_names
    )
