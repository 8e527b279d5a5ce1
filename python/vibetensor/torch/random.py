"""The process-wide random number generators: seeding, saving and restoring their states.

On the CPU a seed gives PyTorch's numbers. Each CUDA device has a generator of its own; `manual_seed` seeds them all.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

__all__ = ["fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state"]

default_generator: Any = _C.default_generator


def set_rng_state(new_state: Any) -> None:
    """Returns None; puts the CPU generator into a state that `get_rng_state` gave.

    `new_state`: uint8 tensor of 5056 bytes on the CPU; PyTorch's states are valid too. TypeError for other tensors,
    RuntimeError for bytes that are no state.
    """
    default_generator.set_state(new_state)


def get_rng_state() -> Any:
    """The state of the CPU generator, a uint8 tensor of 5056 bytes."""
    return default_generator.get_state()


def manual_seed(seed: int) -> Any:
    """The CPU generator, after seeding it and the generators of all CUDA devices.

    `seed`: an integer of [-2**63, 2**64); a negative one stands for `seed + 2**64`. ValueError outside.
    """
    seed = int(seed)
    if not -(2**63) <= seed < 2**64:
        raise ValueError(f"manual_seed: expected a seed in [-2**63, 2**64), got {seed}")
    seed %= 2**64
    _C.seed_cuda_generators(seed)
    return default_generator.manual_seed(seed)


def seed() -> int:
    """A seed drawn from the operating system, which now seeds all generators."""
    fresh = default_generator.seed()
    _C.seed_cuda_generators(fresh)
    return fresh


def initial_seed() -> int:
    """The seed that the CPU generator's stream started from."""
    return default_generator.initial_seed()


warned_of_many_devices = False


def cuda_devices(devices: Iterable[Any] | None, caller: str, keyword: str) -> list[Any]:
    """The devices to fork, with a warning if that means many of them unasked."""
    global warned_of_many_devices
    if devices is not None:
        return list(devices)
    count = _C.cuda_device_count()
    if count > 1 and not warned_of_many_devices:
        warned_of_many_devices = True
        warnings.warn(
            f"{caller} saves and restores the generators of all {count} CUDA devices; name the ones in use with "
            f"'{keyword}' to save time and to silence this warning",
            stacklevel=4,
        )
    return list(range(count))


def cuda_generator(device: Any) -> Any:
    index = device if isinstance(device, int) else _C.device(device).index
    return _C.cuda_default_generator(_C.cuda_current_device() if index is None else index)


@contextmanager
def fork_rng(
    devices: Iterable[Any] | None = None,
    enabled: bool = True,
    _caller: str = "fork_rng",
    _devices_kw: str = "devices",
    device_type: str | None = None,
) -> Iterator[None]:
    """A context that leaves the generators, on its end, in the states they had before.

    `devices`: the CUDA devices whose generators are restored beside the CPU's, all by default. `enabled=False`
    restores nothing. RuntimeError for a `device_type` other than "cuda" and "cpu".
    """
    if device_type not in (None, "cuda", "cpu"):
        raise RuntimeError(f"fork_rng: expected device_type 'cuda' or 'cpu', got {device_type!r}")
    if not enabled:
        yield
        return
    named = [] if device_type == "cpu" else cuda_devices(devices, _caller, _devices_kw)
    generators = [default_generator, *(cuda_generator(device) for device in named)]
    states = [generator.get_state() for generator in generators]
    try:
        yield
    finally:
        for generator, state in zip(generators, states):
            generator.set_state(state)


__getattr__ = module_getattr(__name__)
