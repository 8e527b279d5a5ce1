"""Which modules of a model are cut, or wrapped, each for itself: policies that are asked of every module."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from vibetensor.torch._not_there import Refused
from vibetensor.torch.distributed.fsdp import WAY_ROUND

__all__ = [
    "CustomPolicy",
    "ModuleWrapPolicy",
    "always_wrap_policy",
    "enable_wrap",
    "lambda_auto_wrap_policy",
    "size_based_auto_wrap_policy",
    "transformer_auto_wrap_policy",
    "wrap",
]

wrap = Refused("torch.distributed.fsdp.wrap.wrap", WAY_ROUND)
enable_wrap = Refused("torch.distributed.fsdp.wrap.enable_wrap", WAY_ROUND)


def always_wrap_policy(*args: Any, **kwargs: Any) -> bool:
    """True."""
    return True


def lambda_auto_wrap_policy(
    module: Any, recurse: bool, nonwrapped_numel: int, lambda_fn: Callable[[Any], bool]
) -> bool:
    """Whether `lambda_fn(module)`; True when asked whether to look inside, `recurse`."""
    return True if recurse else lambda_fn(module)


def transformer_auto_wrap_policy(
    module: Any, recurse: bool, nonwrapped_numel: int, transformer_layer_cls: Iterable[type]
) -> bool:
    """Whether the module is of one of the classes; True when asked whether to look inside."""
    return True if recurse else isinstance(module, tuple(transformer_layer_cls))


def size_based_auto_wrap_policy(
    module: Any,
    recurse: bool,
    nonwrapped_numel: int,
    min_num_params: int = int(1e8),
    force_leaf_modules: set[type] | None = None,
    exclude_wrap_modules: set[type] | None = None,
) -> bool:
    """Whether the module has at least `min_num_params` elements of parameters that no module inside has taken.

    force_leaf_modules: classes that are not looked into, by default MultiheadAttention. exclude_wrap_modules: classes
    that are not wrapped, by default ModuleList and ModuleDict.
    """
    from vibetensor.torch import nn

    leaves = {nn.MultiheadAttention} if force_leaf_modules is None else force_leaf_modules
    excluded = {nn.ModuleList, nn.ModuleDict} if exclude_wrap_modules is None else exclude_wrap_modules
    large = nonwrapped_numel >= min_num_params
    if recurse:
        return large and not isinstance(module, tuple(leaves))
    return large and not isinstance(module, tuple(excluded))


class ModuleWrapPolicy:
    """Policy that takes the modules of given classes."""

    def __init__(self, module_classes: Iterable[type]):
        self._module_classes = set(module_classes)

    def __call__(self, module: Any, recurse: bool, *args: Any, **kwargs: Any) -> bool:
        return True if recurse else isinstance(module, tuple(self._module_classes))


class CustomPolicy:
    """Policy that takes the modules for which `lambda_fn(module)` is True or a dict of options."""

    def __init__(self, lambda_fn: Callable[[Any], bool | dict[str, Any]]):
        self._lambda_fn = lambda_fn
