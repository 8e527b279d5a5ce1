"""How processes find each other: who this one is, how many there are, and the store that they share."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlparse

from vibetensor.torch.distributed.store import FileStore, HashStore, PrefixStore
from vibetensor.torch.distributed.tcp_store import TCPStore


class Place(NamedTuple):
    rank: int
    world_size: int
    store: Any


class Launcher(NamedTuple):
    """The variables in which a launcher says who a process is."""

    name: str
    rank: str
    world_size: str
    local_rank: str


# In this order: whoever started torchrun through srun or mpirun meant torchrun's numbers.
LAUNCHERS = (
    Launcher("torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK"),
    Launcher("Slurm", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID"),
    Launcher("Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"),
    Launcher("PMIx", "PMIX_RANK", "PMIX_SIZE", "PMIX_LOCAL_RANK"),
    Launcher("PMI", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"),
)
OF_SEVERAL = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")  # one of them says that there is a launcher


def launcher() -> Launcher | None:
    """Whose variables are in the environment."""
    for known in LAUNCHERS:
        if known.rank in os.environ and known.world_size in os.environ:
            return known
    return None


def from_environment(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise ValueError(
            f"Error initializing torch.distributed using env:// rendezvous: environment variable {name} expected, but not set"
        )
    return value


def by_environment(rank: int, world_size: int, timeout: timedelta) -> Place:
    known = launcher()
    if known is None and rank < 0 and world_size < 0 and not any(name in os.environ for name in OF_SEVERAL):
        return Place(0, 1, HashStore())  # nobody has started several
    known = known or LAUNCHERS[0]
    rank = rank if rank >= 0 else int(from_environment(known.rank))
    world_size = world_size if world_size >= 0 else int(from_environment(known.world_size))
    if world_size == 1 and "MASTER_ADDR" not in os.environ:
        return Place(rank, world_size, HashStore())
    host, port = from_environment("MASTER_ADDR"), int(from_environment("MASTER_PORT"))
    served_by_agent = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    store: Any = TCPStore(host, port, world_size, rank == 0 and not served_by_agent, timeout, multi_tenant=True,
                          wait_for_workers=not served_by_agent)  # fmt: skip
    if served_by_agent:  # which goes on over restarts of the processes
        store = PrefixStore(f"/worker/attempt_{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", store)
    return Place(rank, world_size, store)


def place(init_method: str | None, store: Any, rank: int, world_size: int, timeout: timedelta) -> Place:
    """Who this process is, from the arguments, the URL or the environment, and the store of all."""
    if store is not None:
        if world_size <= 0:
            raise AssertionError("world_size must be positive if using store")
        if rank < 0:
            raise AssertionError("rank must be non-negative if using store")
        return Place(rank, world_size, store)
    url = urlparse(init_method or "env://")
    query = {name: values[-1] for name, values in parse_qs(url.query).items()}
    rank, world_size = int(query.get("rank", rank)), int(query.get("world_size", world_size))
    if url.scheme == "env":
        return by_environment(rank, world_size, timeout)
    if url.scheme not in ("tcp", "file"):
        raise RuntimeError(f"No rendezvous handler for {url.scheme}://")
    for value, what in ((rank, "rank"), (world_size, "world size")):
        if value < 0:
            raise ValueError(
                f"Error initializing torch.distributed using {url.scheme}:// rendezvous: {what} parameter missing"
            )
    if world_size == 1:
        return Place(rank, 1, HashStore())
    if url.scheme == "file":
        return Place(rank, world_size, FileStore(url.path, world_size))
    if not url.hostname or not url.port:
        raise ValueError("Error initializing torch.distributed using tcp:// rendezvous: port number missing")
    return Place(rank, world_size, TCPStore(url.hostname, url.port, world_size, rank == 0, timeout, multi_tenant=True))
