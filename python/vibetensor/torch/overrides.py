"""`__torch_function__`: types that say what functions of torch do with their objects, and modes that see every call.

Who is asked: the mode that was entered last, then the types of the arguments that have a `__torch_function__`, subclasses
before the classes they derive from and otherwise from left to right, until one does not answer NotImplemented. Ops ask
from the binding; functions of torch that are written in Python ask once there is somebody to ask: let_functions_ask.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any, TypeVar

from vibetensor import _C
from vibetensor.torch._not_there import AbsentMethod, Refused, module_getattr

__all__ = [
    "get_ignored_functions",
    "get_overridable_functions",
    "handle_torch_function",
    "has_torch_function",
    "is_tensor_like",
    "is_tensor_method_or_property",
    "resolve_name",
    "wrap_torch_function",
]

F = TypeVar("F", bound=Callable[..., Any])
Tensor: Any = _C.Tensor

get_testing_overrides = Refused(
    "torch.overrides.get_testing_overrides", "get_overridable_functions() lists what asks __torch_function__"
)
# of the namespaces' functions those that are about the program and not about tensors
IGNORED_NAMES = """
    are_deterministic_algorithms_enabled autocast_decrement_nesting autocast_increment_nesting can_cast
    clear_autocast_cache compile compiled_with_cxx11_abi cond export from_dlpack from_file get_autocast_cpu_dtype
    get_autocast_dtype get_autocast_gpu_dtype get_default_device get_default_dtype get_deterministic_debug_mode
    get_device_module get_file_path get_float32_matmul_precision get_num_interop_threads get_num_threads
    get_rng_state has_torch_function initial_seed is_anomaly_check_nan_enabled is_anomaly_enabled
    is_autocast_cache_enabled is_autocast_cpu_enabled is_autocast_enabled
    is_deterministic_algorithms_warn_only_enabled is_grad_enabled is_inference_mode_enabled is_storage is_tensor
    is_warn_always_enabled load manual_seed promote_types save seed set_autocast_cache_enabled
    set_autocast_cpu_dtype set_autocast_cpu_enabled set_autocast_dtype set_autocast_enabled set_autocast_gpu_dtype
    set_default_device set_default_dtype set_default_tensor_type set_deterministic_debug_mode
    set_float32_matmul_precision set_flush_denormal set_grad_enabled set_num_interop_threads set_num_threads
    set_printoptions set_rng_state set_warn_always sym_float sym_int sym_ite sym_max sym_min sym_not sym_sum
    typename use_deterministic_algorithms while_loop
"""
IGNORED = frozenset(IGNORED_NAMES.split())


class Modes(threading.local):
    """The modes that a thread has entered, the last one last."""

    def __init__(self) -> None:
        self.entered: list[TorchFunctionMode] = []


modes = Modes()


class TorchFunctionMode:
    """A context that sees every call of torch on its thread: derive from it and say what `__torch_function__` does.

    The method gets the function, the types that are asked after the mode, and the call's arguments. While it runs the
    mode is not entered, those entered before it are.

    >>> import vibetensor.torch as torch
    >>> class Names(torch.overrides.TorchFunctionMode):
    ...     def __torch_function__(self, func, types, args=(), kwargs=None):
    ...         print(func.__name__)
    ...         return func(*args, **(kwargs or {}))
    >>> with Names():
    ...     x = torch.ones(2) + 1
    ones
    add
    """

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say what __torch_function__ does")

    def __enter__(self) -> Any:
        let_functions_ask()
        _push_mode(self)
        return self

    def __exit__(self, *exc: object) -> None:
        _pop_mode()

    @classmethod
    def push(cls, *args: Any, **kwargs: Any) -> Any:
        """An instance, as old programs make one: `with Mode.push(...)`."""
        return cls(*args, **kwargs)


class BaseTorchFunctionMode(TorchFunctionMode):
    """A mode that changes nothing."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return func(*args, **(kwargs or {}))


def _push_mode(mode: TorchFunctionMode) -> None:
    modes.entered.append(mode)
    _C.count_torch_function_modes(1)


def _pop_mode() -> TorchFunctionMode:
    if not modes.entered:
        raise RuntimeError("trying to pop from empty mode stack: no mode is entered in this thread")
    mode = modes.entered.pop()
    _C.count_torch_function_modes(-1)
    return mode


