"""Groups of processes: here of the one process that there is.

A group of one has all that collectives need: what is to be summed, gathered or broadcast is there already. Groups of
several raise NotImplementedError when they are made, so nothing behind that has to ask.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from enum import IntEnum
from typing import Any
from urllib.parse import parse_qs, urlparse

from vibetensor import _C

default_pg_timeout = timedelta(minutes=30)
NOT_INITIALIZED = "Default process group has not been initialized, please make sure to call init_process_group."


class ReduceOp(IntEnum):
    """How values of several processes are combined; numbered as PyTorch's."""

    SUM = 0
    AVG = 1
    PRODUCT = 2
    MIN = 3
    MAX = 4
    BAND = 5
    BOR = 6
    BXOR = 7
    PREMUL_SUM = 8


ReduceOp.RedOpType = ReduceOp  # type: ignore[attr-defined]  # PyTorch's name of the enumeration in the class
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


class Work:
    """A collective that was started, and in a group of one is done."""

    def __init__(self, result: Any = None):
        self._result = result

    def wait(self, timeout: Any = None) -> bool:
        """True: it is done."""
        return True

    def is_completed(self) -> bool:
        """True."""
        return True

    def is_success(self) -> bool:
        """True."""
        return True

    def exception(self) -> None:
        """None."""

    def result(self) -> Any:
        """The tensors that were written."""
        return self._result

    def get_future(self) -> Any:
        """A Future, done, of the tensors that were written."""
        from vibetensor.torch.futures import Future

        future = Future()
        future.set_result(self._result)
        return future


class ProcessGroup:
    """A group of one process."""

    def __init__(self, name: str, backend: str, ranks: Sequence[int] = (0,)):
        self.group_name, self.backend, self.ranks = name, backend, list(ranks)

    def rank(self) -> int:
        """The number of this process in the group: 0."""
        return 0

    def size(self) -> int:
        """How many processes the group has: 1."""
        return 1

    def name(self) -> str:
        """The name of its backend."""
        return self.backend


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
alive: set[ProcessGroup] = set()  # those that were not destroyed


def is_available() -> bool:
    """True: a group of one process can be made."""
    return True


def is_initialized() -> bool:
    """Whether init_process_group was called."""
    return GroupMember.WORLD is not None


def is_gloo_available() -> bool:
    """True, for a group of one process."""
    return True


def is_nccl_available() -> bool:
    """False: NCCL is not used; its name is taken for a group of one process."""
    return False


def is_mpi_available() -> bool:
    """False."""
    return False


def is_ucc_available() -> bool:
    """False."""
    return False


def is_xccl_available() -> bool:
    """False."""
    return False


def is_backend_available(backend: str) -> bool:
    """Whether `backend` is "gloo"."""
    return backend.lower() == Backend.GLOO


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


