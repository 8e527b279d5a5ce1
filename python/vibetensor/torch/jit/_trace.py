"""torch.jit.trace: a run of a module recorded as a graph that is run in its place.

A mode sees every call of torch that is made of tensors (overrides.TorchFunctionMode), so what is recorded are public
functions and methods with their arguments. Sizes are recorded too, as integers that know where they come from; what the
program decides by values is decided once and for all, and warned of.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from vibetensor import _C
from vibetensor.torch.fx.graph import Graph
from vibetensor.torch.fx.node import Node
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.overrides import TorchFunctionMode, getset_name

Tensor: Any = _C.Tensor

READS = {
    "__bool__": "a Python boolean",
    "__int__": "a Python integer",
    "__float__": "a Python float",
    "__index__": "a Python index",
    "item": "a Python number",
    "tolist": "a Python list",
}


class TracerWarning(Warning):
    """What a traced program may do otherwise than the program that was traced."""


class State:
    """Whether a trace is being made."""

    tracing = False


class TracedInt(int):
    """A size, with the node that computes it in the graph."""

    node: Callable[[], Node]

    def __new__(cls, value: int, node: Callable[[], Node]) -> TracedInt:
        self = super().__new__(cls, value)
        self.node = node
        return self

    def __reduce__(self) -> Any:
        return int, (int(self),)


def traced_operator(name: str) -> Callable[..., Any]:
    """An operator of TracedInt: of the same name in the graph. Reflected ones have their operands exchanged."""
    plain = getattr(int, name)
    reflected = name.startswith("__r") and name != "__round__"
    function = getattr(operator, "__" + name[3:] if reflected else name)

    def apply(self: TracedInt, other: Any) -> Any:
        value = plain(self, other)
        if value is NotImplemented or not isinstance(value, int):
            return value

        def node() -> Node:
            mine = self.node()
            given = other.node() if isinstance(other, TracedInt) else other
            return mine.graph.call_function(function, (given, mine) if reflected else (mine, given))

        return TracedInt(value, node)

    return apply


for _name in ("add", "sub", "mul", "floordiv", "mod"):
    setattr(TracedInt, f"__{_name}__", traced_operator(f"__{_name}__"))
    setattr(TracedInt, f"__r{_name}__", traced_operator(f"__r{_name}__"))


class Recorder(TorchFunctionMode):
    """The mode under which a program runs while it is recorded in `graph`.

    names: the paths of the tensors of the module, by their ids. constants: other tensors that the program brought.
    """

    def __init__(self, names: dict[int, str]) -> None:
        self.graph = Graph()
        self.names = names
        self.constants: dict[str, Any] = {}
        self.nodes: dict[int, Callable[[], Node]] = {}
        self.kept: list[Any] = []  # while they are, no other tensor has their ids
        self.warned: set[str] = set()

    def __torch_function__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        attribute = getset_name(func)
        result = func(*args, **kwargs)
        if attribute is not None and name == "__get__":
            if attribute == "shape":
                return self.sizes(args[0], result)
            return self.keep(lambda: (getattr, (args[0], attribute), {}), result)
        if name in READS and isinstance(result, bool | int | float | list):
            self.warn_of_read(READS[name])
            return result
        if func is Tensor.size:
            whole = self.sizes(args[0], args[0].shape)
            dim = args[1] if len(args) > 1 else kwargs.get("dim")
            return whole if dim is None else whole[dim]
        if func is Tensor.numel or name == "numel":
            return TracedInt(result, lambda: self.graph.call_method("numel", (self.node_of(args[0]),)))
        if name in ("requires_grad_", "retain_grad"):  # about recording, not about values
            return result
        if name == "__setitem__":
            self.add(operator.setitem, args, kwargs)
            return result
        if name == "__getitem__":
            func = operator.getitem
        return self.keep(lambda: (func, args, kwargs), result)

    def warn_of_read(self, what: str) -> None:
        if what not in self.warned:
            self.warned.add(what)
            warnings.warn(
                f"Converting a tensor to {what} might cause the trace to be incorrect. We can't record the data flow of "
                "Python values, so this value will be treated as a constant in the future. This means that the trace "
                "might not generalize to other inputs!",
                TracerWarning,
                stacklevel=4,
            )

    def sizes(self, tensor: Any, shape: Any) -> Any:
        """The shape of a tensor with where its sizes come from."""

        def size(i: int) -> Callable[[], Node]:
            return lambda: self.graph.call_method("size", (self.node_of(tensor), i))

        return _C.Size([TracedInt(int(n), size(i)) for i, n in enumerate(shape)])

    def keep(self, call: Callable[[], Any], result: Any) -> Any:
        """`result`, recorded as that of a call if there are tensors in it."""
        if isinstance(result, Tensor):
            self.bind(result, self.add(*call()))
        elif isinstance(result, tuple | list) and any(isinstance(part, Tensor) for part in result):
            self.bind_parts(result, self.add(*call()))
        return result

    def add(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Node:
        given = tuple(self.argument(a) for a in args)
        named = {key: self.argument(value) for key, value in kwargs.items()}
        name = getattr(func, "__name__", None)
        if name is not None and getattr(Tensor, name, None) is func:
            return self.graph.call_method(name, given, named)
        return self.graph.call_function(func, given, named)

    def bind(self, tensor: Any, node: Node) -> None:
        self.kept.append(tensor)
        self.nodes[id(tensor)] = lambda: node

    def bind_parts(self, parts: Any, node: Node) -> None:
        """Returns None; the tensors in a tuple or list, at any depth, are items of `node`'s result."""

        def item(i: int) -> Callable[[], Node]:
            made: list[Node] = []

            def get() -> Node:
                if not made:
                    made.append(self.graph.call_function(operator.getitem, (node, i)))
                return made[0]

            return get

        for i, part in enumerate(parts):
            if isinstance(part, Tensor):
                self.kept.append(part)
                self.nodes[id(part)] = item(i)
            elif isinstance(part, tuple | list):
                self.bind_parts(part, item(i)())

    def node_of(self, tensor: Any) -> Node:
        """The node of a tensor: of an input, of what was computed, of the module's, or of a constant."""
        if id(tensor) not in self.nodes:
            path = self.names.get(id(tensor))
            if path is None:
                if tensor.grad_fn is not None:
                    raise RuntimeError(
                        f"torch.jit.trace: a tensor of shape {tuple(tensor.shape)} was made by what tracing does not see, "
                        f"{tensor.grad_fn.name()}: write it with functions of torch"
                    )
                path = f"_tensor_constant{len(self.constants)}"
                self.constants[path] = tensor
            self.bind(tensor, self.graph.get_attr(path))
        return self.nodes[id(tensor)]()

    def argument(self, value: Any) -> Any:
        """A call's argument as the graph has it."""
        if isinstance(value, Tensor):
            return self.node_of(value)
        if isinstance(value, TracedInt):
            return value.node()
        if isinstance(value, slice):
            return slice(self.argument(value.start), self.argument(value.stop), self.argument(value.step))
        if isinstance(value, tuple | list):
            items = [self.argument(item) for item in value]
            return items if isinstance(value, list) else tuple(items)
        if isinstance(value, dict):
            return {key: self.argument(item) for key, item in value.items()}
        return value


