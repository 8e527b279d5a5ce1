"""Processes that have different numbers of inputs: those that have none left take part in what the others do together."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

from vibetensor import _C
from vibetensor.torch.distributed import collectives
from vibetensor.torch.distributed.process_group import ProcessGroup, Work

__all__ = ["Join", "JoinHook", "Joinable"]

MANY = 1000  # iterations of others after which a process that has joined says so


class JoinHook:
    """What a process does in the place of its part, once its inputs are over."""

    def main_hook(self) -> None:
        """Returns None; called once for each iteration of the others: takes part in its collectives."""

    def post_hook(self, is_last_joiner: bool) -> None:
        """Returns None; called once when all inputs are over; is_last_joiner: no process had more of them."""


class _JoinConfig(NamedTuple):
    """How a Joinable is joined at present."""

    enable: bool = False
    throw_on_early_termination: bool = False
    is_first_joinable: bool = False


class Joinable(ABC):
    """What can be given to Join: its iterations call Join.notify_join_context before their first collective."""

    @abstractmethod
    def __init__(self) -> None:
        super().__init__()
        self._join_config = _JoinConfig()

    @abstractmethod
    def join_hook(self, **kwargs: Any) -> JoinHook:
        """The hook for one Join; kwargs: those of the Join."""

    @property
    @abstractmethod
    def join_device(self) -> Any:
        """The device of the tensors with which Join counts."""

    @property
    @abstractmethod
    def join_process_group(self) -> ProcessGroup:
        """The group whose processes are joined."""


class Join:
    """A context in which processes may have different numbers of inputs.

    joinables: whose collectives have to be answered, in the order in which an iteration calls them; the first says when an
    iteration begins. throw_on_early_termination: RuntimeError in all processes when the first runs out of inputs. kwargs go
    to the hooks. ValueError where joinables are of different groups or devices, and without
    any, TypeError for objects that are none.
    """

    def __init__(
        self,
        joinables: Sequence[Joinable],
        enable: bool = True,
        throw_on_early_termination: bool = False,
        **kwargs: Any,
    ):
        if len(joinables) == 0:
            raise ValueError("The join context manager requires at least one joinable")
        for joinable in joinables:
            if not isinstance(joinable, Joinable):
                raise TypeError(f"Join: expected objects of Joinable, got {type(joinable).__name__}")
        groups = {id(j.join_process_group): j.join_process_group for j in joinables}
        devices = {j.join_device for j in joinables}
        if len(groups) > 1:
            raise ValueError("Using join context manager with multiple process groups")
        if len(devices) > 1:
            raise ValueError("Using join context manager with multiple devices")
        self._joinables, self._enable = list(joinables), enable
        self._throw = throw_on_early_termination
        self._group, self._device = joinables[0].join_process_group, joinables[0].join_device
        self._hooks = [joinable.join_hook(**kwargs) for joinable in joinables]
        for i, joinable in enumerate(joinables):
            joinable._join_config = _JoinConfig(enable, throw_on_early_termination, i == 0)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        for joinable in self._joinables:
            joinable._join_config = _JoinConfig()
        if self._enable and kind is None:
            self._follow()

    def _follow(self) -> None:
        """Returns None; answers the others' iterations until all inputs are over."""
        iterations, last = 0, True
        while self._count(0) > 0:
            last = False
            if self._throw:
                self._count(1)
                raise RuntimeError(f"Rank {self._group.rank()} exhausted all inputs.")
            iterations += 1
            if iterations == MANY:
                warnings.warn(
                    f"rank {self._group.rank()} has joined {MANY} iterations ago, while others go on: the inputs of "
                    "processes differ much, and those that are done only take part in the others' collectives",
                    stacklevel=2,
                )
            for hook in self._hooks:
                hook.main_hook()
        for hook in self._hooks:
            hook.post_hook(last)

    def _count(self, own: int) -> int:
        return total(self._group, self._device, own)

    @staticmethod
    def notify_join_context(joinable: Joinable) -> Work | None:
        """The Work of counting the processes that are in this iteration; None outside of Join, and but for its first joinable.

        RuntimeError if a process has no inputs and the Join is to throw then.
        """
        if not hasattr(joinable, "_join_config"):
            raise AssertionError(f"Check that the {type(joinable)} constructor calls the ``Joinable`` constructor")
        config = joinable._join_config
        if not config.enable or not config.is_first_joinable:
            return None
        device, group = joinable.join_device, joinable.join_process_group
        work = collectives.all_reduce(_C.ops.ones([1], device=device), group=group, async_op=True)
        if config.throw_on_early_termination and total(group, device, 0) > 0:
            raise RuntimeError("Detected at least one rank that exhausted inputs. Throwing across all ranks.")
        return work


def total(group: ProcessGroup, device: Any, own: int) -> int:
    """The sum of the processes' numbers."""
    number = _C.ops.full([1], float(own), device=device)
    collectives.all_reduce(number, group=group)
    return int(number.item())
