"""TorchScript's decorators and questions. Functions run eagerly, as with PyTorch's `PYTORCH_JIT=0`.

A traced module is one that runs the calls that were recorded. What would have to be compiled raises NotImplementedError.
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
    "freeze",
    "fuser",
    "ignore",
    "interface",
    "is_scripting",
    "is_tracing",
    "isinstance",
    "load",
    "onednn_fusion_enabled",
    "optimize_for_inference",
    "optimized_execution",
    "save",
    "script",
    "script_if_tracing",
    "script_method",
    "set_fusion_strategy",
    "strict_fusion",
    "trace",
    "trace_module",
    "unused",
    "wait",
]

EAGER = "the module itself gives the same results, torch.compile takes it as it is, and torch.jit.trace records what it calls"
NO_FILES = "there are no compiled programs to store; store the state_dict with torch.save and the class as Python code"

NO_SCRIPT = f"TorchScript is not read: {NO_FILES}"


class ScriptModule(Module):
    """A module that runs without the Python code it was made from: here what torch.jit.trace gives."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls in (ScriptModule, RecursiveScriptModule):
            raise NotImplementedError(
                f"torch.jit.{cls.__name__} is not there yet: derive from torch.nn.Module; {EAGER}"
            )
        return super().__new__(cls)


class RecursiveScriptModule(ScriptModule):
    """What PyTorch makes of a module by scripting."""


class TopLevelTracedModule(ScriptModule):
    """What torch.jit.trace makes of a module or of a function: `graph_module` runs the calls that were recorded.

    Its parameters and buffers are the traced module's own, under their names.
    """

    def __init__(self, graph_module: Any, argument_names: list[str]) -> None:
        super().__init__()
        self.__dict__["_run"] = graph_module
        self._argument_names = argument_names
        for name in ("_parameters", "_buffers", "_modules", "_non_persistent_buffers_set"):
            self.__dict__[name] = graph_module.__dict__[name]
        self.training = graph_module.training

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self._run(*args, **kwargs)

    @property
    def graph(self) -> Any:
        """The recorded calls, a torch.fx.Graph."""
        return self._run.graph

    @property
    def code(self) -> str:
        """The recorded calls as Python code."""
        return self._run.code

    @property
    def original_name(self) -> str:
        """The name of the class that was traced."""
        return type(self._run).__name__

    def save(self, f: Any, **options: Any) -> None:
        """Returns None; torch.jit.save of this module."""
        save(self, f, **options)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        from copy import deepcopy

        return type(self)(deepcopy(self._run, memo), list(self._argument_names))

    def __reduce_ex__(self, protocol: Any) -> Any:
        from vibetensor.torch.jit._traced_module import contents

        return _from_contents, ({**contents(self._run), "arguments": self._argument_names},)


def _from_contents(data: dict[str, Any], place: Any = None) -> TopLevelTracedModule:
    from vibetensor.torch.jit._traced_module import rebuilt

    return TopLevelTracedModule(rebuilt(data, place), data["arguments"])


def trace(
    func: Any,
    example_inputs: Any = None,
    optimize: Any = None,
    check_trace: bool = True,
    check_inputs: Any = None,
    check_tolerance: float = 1e-5,
    strict: bool = True,
    _force_outplace: bool = False,
    _module_class: Any = None,
    example_kwarg_inputs: dict[str, Any] | None = None,
    **unused_options: Any,
) -> Any:
    """A module that does what `func`, a module or a function, did with `example_inputs`, a tensor or a tuple of them.

    What runs afterwards are the calls of torch that were made, whatever other inputs hold; sizes are computed again.
    Choices that Python made by values are as they were, of which TracerWarning tells. torch.jit.save stores the result.

    >>> import vibetensor.torch as torch
    >>> traced = torch.jit.trace(torch.nn.Linear(2, 3), torch.ones(1, 2))
    >>> traced(torch.ones(5, 2)).shape
    torch.Size([5, 3])
    """
    import inspect

    from vibetensor.torch.jit._trace import record
    from vibetensor.torch.jit._traced_module import holding

    if type_of(func, TopLevelTracedModule):
        return func
    module = func if type_of(func, Module) else getattr(func, "__self__", None)
    module = module if type_of(module, Module) else None
    inputs = example_inputs if type_of(example_inputs, tuple) else () if example_inputs is None else (example_inputs,)
    if type_of(example_inputs, list):
        inputs = tuple(example_inputs)
    kwargs = dict(example_kwarg_inputs or {})
    parameters = inspect.signature(
        module.forward if func is module and module is not None else func
    ).parameters.values()
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names += [f"input_{i}" for i in range(len(names), len(inputs))]
    graph, constants = record(func, module, inputs, kwargs, names)
    given = names[: len(inputs)] + list(kwargs)
    name = type(module).__name__ if module is not None else getattr(func, "__name__", "function")
    result = TopLevelTracedModule(holding(module, graph, constants, name), given)
    if check_trace:
        from vibetensor.torch.jit._trace import check

        for case in [inputs] if check_inputs is None else [c if type_of(c, tuple) else (c,) for c in check_inputs]:
            check(func, result, module, case, kwargs, check_tolerance)
    return result


