"""The random number generators of the GPUs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vibetensor import _C


def generator_of(device: Any) -> Any:
    from vibetensor.torch.cuda import device_index

    return _C.cuda_default_generator(device_index(device, optional=True))


def manual_seed(seed: int) -> None:
    """Returns None; seeds the current GPU's generator; does nothing where CUDA is not available."""
    if _C.cuda_is_available():
        generator_of(None).manual_seed(int(seed))


def manual_seed_all(seed: int) -> None:
    """Returns None; seeds the generators of all GPUs; does nothing where CUDA is not available."""
    _C.seed_cuda_generators(int(seed) % 2**64)


def seed() -> None:
    """Returns None; gives the current GPU's generator a seed from the system; does nothing where there is no CUDA."""
    if _C.cuda_is_available():
        generator_of(None).seed()


def seed_all() -> None:
    """Returns None; gives the generators of all GPUs one seed from the system; does nothing where there is no CUDA."""
    if _C.cuda_is_available():
        manual_seed_all(generator_of(None).seed())


def initial_seed() -> int:
    """The seed of the current GPU's generator."""
    return generator_of(None).initial_seed()


def get_rng_state(device: Any = "cuda") -> Any:
    """The state of a GPU's generator, a uint8 tensor on the CPU."""
    return generator_of(device).get_state()


def set_rng_state(new_state: Any, device: Any = "cuda") -> None:
    """Returns None; puts a GPU's generator into a state that get_rng_state gave."""
    generator_of(device).set_state(new_state)


def get_rng_state_all() -> list[Any]:
    """The states of the generators of all GPUs."""
    return [get_rng_state(i) for i in range(_C.cuda_device_count())]


def set_rng_state_all(new_states: Iterable[Any]) -> None:
    """Returns None; puts the generators of all GPUs into the states given, in order."""
    for i, state in enumerate(new_states):
        set_rng_state(state, i)
