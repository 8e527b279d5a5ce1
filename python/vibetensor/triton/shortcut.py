"""`kernel[grid]` of triton.jit by the core: once our driver has loaded a kernel, its later launches need none of Triton's Python.

A JITFunction calls its own `run`, so that one of the instance takes the place of the class's. It goes back to that wherever
more than a launch is asked for: a warm-up, hooks, another driver, a global that has changed, arguments that only Triton knows.
"""

from __future__ import annotations

import inspect
from typing import Any

from vibetensor import _C
from vibetensor.triton.kernel import is_ordinary, kinds_of

MISSING = object()


def has_calls(hooks: Any) -> bool:
    return hooks is not None and bool(getattr(hooks, "calls", True))


def has_changed_globals(fn: Any) -> bool:
    return any(around.get(name, MISSING) != value for (name, _), (value, around) in fn.used_global_vals.items())


def shorten(fn: Any, driver: Any) -> None:
    """Returns None; the JITFunction launches through the core while `driver` is Triton's."""
    from triton import knobs
    from triton.runtime import driver as drivers

    parameters = list(inspect.signature(fn.fn).parameters.values())
    if "run" in vars(fn) or not all(map(is_ordinary, parameters)):
        return
    usual = fn.run
    names = tuple(p.name for p in parameters)

    def variant(arguments: dict[str, Any], options: dict[str, Any]) -> Any:
        compiled = usual(*arguments.values(), grid=(1,), warmup=True, **options)
        if compiled is None or hasattr(compiled, "result"):  # a hook has it, or another thread compiles it
            return NotImplemented
        compiled._init_handles()
        kernel = compiled.function
        return (kernel, compiled) if kernel.arguments == names else NotImplemented

    def otherwise(grid: Any, *args: Any, **options: Any) -> Any:
        return usual(*args, grid=grid, warmup=False, **options)

    defaults = tuple(p.default for p in parameters if p.default is not p.empty)
    kinds = kinds_of(parameters, fn.do_not_specialize or ())
    launch = _C.kernel_variants(fn.fn.__name__, names, kinds, defaults, variant, otherwise, skips_meta=False)
    runtime = knobs.runtime

    def run(*args: Any, grid: Any, warmup: bool, **options: Any) -> Any:
        if (
            warmup
            or drivers.active is not driver
            or fn.pre_run_hooks
            or has_calls(runtime.launch_enter_hook)
            or has_calls(runtime.launch_exit_hook)
            or (fn.used_global_vals and has_changed_globals(fn))
        ):
            return usual(*args, grid=grid, warmup=warmup, **options)
        return launch(grid, *args, **options)

    fn.run = run
