"""How tensors are sent to other processes: as handles of shared memory.

The pickler of multiprocessing asks here. A storage goes as a descriptor, which the receiver fetches from the sender over a
socket (the sender has to live until then), or as a name in /dev/shm, which lasts until it is read; the sharing strategy
says which. The memory itself lasts as long as some process has a tensor over it.

Public in torch.multiprocessing. This module is loaded while multiprocessing is, whose modules it imports inside functions.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch import _copying
from vibetensor.torch.storage import UntypedStorage

Tensor: Any = _C.Tensor
FOLDER = "/dev/shm"
STRATEGIES = frozenset(("file_descriptor", "file_system"))
strategy = "file_descriptor"


def set_sharing_strategy(new_strategy: str) -> None:
    """Returns None; "file_descriptor": storages are sent as descriptors; "file_system": as names in /dev/shm.

    A name may be read when the sender is gone, and needs no descriptor while it is on its way; what nobody reads is
    removed when the first process of the program ends.
    """
    global strategy
    if new_strategy not in STRATEGIES:
        raise AssertionError(f"invalid sharing strategy {new_strategy!r}, expected one of {sorted(STRATEGIES)}")
    strategy = new_strategy


def get_sharing_strategy() -> str:
    """How storages are sent: "file_descriptor" or "file_system"."""
    return strategy


def get_all_sharing_strategies() -> set[str]:
    """The names that set_sharing_strategy takes."""
    return set(STRATEGIES)


def name_prefix() -> str:
    """How the names begin that this program and all its processes give to files in /dev/shm."""
    from hashlib import sha256
    from multiprocessing.process import current_process

    return f"vibetensor-{sha256(current_process().authkey).hexdigest()[:16]}-"


def remove_names(process: int) -> None:
    """Returns None; at the end of the first `process` of a program, removes names that were sent and never read."""
    if os.getpid() != process:
        return  # forked from it
    prefix = name_prefix()
    for name in os.listdir(FOLDER):
        if name.startswith(prefix):
            os.unlink(os.path.join(FOLDER, name))


names_given = 0


def give_name(descriptor: int) -> str | None:
    """A new name for the file behind `descriptor`; None for one that can have none."""
    global names_given
    names_given += 1
    path = f"{FOLDER}/{name_prefix()}{os.getpid()}-{names_given}"
    try:
        # a folder is named, though the path is absolute: only then does Python follow the link to the file
        os.link(f"/proc/self/fd/{descriptor}", path, src_dir_fd=descriptor, follow_symlinks=True)
    except OSError:
        return None
    return path


def rebuild_storage_named(path: str, size: int) -> UntypedStorage:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.unlink(path)
        return UntypedStorage.of(_C.map_shared_memory(descriptor, size))
    finally:
        os.close(descriptor)


def rebuild_storage_descriptor(handle: Any, size: int) -> UntypedStorage:
    descriptor = handle.detach()
    try:
        return UntypedStorage.of(_C.map_shared_memory(descriptor, size))
    finally:
        os.close(descriptor)


def descriptor_handle(descriptor: int) -> Any:
    """What stands for `descriptor` in a message, and gives the receiver one of its own."""
    from multiprocessing.context import get_spawning_popen
    from multiprocessing.reduction import DupFd

    popen = get_spawning_popen()
    if popen is not None:
        taken = popen.__dict__.setdefault("vibetensor_descriptors", set())
        if descriptor in taken:  # two storages over one block: each handle is used up once
            descriptor = os.dup(descriptor)
            import weakref

            weakref.finalize(popen, os.close, descriptor)
        taken.add(descriptor)
    return DupFd(descriptor)


def shared_bytes(storage: UntypedStorage) -> Any:
    """The bytes of a CPU storage, moved into shared memory; of one that may only be read, a copy that is there."""
    linkable = strategy == "file_system"
    try:
        _C.share_memory(storage.bytes, linkable)
        return storage.bytes
    except RuntimeError:
        if _C.shared_descriptor(storage.bytes) >= 0 or not is_read_only(storage.bytes):
            raise
    copy = _C.shared_memory(storage.bytes.numel(), linkable)
    copy.copy_(storage.bytes)
    return copy


def is_read_only(tensor: Any) -> bool:
    """Whether the memory may not be written to."""
    return not tensor.numpy().flags.writeable


def reduce_storage(storage: UntypedStorage) -> tuple[Callable[..., UntypedStorage], tuple[Any, ...]]:
    """How a storage is sent; it is moved into shared memory for that."""
    device = storage.bytes.device.type
    if device == "meta":
        return _copying.meta_storage, (storage.bytes.numel(),)
    if device != "cpu":
        raise NotImplementedError(
            f"multiprocessing: memory of {device} devices is not shared between processes yet; send tensor.cpu()"
        )
    shared = shared_bytes(storage)
    size, descriptor = shared.numel(), _C.shared_descriptor(shared)
    if strategy == "file_system":
        path = give_name(descriptor)
        if path is not None:
            return rebuild_storage_named, (path, size)
    return rebuild_storage_descriptor, (descriptor_handle(descriptor), size)


def reduce_tensor(tensor: Any) -> tuple[Any, ...]:
    """How a tensor is sent: its storage and how it views that. RuntimeError for one that was computed with a gradient."""
    if tensor.requires_grad and not tensor.is_leaf:
        raise RuntimeError(
            "multiprocessing: a tensor that was computed and requires grad cannot be sent, as no history goes to another "
            "process; send tensor.detach()"
        )
    return _copying.reduce_tensor(tensor, pickle.HIGHEST_PROTOCOL)


def init_reductions() -> None:
    """Returns None; teaches the pickler of multiprocessing to send tensors as handles."""
    import atexit
    from multiprocessing.process import parent_process
    from multiprocessing.reduction import ForkingPickler

    # subclasses are sent by their own __reduce_ex__, and their storages as below
    ForkingPickler.register(Tensor, reduce_tensor)
    ForkingPickler.register(UntypedStorage, reduce_storage)
    if parent_process() is None:
        atexit.unregister(remove_names)
        atexit.register(remove_names, os.getpid())
