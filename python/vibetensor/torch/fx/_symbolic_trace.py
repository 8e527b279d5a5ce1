"""Tracer, which runs a program with proxies for its arguments and keeps what it does as a graph."""

from __future__ import annotations

import builtins
import inspect
import math
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from vibetensor import _C
from vibetensor.torch.fx._patches import Patches, autowrap, functions_in, wrapped, wrapped_method
from vibetensor.torch.fx.graph import Graph
from vibetensor.torch.fx.graph_module import GraphModule
from vibetensor.torch.fx.node import Argument, Node
from vibetensor.torch.fx.proxy import ParameterProxy, Proxy, TracerBase
from vibetensor.torch.nn.modules.container import Sequential
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.parameter import Parameter

__all__ = [
    "PH",
    "ProxyableClassMeta",
    "Tracer",
    "is_fx_symbolic_tracing",
    "is_fx_tracing",
    "symbolic_trace",
    "wrap",
]

Tensor: Any = _C.Tensor
open_traces = 0
wrapped_functions: dict[tuple[int, str], dict[str, Any]] = {}  # global names by wrap(): the dict that has them
wrapped_methods: list[tuple[type, str]] = []


class PHBase:
    """Stands for an argument that stays one, in symbolic_trace(concrete_args=...)."""

    def __repr__(self) -> str:
        return "PH"


PH = PHBase()


def is_fx_tracing() -> bool:
    """Whether a program is being traced."""
    return open_traces > 0


def is_fx_symbolic_tracing() -> bool:
    """Whether a program is being traced."""
    return open_traces > 0


class ProxyableClassMeta(type):
    """Metaclass of classes whose making from proxies is recorded."""

    def __init__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]):
        super().__init__(name, bases, attrs)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        from vibetensor.torch.fx._patches import first_proxy

        proxy = first_proxy(args, kwargs)
        if proxy is None:
            return super().__call__(*args, **kwargs)
        instance = cls.__new__(cls)  # type: ignore[call-overload]
        instance.__init__(*args, **kwargs)

        def as_argument(tracer: TracerBase) -> Node:
            made = tracer.create_proxy("call_function", cls, args, kwargs)
            return made.node

        instance.__fx_create_arg__ = as_argument
        return instance


def wrap(fn_or_name: str | Callable[..., Any]) -> Any:
    """`fn_or_name`; calls of that function of the caller's module are not gone into when a program is traced.

    Called where modules are written, outside of any function: `torch.fx.wrap("len")`, or as a decorator.
    """
    if not callable(fn_or_name) and not isinstance(fn_or_name, str):
        raise RuntimeError("Unsupported type for global function! Must be either a callable or string name")
    frame: Any = inspect.currentframe()
    caller = frame.f_back
    if isinstance(fn_or_name, str):
        name, names = fn_or_name, caller.f_globals
    else:
        if not isinstance(fn_or_name, FunctionType):
            return fn_or_name
        name, names = fn_or_name.__name__, fn_or_name.__globals__
    if caller.f_code.co_name != "<module>" and isinstance(fn_or_name, str):
        raise NotImplementedError("wrap must be called at the top level of a module")
    wrapped_functions[id(names), name] = names
    return fn_or_name


