"""Proxy, which stands for a value while a program is traced, and the base of what traces."""

from __future__ import annotations

import operator
import sys
import traceback
from collections.abc import Callable, Iterator
from opcode import opmap
from typing import Any, NoReturn

from vibetensor import _C
from vibetensor.torch.fx.graph import Graph
from vibetensor.torch.fx.node import Argument, Node, Target, map_aggregate

__all__ = ["Attribute", "GraphAppendingTracer", "ParameterProxy", "Proxy", "TraceError", "TracerBase"]

SIMPLE = (str, int, float, bool, complex, bytes, range, type(None), type(...))
TORCH_SIMPLE = (_C.dtype, _C.device, _C.layout, _C.memory_format, _C.Tensor)


class TraceError(ValueError):
    """The program does what no graph can say."""


class TracerBase:
    """What makes nodes of calls; Tracer is the one that goes through a module."""

    graph: Graph
    record_stack_traces = False
    trace_asserts = False
    proxy_buffer_attributes = False
    traced_func_name = "forward"

    def create_node(
        self,
        kind: str,
        target: Target,
        args: tuple[Argument, ...],
        kwargs: dict[str, Argument],
        name: str | None = None,
        type_expr: Any = None,
    ) -> Node:
        """A new node of the graph, of arguments that create_arg() gave."""
        return self.graph.create_node(kind, target, args, kwargs, name, type_expr)

    def proxy(self, node: Node) -> Proxy:
        """What stands for the value of `node`."""
        return Proxy(node, self)

    def create_proxy(
        self,
        kind: str,
        target: Target,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        name: str | None = None,
        type_expr: Any = None,
        proxy_factory_fn: Callable[[Node], Proxy] | None = None,
    ) -> Proxy:
        """What stands for the result of a call of `target`, for which there is a node from now on."""
        args_, kwargs_ = self.create_arg(args), self.create_arg(kwargs)
        if not isinstance(args_, tuple) or not isinstance(kwargs_, dict):
            raise AssertionError("create_arg has to give a tuple for a tuple and a dict for a dict")
        node = self.create_node(kind, target, args_, kwargs_, name, type_expr)
        made = self.proxy(node) if proxy_factory_fn is None else proxy_factory_fn(node)
        if self.record_stack_traces:
            made.node.stack_trace = "".join(traceback.format_list(frames_of_program()))
        return made

    def create_arg(self, a: Any) -> Argument:
        """`a` as an argument of a node: proxies as their nodes, containers with what is in them."""
        if isinstance(a, Proxy):
            return a.node
        if hasattr(a, "__fx_create_arg__"):
            return a.__fx_create_arg__(self)
        if isinstance(a, tuple) and hasattr(a, "_fields"):
            return type(a)(*(self.create_arg(item) for item in a))
        if isinstance(a, tuple | list):
            return type(a)(self.create_arg(item) for item in a)
        if isinstance(a, dict):
            return {self._key(key): self.create_arg(value) for key, value in a.items()}
        if isinstance(a, slice):
            return slice(self.create_arg(a.start), self.create_arg(a.stop), self.create_arg(a.step))
        if isinstance(a, (*SIMPLE, *TORCH_SIMPLE)) or callable(a):
            return a
        import enum

        if isinstance(a, enum.Enum):
            return a
        raise NotImplementedError(f"argument of type: {type(a)}")

    def _key(self, key: Any) -> Any:
        def refuse(leaf: Any) -> Any:
            if isinstance(leaf, Node):
                raise RuntimeError(f"Keys for dictionaries used as an argument cannot contain a Node. Got key: {leaf}")
            return leaf

        return map_aggregate(self.create_arg(key), refuse)

    def to_bool(self, obj: Proxy) -> bool:
        """What `if proxy:` does; a tracer that knows the value may say it."""
        raise TraceError("symbolically traced variables cannot be used as inputs to control flow")

    def iter(self, obj: Proxy) -> Iterator[Any]:
        """What `for item in proxy` does. It can be unpacked into names, whose number the code says."""
        frame: Any = sys._getframe(2)
        code, at = frame.f_code.co_code, frame.f_lasti
        if code[at] == opmap["UNPACK_SEQUENCE"]:
            return (operator.getitem(obj, i) for i in range(code[at + 1]))
        raise TraceError(
            "Proxy object cannot be iterated. This can be attempted when the Proxy is used in a loop or as a *args or "
            "**kwargs function argument. See the torch.fx docs on pytorch.org for a more detailed explanation of what "
            "types of control flow can be traced, and check out the Proxy docstring for help troubleshooting Proxy "
            "iteration errors"
        )

    def keys(self, obj: Proxy) -> Any:
        """What `**proxy` asks."""
        return Attribute(obj, "keys")()


class GraphAppendingTracer(TracerBase):
    """Adds to a graph that is there, so that one may write `torch.relu(Proxy(node))` instead of making the node."""

    def __init__(self, graph: Graph):
        self.graph = graph


def frames_of_program() -> list[traceback.FrameSummary]:
    """Where the program is, without the frames of tracing."""
    home = __file__.rpartition("/")[0]
    return [frame for frame in traceback.extract_stack() if not frame.filename.startswith(home)]