@contextmanager
def tracing() -> Iterator[None]:
    State.tracing = True
    try:
        yield
    finally:
        State.tracing = False


def tensors_of(module: Module) -> dict[int, str]:
    """The paths of a module's parameters and buffers, by their ids."""
    found: dict[int, str] = {}
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        found.setdefault(id(tensor), name)
    return found


def record(
    function: Callable[..., Any],
    module: Module | None,
    inputs: tuple[Any, ...],
    kwargs: dict[str, Any],
    names: list[str],
) -> tuple[Graph, dict[str, Any]]:
    """The graph of a run of `function`, and the tensors that it brought and no module has."""
    recorder = Recorder({} if module is None else tensors_of(module))
    for name, value in (*zip(names, inputs), *kwargs.items()):
        node = recorder.graph.placeholder(name)
        if isinstance(value, Tensor):
            recorder.bind(value, node)
        elif isinstance(value, tuple | list):
            recorder.bind_parts(value, node)
    with tracing(), recorder:
        result = function(*inputs, **kwargs)
    recorder.graph.output(outputs(recorder, result))
    return recorder.graph, recorder.constants


def outputs(recorder: Recorder, result: Any) -> Any:
    """The result of the traced program as the graph returns it."""
    if isinstance(result, Tensor):
        return recorder.node_of(result)
    if isinstance(result, tuple | list):
        return (
            type(result)(outputs(recorder, part) for part in result)
            if type(result) in (tuple, list)
            else tuple(outputs(recorder, part) for part in result)
        )
    if isinstance(result, dict):
        return {key: outputs(recorder, part) for key, part in result.items()}
    raise RuntimeError(
        f"Type '{type(result).__name__}' cannot be traced. Only Tensors and (possibly nested) Lists, Dicts, and Tuples of "
        "Tensors can be traced"
    )


def check(
    function: Callable[..., Any], traced: Any, module: Module | None, inputs: Any, kwargs: Any, tolerance: float
) -> None:
    """Returns None; warns where the graph gives other results than the program, both with the same random numbers."""
    from vibetensor.torch import allclose
    from vibetensor.torch.random import get_rng_state, set_rng_state
    from vibetensor.torch.utils._pytree import tree_leaves

    kept = {name: buffer.clone() for name, buffer in module.named_buffers()} if module is not None else {}
    state = get_rng_state()
    results = []
    for run in (function, traced):
        set_rng_state(state)
        result = run(*inputs, **kwargs)
        results.append([leaf for leaf in tree_leaves(result) if isinstance(leaf, Tensor)])
        for name, before in kept.items():
            module.get_buffer(name).copy_(before)  # type: ignore[union-attr]
    set_rng_state(state)
    same = len(results[0]) == len(results[1]) and all(
        a.shape == b.shape and (not a.is_floating_point() or allclose(a, b, rtol=tolerance, atol=1e-5, equal_nan=True))
        for a, b in zip(*results)
    )
    if not same:
        warnings.warn(
            "Output of the traced function does not match that of the Python function: it does what tracing does not see",
            TracerWarning,
            stacklevel=3,
        )