class Tracer(TracerBase):
    """Goes through a module's forward, or a function, and makes a graph of it. Subclasses choose what a leaf is.

    autowrap_modules, autowrap_functions: whose calls are kept as calls, as by wrap().
    """

    def __init__(
        self,
        autowrap_modules: tuple[ModuleType, ...] = (math,),
        autowrap_functions: tuple[Callable[..., Any], ...] = (),
        param_shapes_constant: bool = False,
    ):
        self._autowrap_search: list[ModuleType] = list(autowrap_modules)
        self._autowrap_function_ids = functions_in(autowrap_modules) | {id(function) for function in autowrap_functions}
        self.param_shapes_constant = param_shapes_constant
        self.submodule_paths: dict[Module, str] | None = None
        self.root_module_name = ""
        self.tensor_attrs: dict[int, str] = {}
        self.module_stack: dict[str, Any] = {}
        self._root_function: Any = None

    # ---- what subclasses say

    def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
        """Whether a module is called as a whole: those of torch.nn are, containers apart."""
        home = type(m).__module__.removeprefix("vibetensor.")
        return home.startswith(("torch.nn", "torch.ao.nn")) and not isinstance(m, Sequential)

    def path_of_module(self, mod: Module) -> str:
        """The dotted path of a module below the root; NameError if it is not there."""
        if self.submodule_paths is not None and mod in self.submodule_paths:
            return self.submodule_paths[mod]
        for name, found in self.root.named_modules():
            if found is mod:
                return name
        raise NameError("module is not installed as a submodule")

    def call_module(self, m: Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a call of a module gives: a node for a leaf, else what is recorded of its forward."""
        path = self.path_of_module(m)
        if self.is_leaf_module(m, path):
            return self.create_proxy("call_module", path, args, kwargs)
        return forward(*args, **kwargs)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        """What reading an attribute of a module gives: for a parameter a proxy, the same for the whole of a trace."""
        is_parameter = isinstance(attr_val, Parameter)
        if not is_parameter and not (self.proxy_buffer_attributes and isinstance(attr_val, Tensor)):
            return attr_val
        named = self.root.named_parameters if is_parameter else self.root.named_buffers
        for name, tensor in named():
            if tensor is not attr_val:
                continue
            if name not in parameter_proxy_cache:
                factory = None
                if is_parameter and self.param_shapes_constant:

                    def factory(node: Node, name: str = name) -> Proxy:
                        return ParameterProxy(self, node, name, attr_val)

                parameter_proxy_cache[name] = self.create_proxy("get_attr", name, (), {}, proxy_factory_fn=factory)
            return parameter_proxy_cache[name]
        return attr_val

    _module_getattr = getattr

    # ---- arguments

    def create_arg(self, a: Any) -> Argument:
        """`a` as an argument of a node. Parameters, tensors and modules become attributes that are read."""
        if isinstance(a, Parameter):
            for name, parameter in self.root.named_parameters():
                if parameter is a:
                    return self.create_node("get_attr", name, (), {})
            raise NameError("parameter is not a member of this module")
        if isinstance(a, Tensor):
            for name, buffer in self.root.named_buffers():
                if buffer is a:
                    return self.create_node("get_attr", name, (), {})
            return self.create_node("get_attr", self._path_of_tensor(a), (), {})
        if isinstance(a, Module):
            return self.create_node("get_attr", self.path_of_module(a), (), {})
        if isinstance(a, tuple) and hasattr(a, "_fields") and any(isinstance(item, Proxy) for item in a):
            return self.create_node("call_function", type(a), tuple(self.create_arg(item) for item in a), {})
        return super().create_arg(a)

    def _path_of_tensor(self, tensor: Any) -> str:
        """Where the root module has a tensor that is neither parameter nor buffer; it is put there if need be."""
        path = self.tensor_attrs.get(id(tensor))
        if path is None:
            number = 0
            while hasattr(self.root, f"_tensor_constant{number}"):
                number += 1
            path = self.tensor_attrs[id(tensor)] = f"_tensor_constant{number}"
            setattr(self.root, path, tensor)
        return path

    def create_args_for_root(
        self, root_fn: Callable[..., Any], is_module: bool, concrete_args: dict[str, Any] | None = None
    ) -> tuple[Any, list[Any]]:
        """The function to call, and placeholders for its arguments, or the values that `concrete_args` gives them."""
        plain = inspect.unwrap(root_fn)
        described = list(inspect.signature(plain).parameters.values())
        args: list[Any] = [self.root] if is_module else []
        if is_module and (not described or described[0].kind is inspect.Parameter.VAR_POSITIONAL):
            pass
        elif is_module:
            described = described[1:]
        types = getattr(plain, "__annotations__", {})
        values = concrete_args or {}
        described.sort(key=lambda parameter: ORDER.get(parameter.kind, 0))
        for parameter in described:
            name = parameter.name
            if name in values and values[name] is not PH:
                args.append(self._concrete(name, values[name], parameter))
                continue
            star = STARS.get(parameter.kind, "")
            default = () if star or parameter.default is parameter.empty else (parameter.default,)
            args.append(self.create_proxy("placeholder", star + name, default, {}, type_expr=types.get(name)))
        if any(parameter.kind in ORDER for parameter in described):
            return by_position(plain, len(args)), args
        return root_fn, args

    def _concrete(self, name: str, value: Any, parameter: inspect.Parameter) -> Any:
        """The value that an argument has in this trace. The graph still takes the argument, and checks it."""
        if isinstance(value, list | tuple | dict):
            raise NotImplementedError(
                f"concrete_args: {name} is a container; only single values are taken here. functools.partial gives "
                "a function that has the argument already"
            )
        default = () if parameter.default is parameter.empty else (parameter.default,)
        made = self.create_proxy("placeholder", f"{name}_1", default, {})
        if isinstance(value, bool | int | float | str) or value is None:
            from vibetensor.torch._checks import _assert

            condition = made.tracer.create_proxy("call_function", check_value, (made, value), {})
            message = f"{name} has been specialized to have value {value} but got another value"
            self.create_proxy("call_function", _assert, (condition, message), {})
        return value

    # ---- tracing

    def trace(self, root: Module | Callable[..., Any], concrete_args: dict[str, Any] | None = None) -> Graph:
        """The graph of a module's forward, or of a function."""
        global open_traces
        if isinstance(root, Module):
            self.root = root
            function = getattr(type(root), self.traced_func_name)
            self.root_module_name = root._get_name()
            self.submodule_paths = {module: name for name, module in root.named_modules()}
        else:
            self.root = Module()
            function = root
        self.graph = Graph(tracer_cls=getattr(self, "__class__", None))
        if not inspect.isfunction(inspect.unwrap(function)) and not callable(function):
            raise TypeError(f"Tracer.trace: expected a module or a function, got {type(root).__name__}")
        self.tensor_attrs = {
            id(value): f"{path}.{name}".lstrip(".")
            for path, module in self.root.named_modules()
            for name, value in vars(module).items()
            if isinstance(value, Tensor)
        }
        names = getattr(inspect.unwrap(function), "__globals__", {})
        open_traces += 1
        try:
            function, args = self.create_args_for_root(function, isinstance(root, Module), concrete_args)
            with Patches() as patches:
                self._patch(patches, names)
                result = function(*args)
                returns = getattr(inspect.unwrap(function), "__annotations__", {}).get("return")
                self.create_node("output", "output", (self.create_arg(result),), {}, type_expr=returns)
        finally:
            open_traces -= 1
            self.submodule_paths = None
        return self.graph

    def _patch(self, patches: Patches, names: dict[str, Any]) -> None:
        parameter_proxies: dict[str, Any] = {}
        original_call, original_getattr = Module.__call__, Module.__getattr__
        tracer = self

        def call(module: Module, *args: Any, **kwargs: Any) -> Any:
            def forward(*args: Any, **kwargs: Any) -> Any:
                return original_call(module, *args, **kwargs)

            autowrap(patches, getattr(getattr(module.forward, "__func__", None), "__globals__", {}), ids)
            return tracer.call_module(module, forward, args, kwargs)

        def read(module: Module, name: str) -> Any:
            return tracer.getattr(name, original_getattr(module, name), parameter_proxies)

        ids = self._autowrap_function_ids
        patches.attribute(Module, "__call__", call)
        patches.attribute(Module, "__getattr__", read)
        patches.functions_of_torch()
        for (_, name), owner in wrapped_functions.items():
            function = owner.get(name, getattr(builtins, name, None))
            if function is not None:
                patches.entry(owner, name, wrapped(function))
        for cls, name in wrapped_methods:
            patches.attribute(cls, name, wrapped_method(cls, name))
        autowrap(patches, names, ids)
        for module in self._autowrap_search:
            autowrap(patches, module.__dict__, ids)


def check_value(found: Any, expected: Any) -> bool:
    """Whether an argument is the value that a trace was made for."""
    return type(found) is type(expected) and found == expected


STARS: dict[Any, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
# how the variables of code are ordered: what may be given by position comes first
ORDER: dict[Any, int] = {
    inspect.Parameter.KEYWORD_ONLY: 1,
    inspect.Parameter.VAR_POSITIONAL: 2,
    inspect.Parameter.VAR_KEYWORD: 3,
}


def by_position(function: Any, count: int) -> Any:
    """`function` with all its `count` arguments by position, `*args` and `**kwargs` as one each: their proxies."""
    code = function.__code__
    flags = code.co_flags & ~(inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
    flat = code.replace(co_argcount=count, co_posonlyargcount=0, co_kwonlyargcount=0, co_flags=flags)
    return FunctionType(flat, function.__globals__, function.__name__, function.__defaults__, function.__closure__)


def symbolic_trace(root: Module | Callable[..., Any], concrete_args: dict[str, Any] | None = None) -> GraphModule:
    """A module that runs the graph of `root`, a module or function. Control flow that depends on values raises.

    concrete_args: values of arguments that the graph is specialised to.

    >>> import vibetensor.torch as torch
    >>> traced = torch.fx.symbolic_trace(lambda x: torch.relu(x) + 1)
    >>> print(traced.code.strip())
    def forward(self, x):
        relu = torch.relu(x);  x = None
        add = relu + 1;  relu = None
        return add
    """
    tracer = Tracer()
    graph = tracer.trace(root, concrete_args)
    name = type(root).__name__ if isinstance(root, Module) else root.__name__
    return GraphModule(tracer.root, graph, name)
