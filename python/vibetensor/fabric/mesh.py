"""The devices that a Fabric tensor lies on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vibetensor import _C


class Mesh:
    """Devices in a row, or in rows and columns: `Mesh(["cuda:0", "cuda:1"])`, `Mesh([["cpu"] * 2] * 2)`.

    `Mesh(4)` is the first four GPUs, `Mesh()` all of them. Members on the CPU are virtual: a mesh of n times "cpu" holds
    n shards in the host's memory, and computes as n GPUs would. Equal meshes compare equal.

    >>> from vibetensor import fabric
    >>> fabric.Mesh(["cpu", "cpu"]).shape
    (2,)
    """

    def __init__(self, devices: int | Sequence[Any] | None = None) -> None:
        if devices is None or isinstance(devices, int):
            there = _C.cuda_device_count()
            count = there if devices is None else devices
            if count > there or count < 1:
                raise RuntimeError(f"Mesh: expected one or more GPUs of the {there} that there are, got {count}")
            devices = [f"cuda:{i}" for i in range(count)]
        rows = [list(row) for row in devices] if devices and isinstance(devices[0], (list, tuple)) else None
        if rows is None:
            self._id = _C.fabric_mesh([len(devices)], list(devices))
            return
        if len({len(row) for row in rows}) != 1:
            raise ValueError("Mesh: expected rows of one length")
        self._id = _C.fabric_mesh([len(rows), len(rows[0])], [d for row in rows for d in row])

    @classmethod
    def numbered(cls, number: int) -> Mesh:
        """The mesh that the core knows by that number."""
        mesh = cls.__new__(cls)
        mesh._id = number
        return mesh

    @property
    def id(self) -> int:
        """The number by which the core knows the mesh."""
        return self._id

    @property
    def shape(self) -> tuple[int, ...]:
        """How many members there are along each dim."""
        return _C.fabric_mesh_parts(self._id)[0]

    @property
    def devices(self) -> tuple[Any, ...]:
        """The device of each member, rows one after the other."""
        return _C.fabric_mesh_parts(self._id)[1]

    @property
    def ndim(self) -> int:
        """One or two."""
        return len(self.shape)

    def __len__(self) -> int:
        return len(self.devices)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mesh) and other._id == self._id

    def __hash__(self) -> int:
        return hash((Mesh, self._id))

    def __repr__(self) -> str:
        return f"Mesh({' x '.join(map(str, self.shape))} {self.devices[0].type})"