@contextmanager
def _pop_mode_temporarily() -> Iterator[TorchFunctionMode]:
    mode = _pop_mode()
    try:
        yield mode
    finally:
        _push_mode(mode)


def _len_torch_function_stack() -> int:
    return len(modes.entered)


def _get_current_function_mode() -> TorchFunctionMode | None:
    return modes.entered[-1] if modes.entered else None


def _get_current_function_mode_stack() -> list[TorchFunctionMode]:
    return list(modes.entered)


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether somebody says what a function does with these arguments: the type of one of them, or a mode."""
    return _C.has_torch_function(relevant_args)


def has_torch_function_unary(argument: Any) -> bool:
    """has_torch_function of one argument."""
    return _C.has_torch_function((argument,))


def has_torch_function_variadic(*args: Any) -> bool:
    """has_torch_function of several arguments."""
    return _C.has_torch_function(args)


def _get_overloaded_args(relevant_args: Iterable[Any], get_type_fn: Callable[[Any], type] = type) -> list[Any]:
    """One argument of each type that is asked, in the order in which they are."""
    found: list[Any] = []
    kinds: list[type] = []
    for argument in relevant_args:
        kind = get_type_fn(argument)
        if kind in kinds or not asks(argument):
            continue
        at = next((i for i, earlier in enumerate(kinds) if issubclass(kind, earlier)), len(kinds))
        found.insert(at, argument)
        kinds.insert(at, kind)
    return found


def asks(argument: Any) -> bool:
    """Whether the type of `argument` is asked."""
    impl = getattr(type(argument), "__torch_function__", None)
    return impl is not None and type(argument) is not Tensor and impl is not _C._disabled_torch_function_impl


def handle_torch_function(
    public_api: Callable[..., Any], relevant_args: Iterable[Any], *args: Any, **kwargs: Any
) -> Any:
    """What those that are asked make of a call of `public_api`; TypeError if all decline."""
    asked = _get_overloaded_args(relevant_args)
    types = tuple(type(argument) for argument in asked)
    if modes.entered:
        with _pop_mode_temporarily() as mode:
            result = mode.__torch_function__(public_api, types, args, kwargs)
        if result is not NotImplemented:
            return result
    for argument in asked:
        result = argument.__torch_function__(public_api, types, args, kwargs)
        if result is not NotImplemented:
            return result
    name = resolve_name(public_api) or getattr(public_api, "__name__", None) or repr(public_api)
    said = [f"mode {modes.entered[-1]}"] if modes.entered else []
    said += [f"type {kind}" for kind in types]
    raise TypeError(f"'{name}': everybody's __torch_function__ returned NotImplemented: {', '.join(said)}")


def leaves(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """The arguments of a call, and what is in lists, tuples and slices among them."""
    found: list[Any] = []
    for argument in (*args, *kwargs.values()):
        if isinstance(argument, slice):
            found += [argument.start, argument.stop, argument.step]
        elif isinstance(argument, list | tuple):
            for item in argument:
                found += [item.start, item.stop, item.step] if isinstance(item, slice) else [item]
        else:
            found.append(argument)
    return found


def _ask(name: str, kind: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What is made of a call of an op or a member of Tensor; NotImplemented if nobody is asked. The binding asks."""
    relevant = leaves(args, kwargs)
    if not _C.has_torch_function(relevant):
        return NotImplemented
    if kind == "function":
        function = getattr(_C.ops, name, None) or getattr(_C, name)
    elif kind == "method":
        function = getattr(Tensor, name)
    else:
        function = getattr(vars(Tensor)[name], kind)
    return handle_torch_function(function, relevant, *args, **kwargs)


@cache
def let_functions_ask() -> None:
    """Returns None; functions of torch and methods of Tensor that are written in Python ask from now on.

    Programs hold on to the functions themselves, so it is their code that changes. Without anybody to ask they are left
    as they are, and cost nothing.
    """
    from types import FunctionType

    from vibetensor.torch import autograd
    from vibetensor.torch.fx._patches import public_functions

    ours: list[Any] = [function for function in public_functions() if function.__name__ not in IGNORED]
    ours += [autograd.grad, autograd.backward]
    own_methods = [
        value for name, value in vars(Tensor).items() if isinstance(value, FunctionType) and name != "__dir__"
    ]
    for function in ours + own_methods:
        let_ask(function)


