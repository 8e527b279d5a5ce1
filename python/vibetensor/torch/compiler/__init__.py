"""What programs say to torch.compile about their functions. Nothing is compiled here: functions pass through."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from vibetensor.torch import _dynamo
from vibetensor.torch._dynamo import allow_in_graph, assume_constant_result, eval_frame, list_backends, reset
from vibetensor.torch._not_there import Refused, module_getattr
from vibetensor.torch.autograd.grad_mode import ContextDecorator

__all__ = [
    "allow_in_graph",
    "assume_constant_result",
    "compile",
    "cudagraph_mark_step_begin",
    "disable",
    "is_compiling",
    "is_dynamo_compiling",
    "is_exporting",
    "list_backends",
    "nested_compile_region",
    "reset",
    "set_stance",
    "substitute_in_graph",
]

compile = eval_frame.compile
STANCES = (
    "default",
    "force_eager",
    "eager_on_recompile",
    "fail_on_recompile",
    "eager_then_compile",
    "aot_eager_then_compile",
)

wrap_numpy = Refused("torch.compiler.wrap_numpy", "NumPy code is not turned into ours; call the function itself")
save_cache_artifacts = Refused(
    "torch.compiler.save_cache_artifacts", "nothing is compiled, so there is nothing to save"
)
load_cache_artifacts = Refused(
    "torch.compiler.load_cache_artifacts", "nothing is compiled, so there is nothing to load"
)


def is_compiling() -> bool:
    """False: nothing is compiled or exported."""
    return False


def is_dynamo_compiling() -> bool:
    """False: nothing is compiled."""
    return False


def is_exporting() -> bool:
    """False: nothing is exported."""
    return False


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """`fn`, a function or a module that is not to be compiled, as it is; a decorator too."""
    return _dynamo.disable(fn, recursive, reason=reason)


def cudagraph_mark_step_begin() -> None:
    """Returns None: torch.compile records no CUDA graphs, so no step has to be told from the next."""


def nested_compile_region(fn: Callable[..., Any] | None = None, **options: Any) -> Any:
    """`fn` as it is; a decorator too."""
    return _dynamo.passed_through(fn)


def substitute_in_graph(original_fn: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """A decorator of what a compiler would trace for `original_fn`: the function that it gives runs `original_fn` itself."""

    def decorate(traceable_fn: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(traceable_fn)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return original_fn(*args, **kwargs)

        return wrapped

    return decorate


class set_stance(ContextDecorator):
    """What torch.compile does from here on, as a call, a context manager or a decorator: all stances are eager here.

    RuntimeError for a stance that nobody has.
    """

    def __init__(self, stance: str = "default", *, skip_guard_eval_unsafe: bool = False, force_backend: Any = None):
        if stance not in STANCES:
            raise RuntimeError(f"invalid torch.compile stance '{stance}'")
        if force_backend is not None and stance != "default":
            raise RuntimeError("non-default stance cannot have force_backend set")
        if force_backend is not None:
            eval_frame.check_options(force_backend, None, None, None)
        self.stance, self.force_backend = stance, force_backend

    def clone(self) -> set_stance:
        return set_stance(self.stance, force_backend=self.force_backend)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        pass


__getattr__ = module_getattr(__name__, homes={"config": "_dynamo"})