def from_environment(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise ValueError(
            f"Error initializing torch.distributed using env:// rendezvous: environment variable {name} expected, but not set"
        )
    return value


def rank_and_size(init_method: str | None, store: Any, rank: int, world_size: int) -> tuple[int, int]:
    """Who this process is and how many there are, from the arguments, the URL or the environment."""
    if store is not None:
        if world_size <= 0:
            raise AssertionError("world_size must be positive if using store")
        if rank < 0:
            raise AssertionError("rank must be non-negative if using store")
        return rank, world_size
    url = urlparse(init_method or "env://")
    query = {name: values[-1] for name, values in parse_qs(url.query).items()}
    rank, world_size = int(query.get("rank", rank)), int(query.get("world_size", world_size))
    if url.scheme == "env":
        rank = rank if rank >= 0 else int(from_environment("RANK"))
        world_size = world_size if world_size >= 0 else int(from_environment("WORLD_SIZE"))
        return rank, world_size
    if url.scheme not in ("tcp", "file"):
        raise RuntimeError(f"No rendezvous handler for {url.scheme}://")
    for value, what in ((rank, "rank"), (world_size, "world size")):
        if value < 0:
            raise ValueError(
                f"Error initializing torch.distributed using {url.scheme}:// rendezvous: {what} parameter missing"
            )
    return rank, world_size


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
    """Returns None; makes the default group, of this process alone.

    rank, world_size: as arguments, in the URL of `init_method`, or for env:// in $RANK and $WORLD_SIZE. NotImplementedError
    for more than one process, ValueError where the two are not said or there is a default group already.

    >>> import vibetensor.torch as torch
    >>> torch.distributed.init_process_group("gloo", world_size=1, rank=0)
    >>> torch.distributed.get_world_size()
    1
    >>> torch.distributed.destroy_process_group()
    """
    if GroupMember.WORLD is not None:
        raise ValueError("trying to initialize the default process group twice!")
    if init_method is not None and store is not None:
        raise AssertionError("Cannot specify both init_method and store.")
    name = "undefined" if backend is None else checked_backend(backend)
    rank, world_size = rank_and_size(init_method, store, rank, world_size)
    if world_size > 1:
        raise NotImplementedError(
            f"init_process_group: a group of {world_size} processes is not there yet; run one process, with WORLD_SIZE=1"
        )
    if rank != 0 or world_size != 1:
        raise ValueError(f"init_process_group: rank {rank} of {world_size} processes")
    GroupMember.WORLD = new_named(group_name, name)


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


def new_named(name: str, backend: str) -> ProcessGroup:
    global made
    made += 1
    created = ProcessGroup(name or str(made - 1), backend)
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
        alive.clear()
    else:
        alive.remove(ended)


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
    """A group of the processes `ranks`, which can only be process 0; without any, GroupMember.NON_GROUP_MEMBER."""
    world = group_or_default()
    chosen = [0] if ranks is None else list(ranks)
    for rank in chosen:
        if rank != 0:
            raise ValueError(f"Rank {rank} is out of range. Valid ranks are 0 to 0 (world_size=1)")
    if len(chosen) > 1:
        raise ValueError(f"ranks list must not contain duplicate entries, got {chosen}")
    if not chosen:
        return GroupMember.NON_GROUP_MEMBER
    return new_named(group_desc or "", world.backend if backend is None else checked_backend(backend))


def new_subgroups(
    group_size: int | None = None,
    group: Any = None,
    timeout: timedelta | None = None,
    backend: str | None = None,
    pg_options: Any = None,
    group_desc: str | None = None,
) -> tuple[Any, list[Any]]:
    """This process's group and all groups, of `group_size` processes each, which can only be one."""
    if group_size not in (None, 1):
        raise ValueError(f"The arg 'group_size' ({group_size}) must not exceed the world size (1)")
    group_or_default(group)
    own = new_group([0], timeout, backend, pg_options, group_desc=group_desc)
    return own, [own]


def get_rank(group: Any = None) -> int:
    """The number of this process in the group: 0, or -1 for GroupMember.NON_GROUP_MEMBER."""
    return -1 if group == GroupMember.NON_GROUP_MEMBER else group_or_default(group).rank()


def get_world_size(group: Any = None) -> int:
    """How many processes the group has: 1, or -1 for GroupMember.NON_GROUP_MEMBER."""
    return -1 if group == GroupMember.NON_GROUP_MEMBER else group_or_default(group).size()


def get_node_local_rank(fallback_rank: int | None = None) -> int:
    """The number of this process on its machine, from $LOCAL_RANK; else `fallback_rank`."""
    if "LOCAL_RANK" in os.environ:
        return int(os.environ["LOCAL_RANK"])
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
    if group_rank != 0:
        raise ValueError(f"Group rank {group_rank} is not part of group {group}")
    return get_process_group_ranks(group)[0]


def get_group_rank(group: Any, global_rank: int) -> int:
    """The number in the group of the default group's process `global_rank`."""
    if global_rank not in get_process_group_ranks(group):
        raise ValueError(f"Global rank {global_rank} is not part of group {group}")
    return 0


def get_pg_count() -> int:
    """How many groups were made."""
    return made


def get_default_backend_for_device(device: Any) -> str:
    """The name of the backend that PyTorch takes for a device."""
    return Backend.NCCL if _C.device(device).type == "cuda" else Backend.GLOO


def supports_complex(reduceOp: ReduceOp) -> bool:
    """Whether complex tensors can be combined so."""
    return reduceOp in (ReduceOp.SUM, ReduceOp.AVG, ReduceOp.PREMUL_SUM)