def let_ask(function: Any) -> None:
    """Returns None; `function` asks the types of its arguments, and modes, before it does what it does."""
    from inspect import signature

    from vibetensor.torch.fx._patches import INTERNAL, joining_code

    described = signature(function)

    def join(original: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        relevant = leaves(args, kwargs)
        if not _C.has_torch_function(relevant):
            return original(*args, **kwargs)
        return handle_torch_function(function, relevant, *args, **kwargs)

    join.__code__ = join.__code__.replace(co_filename=INTERNAL)
    function.__code__ = joining_code(function, join)
    function.__signature__ = described


def wrap_torch_function(dispatcher: Callable[..., Iterable[Any]]) -> Callable[[F], F]:
    """A decorator: the function asks types that have a say among the arguments that `dispatcher` gives."""

    def decorate(function: F) -> F:
        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            relevant = tuple(dispatcher(*args, **kwargs))
            if has_torch_function(relevant):
                return handle_torch_function(call, relevant, *args, **kwargs)
            return function(*args, **kwargs)

        return call  # type: ignore[return-value]

    return decorate


def is_tensor_like(inp: Any) -> bool:
    """Whether `inp` is a tensor, or stands in for one."""
    return isinstance(inp, Tensor) or hasattr(inp, "__torch_function__")


def getset_name(func: Any) -> str | None:
    """The name of the attribute of Tensor that `func`, its __get__ or __set__, reads or sets."""
    owner = getattr(func, "__self__", None)
    name = getattr(owner, "__name__", None)
    return name if name is not None and vars(Tensor).get(name) is owner else None


def is_tensor_method_or_property(func: Callable[..., Any]) -> bool:
    """Whether `func` is a method of Tensor, or what reads one of its attributes."""
    name = getattr(func, "__name__", None) or ""
    return getattr(Tensor, name, None) is func or name == "__get__"


def resolve_name(f: Any) -> str | None:
    """The public name of a function of torch or a member of Tensor, "torch.nn.functional.relu"; None for others."""
    from vibetensor import torch

    name = getattr(f, "__name__", None)
    if not isinstance(name, str):
        return None
    if (attribute := getset_name(f)) is not None:
        return f"torch.Tensor.{attribute}.{name}"
    places = [("torch.Tensor", torch.Tensor, name), ("torch", torch, name)]
    for part in ("linalg", "special", "fft"):
        places.append((f"torch.{part}", getattr(torch, part, None), name.removeprefix(f"{part}_")))
    places.append(("torch.nn.functional", torch.nn.functional, name))
    return next((f"{home}.{own}" for home, owner, own in places if getattr(owner, own, None) is f), None)


@cache
def get_default_nowrap_functions() -> set[Any]:
    """What gives no object of a subclass even for one: the getters of gradients and of a view's base."""
    names = ("_base", "grad", "_grad")
    return {vars(Tensor)[name].__get__ for name in names if name in vars(Tensor)}


def get_overridable_functions() -> dict[Any, list[Callable[..., Any]]]:
    """The functions that ask, by the namespace or class that they are in."""
    from vibetensor.torch.fx.qualified_name import places

    found: dict[Any, list[Callable[..., Any]]] = {}
    for _, owner in places():
        found[owner] = [
            value
            for name, value in vars(owner).items()
            if not name.startswith("_") and is_function(value) and name not in IGNORED
        ]
    getters = [value.__get__ for value in vars(Tensor).values() if type(value).__name__ == "getset_descriptor"]
    members = [value for value in vars(Tensor).values() if not isinstance(value, AbsentMethod | classmethod | type)]
    found[Tensor] = [member for member in members if callable(member)] + getters
    return found


def is_function(value: Any) -> bool:
    from types import FunctionType

    if isinstance(value, FunctionType):
        return value.__module__.startswith("vibetensor.torch")
    return isinstance(value, type(_C.ops.add))


@cache
def get_ignored_functions() -> set[Callable[..., Any]]:
    """The functions of torch's namespace that ask nobody."""
    from vibetensor import torch

    found = (getattr(torch, name, None) for name in IGNORED)
    return {function for function in found if callable(function) and not isinstance(function, Refused)}


__getattr__ = module_getattr(__name__)