class Proxy:
    """Stands for the value of a node; what is done with it is recorded in the node's graph.

    >>> import vibetensor.torch as torch
    >>> graph = torch.fx.Graph()
    >>> x = torch.fx.Proxy(graph.placeholder("x"))
    >>> torch.relu(x) + 1
    Proxy(add)
    """

    def __init__(self, node: Node, tracer: TracerBase | None = None):
        self.tracer = GraphAppendingTracer(node.graph) if tracer is None else tracer
        self.node = node

    def __repr__(self) -> str:
        return f"Proxy({self.node.name})"

    def __getattr__(self, name: str) -> Any:
        if name in ("tracer", "node"):  # of one that is being copied
            raise AttributeError(name)
        return Attribute(self, name)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __deepcopy__(self, memo: dict[int, Any]) -> Proxy:
        from copy import deepcopy

        return Proxy(deepcopy(self.node, memo), deepcopy(self.tracer, memo))

    def __call__(self, *args: Any, **kwargs: Any) -> Proxy:
        return self.tracer.create_proxy("call_method", "__call__", (self, *args), kwargs)

    def __iter__(self) -> Iterator[Any]:
        return self.tracer.iter(self)

    def __abs__(self) -> Proxy:
        return self.tracer.create_proxy("call_function", operator.abs, (self,), {})

    def __bool__(self) -> bool:
        if self.tracer.trace_asserts and is_assertion(sys._getframe(1)):
            from vibetensor.torch._checks import _assert

            self.tracer.create_proxy("call_function", _assert, (self, assertion_message(sys._getframe(1))), {})
            return True
        return self.tracer.to_bool(self)

    def keys(self) -> Any:
        """What `**proxy` asks; a tracer may answer."""
        return self.tracer.keys(self)

    def __len__(self) -> NoReturn:
        raise RuntimeError(
            "'len' is not supported in symbolic tracing by default. If you want this call to be recorded, please call "
            "torch.fx.wrap('len') at module scope"
        )

    @classmethod
    def __torch_function__(cls, orig_method: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Records a call of torch that a proxy is an argument of."""
        from vibetensor.torch.overrides import is_tensor_method_or_property

        tracers: dict[Any, None] = {}

        def find(leaf: Any) -> Any:
            if isinstance(leaf, Proxy):
                tracers[leaf.tracer] = None
            return leaf

        map_aggregate(args, find)
        map_aggregate(kwargs or {}, find)
        if len(tracers) > 1:
            raise RuntimeError(f"Found multiple different tracers {list(tracers)} while trying to trace operations")
        (tracer,) = tracers
        if is_tensor_method_or_property(orig_method):
            return tracer.create_proxy("call_method", orig_method.__name__, args, kwargs or {})
        return tracer.create_proxy("call_function", orig_method, args, kwargs or {}, name=None)


def is_assertion(frame: Any) -> bool:
    """Whether the code of `frame` is at the condition of an assert."""
    import dis

    instructions = list(dis.get_instructions(frame.f_code))
    at = next(i for i, step in enumerate(instructions) if step.offset == frame.f_lasti)
    following = [step.opname for step in instructions[at + 1 : at + 4]]
    return instructions[at].opname.startswith("POP_JUMP") and "LOAD_ASSERTION_ERROR" in following


def assertion_message(frame: Any) -> str:
    return f"assertion at {frame.f_code.co_filename}:{frame.f_lineno}"


class Attribute(Proxy):
    """An attribute of a proxy: a call of a method if it is called, else a node of its own once it is used."""

    def __init__(self, root: Proxy, attr: str):
        self.root, self.attr, self.tracer = root, attr, root.tracer
        self._node: Node | None = None

    @property
    def node(self) -> Node:  # type: ignore[override]
        if self._node is None:
            self._node = self.tracer.create_proxy("call_function", getattr, (self.root, self.attr), {}).node
        return self._node

    def __call__(self, *args: Any, **kwargs: Any) -> Proxy:
        return self.tracer.create_proxy("call_method", self.attr, (self.root, *args), kwargs)


class ParameterProxy(Proxy):
    """Stands for a parameter, whose shape and size are numbers."""

    def __init__(self, tracer: TracerBase, node: Node, name: str, param: Any):
        super().__init__(node, tracer)
        self.param, self.name = param, name

    def __repr__(self) -> str:
        return f"ParameterProxy({self.name})"

    @property
    def shape(self) -> Any:
        return self.param.shape

    def size(self, *args: Any) -> Any:
        return self.param.size(*args)

    def dim(self) -> int:
        return self.param.dim()

    @property
    def ndim(self) -> int:
        return self.param.ndim

    def numel(self) -> int:
        return self.param.numel()

    def nelement(self) -> int:
        return self.param.nelement()


BINARY = "add sub mul floordiv truediv mod pow lshift rshift and_ or_ xor matmul".split()  # noqa: SIM905
OTHERS = "eq ne lt gt le ge pos neg invert getitem".split()  # noqa: SIM905


def recorder(function: Any) -> Callable[..., Proxy]:
    def record(*args: Any, **kwargs: Any) -> Proxy:
        return args[0].tracer.create_proxy("call_function", function, args, kwargs)

    return record


def reflected(function: Any) -> Callable[[Proxy, Any], Proxy]:
    def record(self: Proxy, other: Any) -> Proxy:
        return self.tracer.create_proxy("call_function", function, (other, self), {})

    return record


for _name in (*BINARY, *OTHERS):
    setattr(Proxy, f"__{_name.rstrip('_')}__", recorder(getattr(operator, _name)))
for _name in BINARY:
    setattr(Proxy, f"__r{_name.rstrip('_')}__", reflected(getattr(operator, _name)))
Proxy.__hash__ = object.__hash__  # type: ignore[method-assign]
