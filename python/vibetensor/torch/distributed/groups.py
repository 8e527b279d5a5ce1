"""Groups of processes: the default one, of all, and those that are made of some of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from vibetensor import _C
from vibetensor.torch.distributed import mpi, nccl, rendezvous
from vibetensor.torch.distributed.process_group import ProcessGroup
from vibetensor.torch.distributed.reduce_op import ReduceOp
from vibetensor.torch.distributed.store import PrefixStore

default_pg_timeout = timedelta(minutes=30)
NOT_INITIALIZED = "Default process group has not been initialized, please make sure to call init_process_group."


reduce_op = ReduceOp  # its old name


class Backend(str):
    """The name of a way of communicating, in lower case; AssertionError for one that nobody has."""

    UNDEFINED = "undefined"
    GLOO = "gloo"
    NCCL = "nccl"
    UCC = "ucc"
    MPI = "mpi"
    XCCL = "xccl"
    FAKE = "fake"
    backend_list = (UNDEFINED, GLOO, NCCL, XCCL, UCC, MPI, FAKE)

    def __new__(cls, name: str) -> Backend:
        if not isinstance(name, str):
            raise ValueError("Backend constructor parameter must be string-ish")
        return super().__new__(cls, name.lower())


class GroupMember:
    """What stands for a group: the default one as WORLD, and one that this process is not in."""

    WORLD: ProcessGroup | None = None
    NON_GROUP_MEMBER = -100


class _Group:
    """`group.WORLD` is the default group, None before there is one."""

    @property
    def WORLD(self) -> ProcessGroup | None:
        return GroupMember.WORLD


group: Any = _Group()
made = 0  # groups so far, for their names
attempts = 0  # default groups so far, whose keys in the store differ
alive: set[ProcessGroup] = set()  # those that were not destroyed


def is_available() -> bool:
    """True: groups can be made."""
    return True


def is_initialized() -> bool:
    """Whether init_process_group was called."""
    return GroupMember.WORLD is not None


def is_gloo_available() -> bool:
    """True: the collectives over TCP go by its name."""
    return True


def is_nccl_available() -> bool:
    """Whether there are NCCL's library and a GPU; its name is taken for a group of one process anyhow."""
    return nccl.is_available()


def is_mpi_available() -> bool:
    """Whether mpi4py is installed."""
    return mpi.is_available()


def is_ucc_available() -> bool:
    """False."""
    return False


def is_xccl_available() -> bool:
    """False."""
    return False


def is_backend_available(backend: str) -> bool:
    """Whether groups of several processes can be made with `backend`."""
    known = {Backend.GLOO: is_gloo_available, Backend.MPI: is_mpi_available, Backend.NCCL: is_nccl_available}
    return backend.lower() in known and known[backend.lower()]()


