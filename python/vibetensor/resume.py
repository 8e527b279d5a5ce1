"""A training run in one file: killed at any moment, it goes on from its last save with the losses that it would have had.

`vibetensor.save_run` writes what a step depends on; `vibetensor.load_run` puts it back in a process that made the same
objects. The file is one that `torch.load` reads, written whole or not at all (Note [Whole files]).
"""

from __future__ import annotations

import os
import random
import sys
from typing import Any

import vibetensor.torch as torch

VERSION = 1
WAYS = (("state_dict", "load_state_dict"), ("get_state", "set_state"))  # to ask for a state, and to give it back


def way_of(part: Any) -> tuple[str, str] | None:
    """The names of the methods that save and restore `part`; None for what is kept as a value."""
    return next((way for way in WAYS if all(callable(getattr(part, name, None)) for name in way)), None)


def generator_states() -> dict[str, Any]:
    """The states of all generators that a program draws from without naming one."""
    states: dict[str, Any] = {"torch": torch.get_rng_state(), "python": random.getstate()}
    if torch.cuda.is_initialized():
        states["cuda"] = torch.cuda.get_rng_state_all()
    if "numpy" in sys.modules:
        numpy = sys.modules["numpy"]
        name, keys, *rest = numpy.random.get_state()
        states["numpy"] = (name, torch.from_numpy(keys), *rest)
    return states


def restore_generators(states: dict[str, Any]) -> None:
    """Returns None; CUDA devices that are not there are left out."""
    torch.set_rng_state(states["torch"])
    random.setstate(states["python"])
    if "cuda" in states and torch.cuda.is_available():
        for device, state in zip(range(torch.cuda.device_count()), states["cuda"], strict=False):
            torch.cuda.set_rng_state(state, device)
    if "numpy" in states:
        import numpy

        name, keys, *rest = states["numpy"]
        numpy.random.set_state((name, keys.numpy(), *rest))


def save_run(path: str | os.PathLike[str], /, **parts: Any) -> None:
    """Returns None; the parts and every generator stand in the file `path`, which is the old one until all is written.

    Each part has a name of the caller's. What has `state_dict` and `load_state_dict` (modules, optimizers, schedulers,
    GradScaler, DataLoader, samplers) and torch.Generator are saved by their state; anything else is a value: numbers, text,
    containers, tensors. The generators are PyTorch's of the CPU and of every CUDA device in use, Python's and NumPy's. Call
    it between steps: gradients are no part of it. TypeError without a part; what saving a file raises.

    >>> import tempfile, vibetensor, vibetensor.torch as torch
    >>> model = torch.nn.Linear(2, 1)
    >>> path = tempfile.mkdtemp() + "/run.pt"
    >>> vibetensor.save_run(path, model=model, step=7)
    >>> vibetensor.load_run(path, model=torch.nn.Linear(2, 1))
    {'step': 7}
    """
    if not parts:
        raise TypeError("save_run: there is nothing to save; give parts by name, such as model=model")
    states, values = {}, {}
    for name, part in parts.items():
        way = way_of(part)
        if way is None:
            values[name] = part
        else:
            states[name] = getattr(part, way[0])()
    # last, because a loader that was not read from yet draws when it is asked where it is
    torch.save({"version": VERSION, "states": states, "values": values, "generators": generator_states()}, path)


def load_run(path: str | os.PathLike[str], /, **parts: Any) -> dict[str, Any]:
    """The values of the file `path`, by name, after the parts and every generator were put into the states saved there.

    parts: the objects of `save_run` that have a state, made as they were made then, on whatever device. FileNotFoundError
    without the file; ValueError if it is no run, or if it and `parts` differ in names; what `load_state_dict` raises. Until
    names and file are found to be right nothing is changed.
    """
    found = torch.load(path, map_location="cpu")
    if not isinstance(found, dict) or found.keys() != {"version", "states", "values", "generators"}:
        raise ValueError(f"load_run: {os.fspath(path)} was not written by save_run")
    if found["version"] != VERSION:
        raise ValueError(
            f"load_run: {os.fspath(path)} has version {found['version']} of its form, and {VERSION} is read"
        )
    states = found["states"]
    for name, part in parts.items():
        if way_of(part) is None:
            raise ValueError(
                f"load_run: {name} is a {type(part).__name__}, which has no state to put back; values are returned"
            )
    missing, unasked = parts.keys() - states.keys(), states.keys() - parts.keys()
    if missing:
        raise ValueError(f"load_run: {os.fspath(path)} has no state of {', '.join(sorted(missing))}")
    if unasked:
        raise ValueError(
            f"load_run: the run also has {', '.join(sorted(unasked))}; give them too, made as they were saved"
        )
    for name, part in parts.items():
        _, restore = way_of(part) or ("", "")
        getattr(part, restore)(states[name])
        if isinstance(part, torch.utils.data.DataLoader):
            part.state_dict()  # makes the iterator that goes on, which draws, before the generators are put back
    restore_generators(found["generators"])
    return found["values"]
