"""A kernel of Triton's that the core finds and launches itself: `kernel[grid](*args, **options)`.

Triton's own launch binds and compares arguments in Python. Here the core does it (Note [Kinds of arguments] in
bindings/python/kernel_variants.cpp), and Python runs only when a call is the first of its kind: then the machine code
comes from the cache on the disk, or Triton compiles it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from types import FunctionType
from typing import Any

from vibetensor import _C
from vibetensor.cubin import Cubin
from vibetensor.triton import cache
from vibetensor.triton.source import names_of, whole_text
from vibetensor.triton.stand_in import is_installed

CONSTANT, WHOLE, TYPE_ONLY = "c", "s", "n"
TENSOR_TYPES = {
    "bool": "i1",
    "float16": "fp16",
    "bfloat16": "bf16",
    "float32": "fp32",
    "float64": "fp64",
    "float8_e4m3fn": "fp8e4nv",
    "float8_e5m2": "fp8e5",
    "float8_e4m3fnuz": "fp8e4b8",
    "float8_e5m2fnuz": "fp8e5b16",
}


def is_constant(parameter: inspect.Parameter) -> bool:
    """Whether the parameter is annotated as tl.constexpr."""
    annotation = parameter.annotation
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    return "constexpr" in text


def is_ordinary(parameter: inspect.Parameter) -> bool:
    return parameter.kind is parameter.POSITIONAL_OR_KEYWORD


def kinds_of(parameters: list[inspect.Parameter], unspecialized: Sequence[Any]) -> str:
    """How each parameter makes a difference; `unspecialized` are names or places."""
    return "".join(
        CONSTANT if is_constant(p) else TYPE_ONLY if i in unspecialized or p.name in unspecialized else WHOLE
        for i, p in enumerate(parameters)
    )


def type_of(value: Any) -> str:
    """What Triton compiles for, of one argument: "*bf16 16", "i32 1"."""
    if isinstance(value, _C.Tensor):
        name = str(value.dtype).rpartition(".")[2]
        kind = TENSOR_TYPES.get(name) or name.replace("uint", "u").replace("int", "i")
        return f"*{kind} {'16' if value.data_ptr() % 16 == 0 else ''}"
    if isinstance(value, bool):
        return "u1"
    if isinstance(value, int):
        kind = "i32" if -(2**31) <= value < 2**31 else "i64" if value < 2**63 else "u64"
        return f"{kind} {'1' if value == 1 else '16' if value % 16 == 0 else ''}"
    return "fp32" if isinstance(value, float) else str(value)


class Kernel:
    """A kernel of Triton's, launched by `kernel[grid](*args, **options)` on the current stream of the current device.

    grid: one to three numbers of programs, or a function of the arguments by name that gives them. options: num_warps,
    num_stages and what else Triton's launches take. Returns None. Where a tensor is on meta nothing is launched.
    RuntimeError where the machine code is not on the disk and Triton is not installed.

    Arguments of kinds that the core does not know (tuples, descriptors, tensors seen as another dtype) go to Triton's own
    launch, as do kernels with hooks.
    """

    def __init__(self, fn: Callable[..., Any], compiler: Any = None, **settings: Any):
        self.__name__, self.__doc__, self.__wrapped__ = fn.__name__, fn.__doc__, fn
        self.fn, self.settings, self._compiler = fn, settings, compiler
        parameters = list(inspect.signature(fn).parameters.values())
        self.names = tuple(p.name for p in parameters)
        self.kinds = kinds_of(parameters, settings.get("do_not_specialize") or ())
        defaults = tuple(p.default for p in parameters if p.default is not p.empty)
        self._launch = _C.kernel_variants(
            fn.__name__, self.names, self.kinds, defaults, self._variant, self._by_triton, skips_meta=True
        )

    @property
    def compiler(self) -> Any:
        """Triton's JITFunction of it. RuntimeError where Triton is not installed."""
        if self._compiler is None:
            if not is_installed():
                raise RuntimeError(
                    f"{self.__name__}: Triton is not installed and {cache.folder() or 'no cache'} has no code of this kernel "
                    "for these arguments on this device; run it once where Triton is installed, with the same cache"
                )
            import triton

            fn = self._for_triton()
            if fn is not self.fn:  # a copy with the globals of now, which may change
                return triton.jit(fn, **self.settings)
            self._compiler = triton.jit(fn, **self.settings)
        return self._compiler

    def _for_triton(self) -> Any:
        """The function, with Triton's JITFunctions in the place of Kernels that it calls."""
        fn: Any = self.fn
        own = {n: v.compiler for n in names_of(fn.__code__) if isinstance(v := fn.__globals__.get(n), Kernel)}
        if not own:
            return fn
        made = FunctionType(fn.__code__, {**fn.__globals__, **own}, fn.__name__, fn.__defaults__, fn.__closure__)
        made.__kwdefaults__, made.__annotations__, made.__qualname__ = (
            fn.__kwdefaults__,
            fn.__annotations__,
            fn.__qualname__,
        )
        made.__module__ = fn.__module__
        return made

    def __getitem__(self, grid: Any) -> Callable[..., None]:
        return partial(self._launch, grid)

    def run(self, *args: Any, grid: Any, **options: Any) -> None:
        """Returns None; the launch as a call with the grid by name, as Triton's has it."""
        self._launch(grid, *args, **options)

    def _by_triton(self, grid: Any, *args: Any, **options: Any) -> None:
        self.compiler.run(*args, grid=grid, warmup=False, **options)

    def _variant(self, arguments: dict[str, Any], options: dict[str, Any]) -> Any:
        """The machine code for the first call of a kind, loaded, and None; NotImplemented where Triton has to launch."""
        if self._compiler is not None and self._compiler.pre_run_hooks:
            return NotImplemented
        device = _C.cuda_current_device()
        keeps = not self.is_debugged()
        key = self.key(arguments, options, device) if keeps else ""
        found = cache.find(self.__name__, key) if keeps else None
        if found is None:
            found = self.compile(arguments, options)
            if found is None:
                return NotImplemented
            if keeps:
                cache.keep(found, self.__name__, key)
        return found.on(device), None

    def is_debugged(self) -> bool:
        """Whether a setting of Triton's, of the environment too, asks for other code than the kernel's own says."""
        if not is_installed():
            return False
        from triton import knobs
        from triton._C.libtriton import get_cache_invalidating_env_vars

        asked = (knobs.compilation.always_compile, knobs.compilation.override, knobs.compilation.dump_ir)
        return any((*asked, knobs.runtime.debug, self.settings.get("debug"), get_cache_invalidating_env_vars()))

    def key(self, arguments: dict[str, Any], options: dict[str, Any], device: int) -> str:
        """What the machine code depends on, as the name that the cache has for it."""
        kinds = [
            f"{name}={value!r}" if kind == CONSTANT else f"{name}:{type_of(value)}"
            for (name, value), kind in zip(arguments.items(), self.kinds, strict=True)
        ]
        properties = _C.cuda_get_device_properties(device)
        chosen = sorted(options.items())
        return cache.key_of(whole_text(self.fn), kinds, self.kinds, chosen, properties.major, properties.minor)

    def compile(self, arguments: dict[str, Any], options: dict[str, Any]) -> Cubin | None:
        """What Triton makes of it for these arguments; None where the core cannot launch that."""
        from vibetensor.triton.compiled import HostDescriptor, cubin_of

        done = self.compiler.warmup(*arguments.values(), grid=(1,), **options)
        if hasattr(done, "result"):
            done = done.result()
        try:
            found = cubin_of(done.src.signature, done.metadata, done.kernel)
        except HostDescriptor:
            return None
        return found if found.arguments == self.names else None  # scratch memory is the launcher's business


