"""Which GPUs there are, how they reach each other, and what they share with the host."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vibetensor import _C


@dataclass(frozen=True)
class Link:
    """How kernels of one GPU reach the memory of another. `rank`: of speed among the machine's links, 0 is the fastest."""

    is_peer: bool
    has_atomics: bool = False
    rank: int = 0

    @property
    def kind(self) -> str:
        """ "NVLink" where atomics go over it too, "PCIe" where they do not, "host" where there is no way but the host."""
        return "host" if not self.is_peer else "NVLink" if self.has_atomics else "PCIe"


@dataclass(frozen=True)
class Topology:
    """GPUs by number: their names, `links[i][j]` from i to j, None from a GPU to itself, and NUMA nodes.

    `numa[i]` is the node of the host's memory that GPU i is near to, None where the system does not say.
    """

    names: tuple[str, ...]
    links: tuple[tuple[Link | None, ...], ...]
    numa: tuple[int | None, ...]

    @property
    def peers(self) -> tuple[tuple[bool, ...], ...]:
        """`peers[i][j]`: whether kernels on i read and write the memory of j."""
        return tuple(tuple(link is None or link.is_peer for link in row) for row in self.links)

    @property
    def cliques(self) -> list[list[int]]:
        """The GPUs in groups all of which reach each other, in order of their first."""
        groups: list[list[int]] = []
        peers = self.peers
        for i in range(len(self.names)):
            home = next((g for g in groups if all(peers[i][j] and peers[j][i] for j in g)), None)
            groups.append([i]) if home is None else home.append(i)
        return groups

    def __str__(self) -> str:
        if not self.names:
            return "no GPUs"
        heads = [f"cuda:{i}" for i in range(len(self.names))]
        width = max(map(len, heads))
        lines = [" " * width + "".join(h.rjust(width + 2) for h in heads) + "   NUMA   name"]
        for i, head in enumerate(heads):
            cells = "".join(("-" if link is None else link.kind).rjust(width + 2) for link in self.links[i])
            near = "?" if self.numa[i] is None else str(self.numa[i])
            lines.append(f"{head.ljust(width)}{cells}{near.rjust(7)}   {self.names[i]}")
        cliques = "  ".join("{" + ", ".join(map(str, g)) + "}" for g in self.cliques)
        return "\n".join([*lines, f"cliques: {cliques}"])


def numa_node(bus: str) -> int | None:
    """The NUMA node of the PCI device with the address `bus` ("0000:1b:00.0"), None where the system does not say."""
    try:
        node = int(Path(f"/sys/bus/pci/devices/{bus.lower()}/numa_node").read_text())
    except (OSError, ValueError):
        return None
    return node if node >= 0 else None


def topology() -> Topology:
    """The machine's GPUs and who reaches whom; `print` shows it as a table, "host" where copies go by the host's memory.

    >>> from vibetensor import fabric
    >>> len(fabric.topology().names) == len(fabric.topology().peers)
    True
    """
    count = _C.cuda_device_count()
    names = tuple(_C.cuda_get_device_properties(i).name for i in range(count))
    links = tuple(
        tuple(None if i == j else Link(*_C.fabric_link_facts(i, j)) for j in range(count)) for i in range(count)
    )
    return Topology(names, links, tuple(numa_node(_C.fabric_pci_address(i)) for i in range(count)))
