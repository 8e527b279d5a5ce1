"""TorchScript's decorators and questions. Functions run eagerly, as with PyTorch's `PYTORCH_JIT=0`.

What would have to be a compiled program (a scripted or traced module, a file of one) raises NotImplementedError.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final, NamedTuple, Union, get_args, get_origin

from vibetensor.torch._not_there import Refused, RefusedType, module_getattr
from vibetensor.torch.futures import Future
from vibetensor.torch.nn.modules.module import Module

__all__ = [
    "Attribute",
    "Final",
    "Future",
    "annotate",
    "enable_onednn_fusion",
    "export",
    "fork",
    "fuser",
    "ignore",
    "interface",
    "is_scripting",
    "is_tracing",
    "isinstance",
    "onednn_fusion_enabled",
    "optimized_execution",
    "script",
    "script_if_tracing",
    "script_method",
    "set_fusion_strategy",
    "strict_fusion",
    "unused",
    "wait",
]

EAGER = "the module itself gives the same results, and torch.compile takes it as it is"
NO_FILES = "there are no compiled programs to store; store the state_dict with torch.save and the class as Python code"

trace = Refused("torch.jit.trace", EAGER)
trace_module = Refused("torch.jit.trace_module", EAGER)
freeze = Refused("torch.jit.freeze", EAGER)
optimize_for_inference = Refused("torch.jit.optimize_for_inference", EAGER)
run_frozen_optimizations = Refused("torch.jit.run_frozen_optimizations", EAGER)
save = Refused("torch.jit.save", NO_FILES)
load = Refused("torch.jit.load", NO_FILES)


class ScriptModule(RefusedType, Module, why=f"derive from torch.nn.Module; {EAGER}"):
    """A compiled module: there are none, so isinstance says False."""


class RecursiveScriptModule(ScriptModule):
    """What PyTorch makes of a module by scripting."""


class TopLevelTracedModule(ScriptModule):
    """What PyTorch makes of a module by tracing."""


class ScriptFunction(RefusedType, why="torch.jit.script gives back the function itself"):
    """A compiled function: there are none, so isinstance says False."""


class Attribute(NamedTuple):
    """A value of a module and the type that it is declared with."""

    value: Any
    type: Any


class Error(RuntimeError):
    """An error in a compiled program. Never raised here."""


class TracerWarning(Warning):
    """A warning of tracing. Never given here."""


def is_scripting() -> bool:
    """False: nothing is compiled."""
    return False


def is_tracing() -> bool:
    """False: nothing is traced."""
    return False


def script(obj: Any, optimize: Any = None, _frames_up: int = 0, _rcb: Any = None, example_inputs: Any = None) -> Any:
    """`obj`, a function or a class, as it is: run eagerly it gives the same results.

    NotImplementedError for a module, of which programs expect a compiled one.

    >>> import vibetensor.torch as torch
    >>> @torch.jit.script
    ... def double(x):
    ...     return x + x
    >>> double(torch.ones(2))
    tensor([2., 2.])
    """
    if type_of(obj, Module):
        raise NotImplementedError(f"torch.jit.script of a module is not there yet: {EAGER}")
    if not callable(obj) and not type_of(obj, (dict, list)):
        raise TypeError(f"torch.jit.script: expected a function, a class or a container, got {type(obj).__name__}")
    return obj


def script_method(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn` as it is."""
    return fn


def script_if_tracing(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn` as it is: nothing is traced."""
    return fn


_script_if_tracing = script_if_tracing  # the name that torchvision uses


def export(fn: Any) -> Any:
    """`fn` as it is."""
    return fn


def unused(fn: Any) -> Any:
    """`fn`, a function or a property, as it is."""
    return fn


def ignore(drop: Any = False, **options: Any) -> Any:
    """The function given as it is: a decorator with or without arguments."""
    if callable(drop):
        return drop
    if not type_of(drop, bool):
        raise RuntimeError(f"Argument to @torch.jit.ignore must be a bool or a function but got {drop}")
    return export


def interface(obj: Any) -> Any:
    """`obj`, a class, as it is."""
    return obj


def _overload(func: Any) -> Any:
    return func


def _overload_method(func: Any) -> Any:
    return func


def annotate(the_type: Any, the_value: Any) -> Any:
    """`the_value` as it is; the type is for readers."""
    return the_value


type_of = isinstance  # below, the name is TorchScript's


def isinstance(obj: Any, target_type: Any) -> bool:
    """Whether `obj` is of a type that may say what a container holds: `List[int]`, `Dict[str, Tensor]`, `Optional[int]`."""
    if type_of(target_type, tuple):
        return any(isinstance(obj, kind) for kind in target_type)
    origin, inner = get_origin(target_type), get_args(target_type)
    if origin in (Union, types.UnionType):
        return any(isinstance(obj, kind) for kind in inner)
    if target_type is None:
        return obj is None
    if target_type is Any:
        return True
    if origin is None:
        return type_of(obj, target_type)
    if not type_of(obj, origin):
        return False
    if origin is tuple:
        return len(obj) == len(inner) and all(isinstance(value, kind) for value, kind in zip(obj, inner))
    if origin is dict:
        return all(isinstance(key, inner[0]) and isinstance(value, inner[1]) for key, value in obj.items())
    return all(isinstance(value, inner[0]) for value in obj)


def fork(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Future:
    """A Future with the result of `func`, which runs at once."""
    future = Future()
    future.set_result(func(*args, **kwargs))
    return future


def wait(future: Future) -> Any:
    """The result of a Future of fork."""
    return future.wait()


@contextmanager
def optimized_execution(should_optimize: bool) -> Iterator[None]:
    """Context in which compiled programs would be optimised or not; there are none."""
    yield


@contextmanager
def fuser(name: str) -> Iterator[None]:
    """Context in which compiled programs would be fused by the fuser of that name; there are none."""
    if name not in ("fuser0", "fuser1", "fuser2", "fuser3", "none"):
        raise Exception(f"unrecognized fuser option (name: {name})")
    yield


class strict_fusion:
    """Context in which compiled programs would have to be fused whole; there are none."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        pass


class Fusion:
    """How compiled programs would be fused: what was asked for, at first PyTorch's defaults."""

    strategy: ClassVar[list[tuple[str, int]]] = [("STATIC", 2), ("DYNAMIC", 10)]
    onednn: ClassVar[bool] = False


def set_fusion_strategy(strategy: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The strategy before; `strategy` is kept for the next call to return, and there are no compiled programs to fuse.

    strategy: pairs of "STATIC" or "DYNAMIC" and how often. ValueError for another kind.
    """
    for kind, _ in strategy:
        if kind not in ("STATIC", "DYNAMIC"):
            raise ValueError(f"FusionBehavior only supported 'STATIC' or 'DYNAMIC', got: {kind}")
    before, Fusion.strategy = Fusion.strategy, list(strategy)
    return before


def enable_onednn_fusion(enabled: bool) -> None:
    """Returns None; keeps what onednn_fusion_enabled tells. There are no compiled programs to fuse."""
    Fusion.onednn = bool(enabled)


def onednn_fusion_enabled() -> bool:
    """What enable_onednn_fusion was called with last; False at first."""
    return Fusion.onednn


__getattr__ = module_getattr(__name__, ["annotations"])
