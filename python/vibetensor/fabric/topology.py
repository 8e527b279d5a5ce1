"""Which GPUs there are, and which reach each other's memory; what the collectives have moved."""

from __future__ import annotations

from dataclasses import dataclass

from vibetensor import _C


@dataclass(frozen=True)
class Topology:
    """GPUs by number: their names, and `peers[i][j]`, whether kernels on i read and write the memory of j."""

    names: tuple[str, ...]
    peers: tuple[tuple[bool, ...], ...]

    @property
    def cliques(self) -> list[list[int]]:
        """The GPUs in groups all of which reach each other, in order of their first."""
        groups: list[list[int]] = []
        for i in range(len(self.names)):
            home = next((g for g in groups if all(self.peers[i][j] and self.peers[j][i] for j in g)), None)
            groups.append([i]) if home is None else home.append(i)
        return groups

    def __str__(self) -> str:
        if not self.names:
            return "no GPUs"
        width = max(len(f"cuda:{len(self.names) - 1}"), 6)
        heads = [f"cuda:{i}" for i in range(len(self.names))]
        lines = [" " * width + "".join(h.rjust(width + 2) for h in heads)]
        for i, head in enumerate(heads):
            cells = ["-" if i == j else "peer" if self.peers[i][j] else "host" for j in range(len(heads))]
            lines.append(head.ljust(width) + "".join(c.rjust(width + 2) for c in cells) + f"   {self.names[i]}")
        return "\n".join(lines)


def topology() -> Topology:
    """The machine's GPUs and who reaches whom; `print` shows it as a table, "host" where copies go by the host's memory.

    >>> from vibetensor import fabric
    >>> len(fabric.topology().names) == len(fabric.topology().peers)
    True
    """
    count = _C.cuda_device_count()
    names = tuple(_C.cuda_get_device_properties(i).name for i in range(count))
    peers = tuple(tuple(i == j or _C.cuda_can_access_peer(i, j) for j in range(count)) for i in range(count))
    return Topology(names, peers)


def stats() -> dict[str, dict[str, int]]:
    """How often each collective ran ("calls"), and the bytes of the parts that it was given, since the start.

    >>> from vibetensor import fabric
    >>> sorted(fabric.stats())
    ['all_gather', 'all_reduce', 'all_to_all', 'broadcast', 'reduce_scatter']
    """
    return _C.fabric_stats()


def reset_stats() -> None:
    """Returns None; `stats` counts from zero."""
    _C.fabric_reset_stats()