def is_torchelastic_launched() -> bool:
    """Whether the process was started by torchrun, which says so in the environment."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def group_or_default(given: Any = None) -> ProcessGroup:
    """The group meant: `given`, or the default one.

    ValueError if there is none yet, and for what is no group, or one that was destroyed or that this process is not in.
    """
    if GroupMember.WORLD is None:
        raise ValueError(NOT_INITIALIZED)
    if given is None:
        return GroupMember.WORLD
    if not isinstance(given, ProcessGroup) or given not in alive:
        raise ValueError(
            f"Process group {given} is not initialized, was destroyed, or does not have this process in it"
        )
    return given


def init_process_group(
    backend: str | None = None,
    init_method: str | None = None,
    timeout: timedelta | None = None,
    world_size: int = -1,
    rank: int = -1,
    store: Any = None,
    group_name: str = "",
    pg_options: Any = None,
    device_id: Any = None,
    _ranks: list[int] | None = None,
) -> None:
    """Returns None; makes the default group, of all processes.

    backend: "gloo", or none, whose collectives run on the CPU over shared memory and TCP, for tensors of GPUs too, through
    copies; "nccl", tensors of GPUs over NCCL, one GPU per process, and those of the CPU as "gloo"; "mpi", as "gloo" over MPI,
    which says rank and world_size itself. rank, world_size: as arguments, in the URL of `init_method`, or for
    env:// in the variables of torchrun, Slurm, Open MPI or PMIx, in this order, with $MASTER_ADDR and $MASTER_PORT, and without
    any of them one process. timeout:
    after which a process that does not come is an error. ValueError where rank and size are not said or there is a default
    group already, DistNetworkError or DistStoreError for processes that do not come.

    >>> import vibetensor.torch as torch
    >>> torch.distributed.init_process_group("gloo", world_size=1, rank=0)
    >>> torch.distributed.get_world_size()
    1
    >>> torch.distributed.destroy_process_group()
    """
    global attempts
    if GroupMember.WORLD is not None:
        raise ValueError("trying to initialize the default process group twice!")
    if init_method is not None and store is not None:
        raise AssertionError("Cannot specify both init_method and store.")
    refuse(pg_options=pg_options, _ranks=_ranks)
    name = "undefined" if backend is None else checked_backend(backend)
    waits = timeout or default_pg_timeout
    by_mpi = name == Backend.MPI and world_size != 1
    if by_mpi:
        said = (rank, world_size)
        rank, world_size, store = mpi.place(waits)
        if any(number not in (-1, own) for number, own in zip(said, (rank, world_size), strict=True)):
            raise ValueError(f"init_process_group: MPI says rank {rank} of {world_size}, the arguments {said}")
    else:
        rank, world_size, store = rendezvous.place(init_method, store, rank, world_size, waits)
    if not 0 <= rank < world_size:
        raise ValueError(f"init_process_group: rank {rank} of {world_size} processes")
    check_several(name, world_size)
    attempts += 1
    store = PrefixStore(f"default_pg/{attempts}", store)
    GroupMember.WORLD = new_named(group_name, name, list(range(world_size)), rank, store, waits)


def refuse(**given: Any) -> None:
    """Raises NotImplementedError for options that say what is not there."""
    for name, value in given.items():
        if value is not None:
            raise NotImplementedError(f"process groups: {name} is not there yet; leave it out")


def check_several(backend: str, size: int) -> None:
    """Raises NotImplementedError for a group of several processes by a backend that is not there."""
    if size == 1:
        return
    names = [part.split(":")[-1] for part in backend.split(",")]
    for name in names:
        if name not in (Backend.GLOO, Backend.MPI, Backend.NCCL, Backend.UNDEFINED):
            raise NotImplementedError(
                f'init_process_group: {size} processes by {name!r} are not there yet; "gloo" takes tensors of CPU and CUDA'
            )
    if Backend.NCCL in names and not is_nccl_available():
        reason = _C.nccl_reason() or "there is no GPU"
        raise RuntimeError(f"init_process_group: the backend nccl of {size} processes: {reason}")


def checked_backend(text: str) -> Backend:
    """The name of a backend, or of one for each kind of device: "cpu:gloo,cuda:nccl"; AssertionError for one that nobody
    has."""
    name = Backend(text)
    pairs = [part.split(":") for part in name.split(",")] if ":" in name else [["cpu", name]]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"Invalid device:backend pairing in {text!r}; expected for example cpu:gloo,cuda:nccl")
    for device, backend in pairs:
        _C.device(device)  # RuntimeError for none
        if backend not in Backend.backend_list:
            raise AssertionError(f"Unknown backend type {backend}")
    return name


def new_named(name: str, backend: str, ranks: Sequence[int], rank: int, store: Any, timeout: timedelta) -> ProcessGroup:
    """A group whose members are `ranks` of the default group, of which this process is number `rank`."""
    global made
    made += 1
    created = ProcessGroup(name or str(made - 1), backend, ranks, rank, store, timeout, made)
    alive.add(created)
    return created


def destroy_process_group(group: Any = None) -> None:
    """Returns None; ends a group, with the default one all of them. ValueError for a group that has ended."""
    global made
    if GroupMember.WORLD is None:
        raise AssertionError("Process group cannot be None")
    ended = group_or_default(group)
    if ended is GroupMember.WORLD:
        GroupMember.WORLD, made = None, 0
        for each in alive:
            each.end()
        alive.clear()
    else:
        alive.remove(ended)
        ended.end()


def new_group(
    ranks: Sequence[int] | None = None,
    timeout: timedelta | None = None,
    backend: str | None = None,
    pg_options: Any = None,
    use_local_synchronization: bool = False,
    group_desc: str | None = None,
    device_id: Any = None,
    sort_ranks: bool = True,
) -> Any:
    """A group of the processes `ranks` of the default one; GroupMember.NON_GROUP_MEMBER in the others.

    All processes of the default group have to call it, in the same order. ValueError for numbers that are not in the
    default group or come twice.
    """
    global made
    refuse(pg_options=pg_options, use_local_synchronization=use_local_synchronization or None)
    world = group_or_default()
    chosen = list(world.ranks) if ranks is None else list(ranks)
    for rank in chosen:
        if rank not in world.ranks:
            raise ValueError(
                f"Rank {rank} is out of range. Valid ranks are 0 to {world.size() - 1} (world_size={world.size()})"
            )
    if len(set(chosen)) != len(chosen):
        raise ValueError(f"ranks list must not contain duplicate entries, got {chosen}")
    if sort_ranks:
        chosen.sort()
    name = world.backend if backend is None else checked_backend(backend)
    check_several(name, len(chosen))
    if world.rank() not in chosen:
        made += 1
        return GroupMember.NON_GROUP_MEMBER
    store = None if world.store is None else PrefixStore(f"group {made}", world.store)
    return new_named(group_desc or "", name, chosen, chosen.index(world.rank()), store, timeout or world.timeout)


def new_subgroups(
    group_size: int | None = None,
    group: Any = None,
    timeout: timedelta | None = None,
    backend: str | None = None,
    pg_options: Any = None,
    group_desc: str | None = None,
) -> tuple[Any, list[Any]]:
    """This process's group and all groups, of `group_size` processes each that follow one another.

    Without `group_size` a group has the processes of a machine, as $LOCAL_WORLD_SIZE says. ValueError where the default
    group does not divide by it.
    """
    world = group_or_default(group)
    size = int(os.environ.get("LOCAL_WORLD_SIZE", world.size())) if group_size is None else group_size
    if size > world.size():
        raise ValueError(f"The arg 'group_size' ({size}) must not exceed the world size ({world.size()})")
    if size <= 0 or world.size() % size:
        raise ValueError(f"The world size ({world.size()}) must be divisible by 'group_size={size}'")
    groups = [
        new_group(world.ranks[i : i + size], timeout, backend, pg_options, group_desc=group_desc)
        for i in range(0, world.size(), size)
    ]
    own = next(g for g in groups if isinstance(g, ProcessGroup))
    return own, groups


def get_rank(group: Any = None) -> int:
    """The number of this process in the group, or -1 for GroupMember.NON_GROUP_MEMBER."""
    return -1 if group == GroupMember.NON_GROUP_MEMBER else group_or_default(group).rank()


def get_world_size(group: Any = None) -> int:
    """How many processes the group has, or -1 for GroupMember.NON_GROUP_MEMBER."""
    return -1 if group == GroupMember.NON_GROUP_MEMBER else group_or_default(group).size()


def get_node_local_rank(fallback_rank: int | None = None) -> int:
    """The number of this process on its machine, as its launcher says in the environment; else `fallback_rank`."""
    known = rendezvous.launcher()
    variable = known.local_rank if known else "LOCAL_RANK"
    for name in ("LOCAL_RANK", variable):
        if name in os.environ:
            return int(os.environ[name])
    if fallback_rank is None:
        raise RuntimeError(
            "LOCAL_RANK is not in the environment. Consider passing fallback_rank to allow `get_node_local_rank` to work "
            "assuming you are not running in a multi-device context and want the code to run locally instead."
        )
    return int(fallback_rank)


def get_backend(group: Any = None) -> str:
    """The name that the group was made with."""
    return group_or_default(group).backend


def get_process_group_ranks(group: Any = None) -> list[int]:
    """The numbers of the group's processes in the default group."""
    return group_or_default(group).ranks


def get_global_rank(group: Any, group_rank: int) -> int:
    """The number in the default group of the group's process `group_rank`."""
    ranks = get_process_group_ranks(group)
    if not 0 <= group_rank < len(ranks):
        raise ValueError(f"Group rank {group_rank} is not part of group {group}")
    return ranks[group_rank]


def get_group_rank(group: Any, global_rank: int) -> int:
    """The number in the group of the default group's process `global_rank`."""
    ranks = get_process_group_ranks(group)
    if global_rank not in ranks:
        raise ValueError(f"Global rank {global_rank} is not part of group {group}")
    return ranks.index(global_rank)


def get_pg_count() -> int:
    """How many groups were made."""
    return made


def get_default_backend_for_device(device: Any) -> str:
    """The name of the backend that PyTorch takes for a device."""
    return Backend.NCCL if _C.device(device).type == "cuda" else Backend.GLOO


def supports_complex(reduceOp: ReduceOp) -> bool:
    """Whether complex tensors can be combined so."""
    return reduceOp in (ReduceOp.SUM, ReduceOp.AVG, ReduceOp.PREMUL_SUM)