class TunedKernel:
    """A kernel of triton.autotune: the first call of a kind measures, later ones are launched as a Kernel's are."""

    def __init__(self, tuner: Any):
        self.__name__, self.__doc__, self.__wrapped__ = tuner.base_fn.__name__, tuner.base_fn.__doc__, tuner.base_fn
        self.tuner, self.kernel = tuner, wrap(tuner.fn)

    def __getitem__(self, grid: Any) -> Callable[..., None]:
        return partial(self._launch, grid)

    def run(self, *args: Any, grid: Any, **options: Any) -> None:
        """Returns None; the launch as a call with the grid by name, as Triton's has it."""
        self._launch(grid, *args, **options)

    def _launch(self, grid: Any, *args: Any, **options: Any) -> None:
        if any(isinstance(value, _C.Tensor) and value.is_meta for value in args):
            return
        config = self._chosen(args, options)
        if config is not None and config.pre_hook is None:
            self.kernel[grid](*args, **options, **config.all_kwargs())
            return
        stream = _C.cuda_current_stream()
        if config is None and stream.is_capturing():
            raise RuntimeError(
                f"{self.__name__} has no configuration for these arguments yet, and a graph capture leaves no time to "
                "measure: call it once before"
            )
        self.tuner.run(*args, grid=grid, warmup=False, **options)

    def _chosen(self, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """The configuration for a call; None if it has to be measured."""
        tuner = self.tuner
        if len(tuner.configs) == 1:
            return tuner.configs[0]
        given = {**dict(zip(tuner.arg_names, args, strict=False)), **options}
        own = {name: value for name, value in given.items() if name in tuner.arg_names}
        key = [own[name] for name in tuner.keys if name in own]
        key += [str(value.dtype) for value in own.values() if hasattr(value, "dtype")]
        return tuner.cache.get(tuple(key))


def wrap(kernel: Any) -> Any:
    """A launcher of the kernel, of the core's own: `wrap(kernel)[grid](*args)`. The same one for the same kernel.

    kernel: what triton.jit, triton.autotune or our `jit` made. TypeError for anything else.
    """
    if isinstance(kernel, Kernel | TunedKernel):
        return kernel
    known = getattr(kernel, "_vibetensor_launcher", None)
    if known is not None:
        return known
    if hasattr(kernel, "configs") and hasattr(kernel, "base_fn") and hasattr(kernel.fn, "pre_run_hooks"):
        made: Any = TunedKernel(kernel)
    elif type(kernel).__name__ == "InterpretedFunction":  # TRITON_INTERPRET=1: Triton runs it on the CPU
        return kernel
    elif hasattr(kernel, "pre_run_hooks") and not all(map(is_ordinary, kernel.signature.parameters.values())):
        return kernel  # *args, say: Triton's own launch knows them
    elif hasattr(kernel, "pre_run_hooks"):
        made = Kernel(kernel.fn, kernel, do_not_specialize=kernel.do_not_specialize, debug=kernel.debug)
    else:
        raise TypeError(f"expected a kernel of triton.jit or triton.autotune, got {type(kernel).__name__}")
    kernel._vibetensor_launcher = made
    return made


def jit(fn: Callable[..., Any] | None = None, **settings: Any) -> Any:
    """triton.jit, for kernels that also run where Triton is not installed: a Kernel. A decorator without `fn`.

    The machine code comes from the cache on the disk, where an earlier run with Triton left it. `settings` are triton.jit's.
    A module of such kernels imports tl by `from vibetensor.triton import language as tl`.
    """
    return partial(jit, **settings) if fn is None else Kernel(fn, **settings)
