"""What programs say to PyTorch's compiler. There is none here: programs run eagerly, and marks for it mark nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor.torch._dynamo import eval_frame, exc
from vibetensor.torch._dynamo.eval_frame import BACKENDS, DEBUG_BACKENDS, OptimizedModule
from vibetensor.torch._not_there import Refused, module_getattr

__all__ = [
    "OptimizedModule",
    "allow_in_graph",
    "assume_constant_result",
    "disable",
    "disallow_in_graph",
    "eval_frame",
    "exc",
    "forbid_in_graph",
    "graph_break",
    "is_compiling",
    "is_dynamo_supported",
    "list_backends",
    "mark_dynamic",
    "mark_static",
    "mark_static_address",
    "maybe_mark_dynamic",
    "nonstrict_trace",
    "optimize",
    "reset",
    "run",
]

explain = Refused("torch._dynamo.explain", "nothing is compiled, so there are no graphs to explain")
export = Refused("torch._dynamo.export", "there is no graph of a program; run it eagerly")
register_backend = Refused("torch._dynamo.register_backend", "a backend is given a graph (torch.fx), and there is none")


def is_compiling() -> bool:
    """False: nothing is compiled."""
    return False


def is_dynamo_supported() -> bool:
    """False: torch.compile gives what runs eagerly."""
    return False


def list_backends(exclude_tags: tuple[str, ...] | None = ("debug", "experimental")) -> list[str]:
    """The names that torch.compile takes for `backend`; with `exclude_tags=None` those for debugging too."""
    return sorted([*BACKENDS, *DEBUG_BACKENDS] if exclude_tags is None else BACKENDS)


def passed_through(fn: Any = None) -> Any:
    """`fn` itself, or where it is left out a decorator that gives it back."""
    return passed_through if fn is None else fn


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None, wrapping: bool = True) -> Any:
    """`fn`, a function or a module that is not to be compiled, as it is; a decorator too."""
    return passed_through(fn)


def run(fn: Any = None) -> Any:
    """`fn` as it is, which runs without compiling anything new."""
    return passed_through(fn)


def allow_in_graph(fn: Any) -> Any:
    """`fn`, or a list of functions, as it is: nothing is traced that it could be opaque to."""
    functions = fn if isinstance(fn, list | tuple) else [fn]
    for function in functions:
        if not callable(function):
            raise AssertionError("allow_in_graph expects a callable")
    return fn


def disallow_in_graph(fn: Any) -> Any:
    """`fn` as it is."""
    return allow_in_graph(fn)


def forbid_in_graph(fn: Any) -> Any:
    """`fn` as it is."""
    return allow_in_graph(fn)


def nonstrict_trace(fn: Any) -> Any:
    """`fn` as it is."""
    return allow_in_graph(fn)


def assume_constant_result(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn` as it is: its result is computed at every call."""
    return fn


def optimize(backend: Any = None, *, nopython: bool = False, **options: Any) -> Callable[..., Any]:
    """A decorator that does what torch.compile with these arguments does; `nopython` is its `fullgraph`."""
    return eval_frame.compile(backend=backend, fullgraph=nopython, **options)


def graph_break(msg: str = "") -> None:
    """Returns None: there is no graph to break."""


def reset() -> None:
    """Returns None: there is nothing compiled to forget."""


def mark_dynamic(
    t: Any,
    index: Any,
    *,
    hint_override: int | None = None,
    min: int | None = None,
    max: int | None = None,
    specialize_on: list[Any] | None = None,
) -> None:
    """Returns None: every size of `t` may change from call to call, marked or not."""


def maybe_mark_dynamic(t: Any, index: Any) -> None:
    """Returns None, as mark_dynamic."""


def mark_static(t: Any, index: Any = None) -> None:
    """Returns None: nothing is specialised on sizes."""


def mark_static_address(t: Any, guard: bool = False) -> None:
    """Returns None: nothing is specialised on addresses."""


__getattr__ = module_getattr(__name__, ["config", "decorators", "external_utils", "utils"])
