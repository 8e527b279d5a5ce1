"""What is changed in other code while a program is traced, and put back after."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from inspect import signature
from types import CodeType, FunctionType, ModuleType
from typing import Any

from vibetensor.torch.fx.node import map_aggregate
from vibetensor.torch.fx.proxy import Proxy

# of a type, or about the program and not about values
NEVER = {"is_tensor", "is_storage", "typename", "compile", "has_torch_function", "module_getattr"}
MISSING = object()
# warnings.warn passes over frames of files named like this when it looks for the line that it is about
INTERNAL = f"{__file__} (internal, like importlib._bootstrap)"


def first_proxy(args: Any, kwargs: Any) -> Proxy | None:
    """A proxy among the arguments of a call, also in containers."""
    found: list[Proxy] = []

    def look(leaf: Any) -> Any:
        if isinstance(leaf, Proxy):
            found.append(leaf)
        return leaf

    map_aggregate(tuple(args), look)
    map_aggregate(dict(kwargs), look)
    return found[0] if found else None


class Patches:
    """A context; what is changed through it is as before at its end."""

    def __init__(self) -> None:
        self.undo: list[Callable[[], None]] = []
        self.seen: set[tuple[int, str]] = set()

    def __enter__(self) -> Patches:
        return self

    def __exit__(self, *exc: object) -> None:
        while self.undo:
            self.undo.pop()()
        self.seen.clear()

    def attribute(self, owner: Any, name: str, value: Any) -> None:
        """Returns None; sets an attribute of a class."""
        before = owner.__dict__.get(name, MISSING)
        setattr(owner, name, value)
        self.undo.append(lambda: delattr(owner, name) if before is MISSING else setattr(owner, name, before))

    def entry(self, names: dict[str, Any], name: str, value: Any) -> None:
        """Returns None; sets a global name of a module."""
        if (id(names), name) in self.seen:
            return
        self.seen.add((id(names), name))
        before = names.get(name, MISSING)
        names[name] = value
        self.undo.append(lambda: names.__delitem__(name) if before is MISSING else names.__setitem__(name, before))

    def functions_of_torch(self) -> None:
        """Returns None; lets torch's functions that are written in Python record calls with proxies.

        Programs hold on to the functions themselves, so it is their code that changes.
        """
        for function in public_functions():
            self.code(function, recording_code(function))

    def code(self, function: FunctionType, code: CodeType) -> None:
        before = function.__code__
        function.__code__ = code
        self.undo.append(lambda: setattr(function, "__code__", before))


def public_functions() -> list[FunctionType]:
    """torch's functions that are written in Python, each once."""
    from vibetensor.torch.fx.qualified_name import places

    found: dict[int, FunctionType] = {}
    for place, owner in places():
        if place in ("torch.nn.init", "torch.signal.windows"):
            continue
        for name, value in list(vars(owner).items()):
            if not isinstance(value, FunctionType) or name.startswith("_") or name in NEVER:
                continue
            if value.__module__.startswith("vibetensor.torch."):
                found[id(value)] = value
    return list(found.values())


def recording_code(function: FunctionType) -> CodeType:
    """Code for `function` that records a call with proxies, and does what it does in others."""

    def join(original: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        proxy = first_proxy(args, kwargs)
        if proxy is None:
            return original(*args, **kwargs)
        args, kwargs = by_name(original, args, kwargs)
        return proxy.tracer.create_proxy("call_function", function, args, kwargs)

    return joining_code(function, join)


def joining_code(function: FunctionType, join: Callable[..., Any]) -> CodeType:
    """Code for `function` that gives join(what the function was, args, kwargs)."""
    original = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    original.__kwdefaults__ = function.__kwdefaults__
    if hasattr(function, "__signature__"):
        original.__signature__ = function.__signature__  # type: ignore[attr-defined]

    class Call:
        """What the constant in the code below is replaced by: code has no other way to objects of ours."""

        def __init__(self) -> None:
            self.join = partial(join, original)  # one frame less than a method has

    def stub(*args: Any, **kwargs: Any) -> Any:
        return "call".join(args, kwargs)  # type: ignore[call-arg, arg-type]

    constants = tuple(Call() if constant == "call" else constant for constant in stub.__code__.co_consts)
    # as many free variables as the function has: they are those of its closure, which stays
    free = function.__code__.co_freevars
    return stub.__code__.replace(co_consts=constants, co_name=function.__name__, co_freevars=free, co_filename=INTERNAL)


def by_name(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments as a graph has them: those without a default by position, the others by name, as PyTorch's has."""
    described = signature(function)
    if any(p.kind is p.VAR_POSITIONAL for p in described.parameters.values()):
        return args, kwargs
    bound = described.bind(*args, **kwargs)
    bound.apply_defaults()
    required = [p.name for p in described.parameters.values() if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
    named = {name: value for name, value in bound.arguments.items() if name not in required}
    extra = next((p.name for p in described.parameters.values() if p.kind is p.VAR_KEYWORD), None)
    if extra is not None:
        named.update(named.pop(extra, {}))
    return tuple(bound.arguments[name] for name in required), named


def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, calls of which with proxies are recorded instead of made."""
    from functools import wraps

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        proxy = first_proxy(args, kwargs)
        if proxy is None:
            return function(*args, **kwargs)
        made = proxy.tracer.create_proxy("call_function", function, args, kwargs)
        made.node.meta["is_wrapped"] = True
        return made

    return wrapper


def wrapped_method(cls: type, name: str) -> Callable[..., Any]:
    """A method of `cls` of which calls with proxies are recorded as calls of that name."""
    from functools import wraps

    original = getattr(cls, name)

    @wraps(original)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        proxy = first_proxy(args, kwargs)
        if proxy is None:
            return original(*args, **kwargs)
        return proxy.tracer.create_proxy("call_method", name, args, kwargs)

    return wrapper


def autowrap(patches: Patches, names: dict[str, Any], function_ids: set[int]) -> None:
    """Returns None; wraps the functions that are known by `function_ids` among a module's global names."""
    for name, value in list(names.items()):
        if not name.startswith("_") and callable(value) and id(value) in function_ids:
            patches.entry(names, name, wrapped(value))


def functions_in(modules: Iterable[ModuleType]) -> set[int]:
    """The ids of the public functions of modules."""
    return {
        id(value)
        for module in modules
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value)
    }
