"""Modules in a wrapper that keeps no activations of theirs, under the names of parameters that they had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, auto
from functools import partial
from typing import Any

from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.utils.checkpoint import checkpoint

_CHECKPOINT_WRAPPED_MODULE = "_checkpoint_wrapped_module"
_CHECKPOINT_PREFIX = _CHECKPOINT_WRAPPED_MODULE + "."


class CheckpointImpl(Enum):
    """How `utils.checkpoint` works."""

    REENTRANT = auto()
    NO_REENTRANT = auto()


class ActivationWrapper(Module):
    """A module around another, which has its attributes and whose state_dict and names are those of the other."""

    def __init__(self, mod: Any):
        super().__init__()
        self._checkpoint_wrapped_module = mod
        self.register_state_dict_post_hook(self._strip_prefix)
        self.register_load_state_dict_pre_hook(self._add_prefix)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise ValueError("Subclasses should implement forward().")

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__(_CHECKPOINT_WRAPPED_MODULE), name)

    def __getitem__(self, key: Any) -> Any:
        return self._checkpoint_wrapped_module[key]

    def named_parameters(self, *args: Any, **kwargs: Any) -> Iterator[tuple[str, Any]]:
        """As of the module inside."""
        for name, parameter in super().named_parameters(*args, **kwargs):
            yield name.replace(_CHECKPOINT_PREFIX, ""), parameter

    @staticmethod
    def _strip_prefix(module: Any, state_dict: dict[str, Any], prefix: str, *rest: Any) -> None:
        renamed(state_dict, prefix + _CHECKPOINT_PREFIX, prefix)

    @staticmethod
    def _add_prefix(module: Any, state_dict: dict[str, Any], prefix: str, *rest: Any) -> None:
        renamed(state_dict, prefix, prefix + _CHECKPOINT_PREFIX)


def renamed(state_dict: dict[str, Any], old: str, new: str) -> None:
    """Returns None; what begins with `old` begins with `new`, in the same order."""
    for key in list(state_dict):
        if key.startswith(old):
            state_dict[new + key.removeprefix(old)] = state_dict.pop(key)


class CheckpointWrapper(ActivationWrapper):
    """A module whose forward runs under `utils.checkpoint`, or under `checkpoint_fn`, which is called the same way."""

    def __init__(
        self,
        mod: Any,
        checkpoint_impl: CheckpointImpl = CheckpointImpl.NO_REENTRANT,
        checkpoint_fn: Callable[..., Any] | None = None,
        **checkpoint_fn_kwargs: Any,
    ):
        super().__init__(mod)
        self.checkpoint_impl = checkpoint_impl
        if checkpoint_fn is None:
            reentrant = checkpoint_impl is CheckpointImpl.REENTRANT
            checkpoint_fn = partial(checkpoint, use_reentrant=reentrant)
        self.checkpoint_fn = partial(checkpoint_fn, **checkpoint_fn_kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.checkpoint_fn(self._checkpoint_wrapped_module, *args, **kwargs)


def checkpoint_wrapper(
    module: Any,
    checkpoint_impl: CheckpointImpl = CheckpointImpl.NO_REENTRANT,
    checkpoint_fn: Callable[..., Any] | None = None,
    **checkpoint_fn_kwargs: Any,
) -> Any:
    """`module` in a CheckpointWrapper: less memory for a second forward in backward."""
    return CheckpointWrapper(module, checkpoint_impl, checkpoint_fn, **checkpoint_fn_kwargs)


def apply_activation_checkpointing(
    model: Any,
    checkpoint_wrapper_fn: Callable[[Any], Any] = checkpoint_wrapper,
    check_fn: Callable[[Any], bool] = lambda _: True,
    auto_wrap_policy: Callable[..., bool] | None = None,
) -> None:
    """Returns None; wraps the modules inside `model` that `check_fn` says yes to, inner ones first.

    auto_wrap_policy: asked as policy(module=, recurse=, nonwrapped_numel=) in its place.
    """

    def wanted(module: Any) -> bool:
        if auto_wrap_policy is None:
            return check_fn(module)
        size = sum(parameter.numel() for parameter in module.parameters())
        return auto_wrap_policy(module=module, recurse=False, nonwrapped_numel=size)

    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if not isinstance(child, CheckpointWrapper) and wanted(child):
                setattr(module, name, checkpoint_wrapper_fn(child))
