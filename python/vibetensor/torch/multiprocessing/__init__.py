"""Python's multiprocessing, in which CPU tensors go to other processes by handle: both sides see the same memory.

Everything of Python's module is here under its name. Tensors, Parameters and Modules that are sent through a Queue, a
Pipe, a Pool or as arguments of a Process have their memory moved into shared memory first, and what one process writes
the others read. That is so for Python's own multiprocessing, too.

>>> import vibetensor.torch as torch
>>> import vibetensor.torch.multiprocessing as mp
>>> x = torch.zeros(2).share_memory_()
>>> mp.get_context("fork").Process(target=x.fill_, args=(3,)).run()
>>> x
tensor([3., 3.])
"""

from __future__ import annotations

import multiprocessing
from multiprocessing import *  # noqa: F403
from multiprocessing import __all__ as python_names

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch._sharing import (
    get_all_sharing_strategies,
    get_sharing_strategy,
    init_reductions,
    set_sharing_strategy,
)
from vibetensor.torch.multiprocessing import reductions
from vibetensor.torch.multiprocessing.spawn import (
    ENV_VAR_PARALLEL_START,
    ProcessContext,
    ProcessExitedException,
    ProcessRaisedException,
    SpawnContext,
    spawn,
    start_processes,
)

__all__ = [
    "ENV_VAR_PARALLEL_START",
    "ProcessContext",
    "ProcessExitedException",
    "ProcessRaisedException",
    "SpawnContext",
    "get_all_sharing_strategies",
    "get_sharing_strategy",
    "init_reductions",
    "multiprocessing",
    "reductions",
    "set_sharing_strategy",
    "spawn",
    "start_processes",
    *python_names,
]

init_reductions()


def _set_thread_name(name: str) -> None:
    """Returns None; names the calling thread for the system's tools, in at most 15 bytes."""
    with open("/proc/thread-self/comm", "w", encoding="utf-8") as file:
        file.write(name)


def _get_thread_name() -> str:
    """The name of the calling thread."""
    with open("/proc/thread-self/comm", encoding="utf-8") as file:
        return file.read().rstrip("\n")


__getattr__ = module_getattr(__name__, ["pool", "queue"])
