"""torch.compile: Python runs as ever, and the pointwise calls that it makes run together (`vibetensor.programs`).

Its result is what PyTorch's is from outside: a function for a function, a method in place for `Module.compile`, and for
a module an `OptimizedModule` around it. Pointwise calls give eager's bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sized
from functools import wraps
from typing import Any

from vibetensor.programs import deferred, run_deferred
from vibetensor.torch._dynamo.exc import InvalidBackend
from vibetensor.torch.nn.modules.module import Module

NOT_IN_LITE = """
    reorder_for_peak_memory reorder_for_compute_comm_overlap triton.reorder_for_reducing_graph_partitions
    use_pre_grad_passes use_joint_graph_passes use_post_grad_passes use_dce allow_buffer_reuse
"""
# the modes of PyTorch's compiler, and the options that each is short for
MODE_OPTIONS: dict[str, dict[str, bool]] = {
    "default": {},
    "lite": {"fallback_by_default": True, "selective_decompose": True, **dict.fromkeys(NOT_IN_LITE.split(), False)},
    "reduce-overhead": {"triton.cudagraphs": True},
    "max-autotune-no-cudagraphs": {"max_autotune": True, "coordinate_descent_tuning": True},
    "max-autotune": {"max_autotune": True, "triton.cudagraphs": True, "coordinate_descent_tuning": True},
}
BACKENDS = ("cudagraphs", "inductor", "openxla", "tvm")
DEBUG_BACKENDS = (
    "aot_eager",
    "aot_eager_decomp_partition",
    "aot_ts",
    "eager",
    "eager_noexcept",
    "pre_dispatch_eager",
    "ts",
)


class OptimizedModule(Module):
    """What torch.compile makes of a module: itself a module, with the original as its child `_orig_mod`.

    Attributes that it does not have are read from and written to the original, and so are keys of its state_dict, under
    the prefix `_orig_mod.`.
    """

    _orig_mod: Module

    def __init__(self, mod: Module, fuses: bool = True):
        super().__init__()
        self.__dict__["_fuses"] = fuses
        self._orig_mod = mod

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        if not self._fuses:
            return self._orig_mod(*args, **kwargs)
        return run_deferred(self._orig_mod, args, kwargs)

    @property
    def training(self) -> bool:  # type: ignore[override]
        return self._orig_mod.training

    @training.setter
    def training(self, mode: bool) -> None:
        original = self.__dict__.get("_modules", {}).get("_orig_mod")
        if original is not None:  # while this object is made, there is none yet
            original.training = mode

    def __getattr__(self, name: str) -> Any:
        original = self.__dict__.get("_modules", {}).get("_orig_mod")
        if name == "_orig_mod" or original is None:
            return super().__getattr__(name)
        return getattr(original, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("_orig_mod", "training") or "_orig_mod" not in self.__dict__.get("_modules", ()):
            super().__setattr__(name, value)
        else:
            setattr(self._orig_mod, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._orig_mod, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self._orig_mod)})

    def __len__(self) -> int:
        if isinstance(self._orig_mod, Sized):
            return len(self._orig_mod)
        raise TypeError(f"{type(self._orig_mod).__name__} does not support len()")

    def __bool__(self) -> bool:
        return True

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._orig_mod, self._fuses)


def check_mode(mode: str) -> None:
    """Raises RuntimeError for a mode that nobody has."""
    if mode not in MODE_OPTIONS:
        raise RuntimeError(f"Unrecognized mode={mode}, should be one of: {', '.join(MODE_OPTIONS)}")


def check_options(backend: Any, mode: str | None, options: dict[str, Any] | None, dynamic: Any) -> None:
    """Raises as PyTorch does for arguments of torch.compile that do not go together or that nobody knows."""
    if mode is not None and options is not None:
        raise RuntimeError("Either mode or options can be specified, but both can't be specified at the same time.")
    if dynamic is not None and not isinstance(dynamic, bool):
        raise AssertionError(f"Expected enable to be a bool, got {type(dynamic)}")
    if not isinstance(backend, str):
        if not callable(backend):
            raise TypeError(f"compile: expected the name of a backend or a function, got {type(backend).__name__}")
        raise NotImplementedError(
            "torch.compile: a backend of one's own is given a graph (torch.fx), which is not there yet; leave backend out"
        )
    if backend not in BACKENDS and backend not in DEBUG_BACKENDS:
        raise InvalidBackend(backend)
    if backend != "inductor":
        return
    if mode is not None:
        check_mode(mode)
    if options:
        from vibetensor.torch._dynamo.settings import defaults, refuse_function

        known = defaults()["torch._inductor.config"]
        for given, value in options.items():
            name = given.replace("-", "_")
            if name not in known:
                raise RuntimeError(f"Unexpected optimization option {given}, known options are {list(known)}")
            if isinstance(known[name], bool) and not isinstance(value, bool):
                raise RuntimeError(f"Unexpected type of attr {given}, got {type(value).__name__} should be bool")
            refuse_function(f"torch.compile: the option {given}", value)


def compile(
    model: Callable[..., Any] | None = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: str | Callable[..., Any] | None = None,
    mode: str | None = None,
    options: dict[str, Any] | None = None,
    name: str | None = None,
    disable: bool = False,
    recompile_limit: int | None = None,
    isolate_recompiles: bool = False,
    shapes_spec: Any = None,
) -> Any:
    """`model`, a module or a function, as something to call that gives the results of `model` itself.

    Python runs at each call, and chains of pointwise ops run as one pass over memory: docs/programs.md. Their bits are
    eager's. A module comes back as an `OptimizedModule` around it, with `disable` as itself; without `model`, a
    decorator comes back. With a backend for debugging ("eager") every op runs by itself. The other arguments choose
    between ways to compile: they are checked against PyTorch's names and change nothing. RuntimeError for those that
    PyTorch refuses.

    >>> import vibetensor.torch as torch
    >>> @torch.compile(mode="max-autotune")
    ... def double(x):
    ...     return x + x
    >>> double(torch.ones(2))
    tensor([2., 2.])
    """
    if model is None:

        def decorate(model: Callable[..., Any]) -> Any:
            if model is None:
                raise RuntimeError("Model can't be None")
            return compile(
                model,
                fullgraph=fullgraph,
                dynamic=dynamic,
                backend=backend,
                mode=mode,
                options=options,
                name=name,
                disable=disable,
                recompile_limit=recompile_limit,
                isolate_recompiles=isolate_recompiles,
                shapes_spec=shapes_spec,
            )

        return decorate
    check_options("inductor" if backend is None else backend, mode, options, dynamic)
    if not callable(model):
        raise AssertionError(f"A callable function is expected, but {type(model)} is provided.")
    if disable or isinstance(model, type):
        return model
    fuses = backend not in DEBUG_BACKENDS
    return OptimizedModule(model, fuses) if isinstance(model, Module) else compiled(model, fuses)


def compiled(fn: Callable[..., Any], fuses: bool) -> Callable[..., Any]:
    """`fn` in a function of its own, which tells the original by `_torchdynamo_orig_callable`."""

    @wraps(fn, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)

    made = deferred(fn) if fuses else call
    made._torchdynamo_orig_callable = fn  # type: ignore[attr-defined]
    return made
