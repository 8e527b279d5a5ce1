"""Loops whose processes have inputs of different lengths. In a group of one none waits for another."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

__all__ = ["Join", "JoinHook", "Joinable"]


class _JoinConfig(NamedTuple):
    """How a Joinable takes part: whether the context is on, raises early, and whether this one comes first."""

    enable: bool
    throw_on_early_termination: bool
    is_first_joinable: bool


class JoinHook:
    """What a process without inputs does in the place of an iteration of the others, and at the end."""

    def main_hook(self) -> None:
        """Returns None; called while other processes go on."""

    def post_hook(self, is_last_joiner: bool) -> None:
        """Returns None; called once, when all processes are done."""


class Joinable(ABC):
    """Base of what takes part in Join: it gives the hook, the device and the group."""

    @abstractmethod
    def __init__(self) -> None:
        super().__init__()
        self._join_config = _JoinConfig(False, False, False)

    @abstractmethod
    def join_hook(self, **kwargs: Any) -> JoinHook:
        """The JoinHook of this object."""

    @property
    @abstractmethod
    def join_device(self) -> Any:
        """The device of its collectives."""

    @property
    @abstractmethod
    def join_process_group(self) -> Any:
        """Its group."""


class Join:
    """Context around a loop of `joinables`: at its end every one's post_hook is called.

    enable: False does nothing. ValueError without joinables, TypeError for objects that are none.
    """

    def __init__(
        self, joinables: list[Joinable], enable: bool = True, throw_on_early_termination: bool = False, **kwargs: Any
    ):
        if not joinables:
            raise ValueError("The join context manager requires at least one joinable")
        for joinable in joinables:
            if not isinstance(joinable, Joinable):
                raise TypeError(f"Join: expected objects of Joinable, got {type(joinable).__name__}")
        self._enable = enable
        self._hooks = [joinable.join_hook(**kwargs) for joinable in joinables]
        for i, joinable in enumerate(joinables):
            joinable._join_config = _JoinConfig(enable, throw_on_early_termination, i == 0)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> None:
        if self._enable and value is None:
            for hook in self._hooks:
                hook.post_hook(True)

    @staticmethod
    def notify_join_context(joinable: Joinable) -> Any:
        """None: there are no other processes to tell."""
        if not hasattr(joinable, "_join_config"):
            raise AssertionError(f"Check that the {type(joinable)} constructor calls the ``Joinable`` constructor")
        return None