def trace_module(mod: Any, inputs: dict[str, Any], *args: Any, **options: Any) -> Any:
    """torch.jit.trace of a module's forward; NotImplementedError for other methods, which have no graph of their own."""
    if set(inputs) != {"forward"}:
        raise NotImplementedError("torch.jit.trace_module: only forward is traced")
    return trace(mod, inputs["forward"], *args, **options)


def save(m: Any, f: Any, _extra_files: dict[str, Any] | None = None) -> None:
    """Returns None; writes a traced module to `f`, a path or a binary file, for torch.jit.load.

    The file is torch.save's, of plain containers: the calls by public name, and the tensors. PyTorch's own TorchScript
    does not read it as a program.
    """
    from vibetensor.torch.jit._traced_module import contents
    from vibetensor.torch.serialization import save as write

    if not type_of(m, TopLevelTracedModule):
        raise NotImplementedError(
            f"torch.jit.save of {type(m).__name__}: only what torch.jit.trace gives can be stored; {NO_FILES}"
        )
    write({**contents(m._run), "arguments": m._argument_names, "extra": dict(_extra_files or {})}, f)


def load(
    f: Any, map_location: Any = None, _extra_files: dict[str, Any] | None = None, _restore_shapes: bool = False
) -> Any:
    """The module that torch.jit.save stored; nothing in the file is run before the module is called.

    NotImplementedError for a file that PyTorch's TorchScript wrote.
    """
    from vibetensor.torch.jit._traced_module import FORMAT
    from vibetensor.torch.serialization import load as read

    try:
        data = read(f, map_location=map_location, weights_only=True)
    except FileNotFoundError:
        raise
    except Exception as error:
        if "TorchScript" in str(error):
            raise NotImplementedError(f"torch.jit.load: {NO_SCRIPT}") from error
        raise
    if not type_of(data, dict) or data.get("format") != FORMAT:
        raise RuntimeError("torch.jit.load: the file holds no traced module; torch.load reads what torch.save wrote")
    for name in _extra_files or ():
        (_extra_files or {})[name] = data["extra"].get(name, "")
    place = map_location if type_of(map_location, str) or map_location is None else str(map_location)
    return _from_contents(data, place)


def freeze(mod: Any, preserved_attrs: list[str] | None = None, optimize_numerics: bool = True) -> Any:
    """A copy of `mod`, a traced module in evaluation mode, whose parameters need no gradients; nothing is folded."""
    from copy import deepcopy

    if not type_of(mod, TopLevelTracedModule):
        raise NotImplementedError(f"torch.jit.freeze of {type(mod).__name__} is not there yet: {EAGER}")
    if mod.training:
        raise RuntimeError(
            "Freezing is currently only implemented for modules in eval mode. Please call .eval() first."
        )
    return deepcopy(mod).requires_grad_(False)


def optimize_for_inference(mod: Any, other_methods: list[str] | None = None) -> Any:
    """freeze(mod)."""
    return freeze(mod.eval() if type_of(mod, TopLevelTracedModule) else mod)


_get_trace_graph = Refused("torch.jit._get_trace_graph", EAGER)
run_frozen_optimizations = Refused("torch.jit.run_frozen_optimizations", EAGER)


class ScriptFunction(RefusedType, why="torch.jit.script gives back the function itself"):
    """A compiled function: there are none, so isinstance says False."""


class Attribute(NamedTuple):
    """A value of a module and the type that it is declared with."""

    value: Any
    type: Any


class Error(RuntimeError):
    """An error in a compiled program. Never raised here."""


def is_scripting() -> bool:
    """False: nothing is compiled."""
    return False


def is_tracing() -> bool:
    """Whether torch.jit.trace is running the program."""
    from sys import modules

    tracer = modules.get("vibetensor.torch.jit._trace")
    return tracer is not None and tracer.State.tracing


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


__getattr__ = module_getattr(__name__, ["annotations"], {"TracerWarning": "jit._trace"})
