"""What torch.jit.trace gives: a module, or a function, that runs a recorded graph; and its files.

A file is what torch.save makes of plain containers: the calls of the graph by public name, and the tensors. Reading one
runs nothing: only functions of torch that compute, methods of Tensor and Python's operators are looked up by name.
"""

from __future__ import annotations

import operator
from typing import Any

from vibetensor import _C
from vibetensor.torch.fx.graph import Graph
from vibetensor.torch.fx.graph_module import GraphModule, assign
from vibetensor.torch.fx.node import Node
from vibetensor.torch.nn.modules.module import Module

Tensor: Any = _C.Tensor
FORMAT = "vibetensor.traced"
OPERATORS = ("add", "sub", "mul", "floordiv", "mod", "getitem", "setitem")
SMALL = {"dtype": _C.dtype, "layout": _C.layout, "memory_format": _C.memory_format}
DUNDERS = frozenset(
    f"__{prefix}{name}__"
    for name in (
        "add",
        "sub",
        "mul",
        "truediv",
        "floordiv",
        "mod",
        "pow",
        "matmul",
        "and",
        "or",
        "xor",
        "lshift",
        "rshift",
    )
    for prefix in ("", "r", "i")
) | {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__invert__", "__neg__", "__abs__", "__reversed__"}


class Tracked(GraphModule):
    """A GraphModule with all the tensors of the module that was traced, under their names."""


def holding(module: Module | None, graph: Graph, constants: dict[str, Any], class_name: str) -> Any:
    """A module that runs `graph` with the tensors of `module`, which it shares."""
    root: dict[str, Any] = dict(constants)
    if module is not None:
        root.update(module.named_parameters(remove_duplicate=False))
        root.update(module.named_buffers(remove_duplicate=False))
    return assembled(
        root, graph, non_persistent(module) | set(constants), class_name, module is None or module.training
    )


def assembled(root: dict[str, Any], graph: Graph, unsaved: set[str], class_name: str, training: bool) -> Any:
    result = Tracked(
        {node.target: root[node.target] for node in graph.nodes if node.op == "get_attr"}, graph, class_name
    )
    for path, tensor in root.items():
        assign(tensor, result, path)
    for path in unsaved:
        owner, _, name = path.rpartition(".")
        result.get_submodule(owner)._non_persistent_buffers_set.add(name)
    return result.train(training)


def non_persistent(module: Module | None) -> set[str]:
    if module is None:
        return set()
    return {
        f"{prefix}.{name}".lstrip(".")
        for prefix, part in module.named_modules()
        for name in part._non_persistent_buffers_set
    }


# Files
# ----------------------------------------------------------------------------------------------------------------------


def public_name(function: Any) -> str:
    from vibetensor.torch.fx.qualified_name import qualified_name

    if function is getattr:
        return "getattr"
    own = getattr(function, "__name__", "")
    if getattr(operator, own, None) is function:
        return f"operator.{own}"
    name = qualified_name(function)
    if not name.startswith("torch."):
        raise RuntimeError(f"torch.jit.save: {name} is no function of torch, and a file has nothing else")
    return name


def function_of(name: str) -> Any:
    """The function of a public name, if it is one that computes."""
    from vibetensor.torch.fx.qualified_name import places
    from vibetensor.torch.overrides import IGNORED, is_function

    if name == "getattr":
        return getattr
    home, _, own = name.rpartition(".")
    if home == "operator" and own in OPERATORS:
        return getattr(operator, own)
    owner = dict(places()).get(home)
    if owner is None and home == "torch.Tensor":
        raise ValueError(f"{name!r} is a method")
    found = vars(owner).get(own) if owner is not None else None
    if found is None and home == "torch":
        found = getattr(_C, own, None) if own in ("tensor", "as_tensor") else getattr(_C.ops, own, None)
    allowed = found is not None and own not in IGNORED and not own.startswith("_")
    if not allowed or not (is_function(found) or own in ("tensor", "as_tensor")):
        raise ValueError(f"torch.jit.load: the file calls {name!r}, which is no function of torch that computes")
    return found


def written(value: Any) -> Any:
    """A call's argument in plain containers."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return float(value) if isinstance(value, float) else int(value)
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [written(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[written(key), written(item)] for key, item in value.items()]}
    if isinstance(value, Node):
        return {"node": value.name}
    if isinstance(value, slice):
        return {"slice": [written(value.start), written(value.stop), written(value.step)]}
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, _C.device):
        return {"device": str(value)}
    for kind, cls in SMALL.items():
        if isinstance(value, cls):
            return {kind: repr(value).removeprefix("torch.")}
    raise RuntimeError(f"torch.jit.save: an argument of type {type(value).__name__} cannot be stored")


def read(value: Any, nodes: dict[str, Node], place: Any) -> Any:
    """The argument that `written` wrote; devices go where map_location `place` says."""
    if isinstance(value, list):
        return [read(item, nodes, place) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "node":
        return nodes[content]
    if kind == "tuple":
        return tuple(read(item, nodes, place) for item in content)
    if kind == "dict":
        return {read(key, nodes, place): read(item, nodes, place) for key, item in content}
    if kind == "slice":
        return slice(*(read(item, nodes, place) for item in content))
    if kind == "complex":
        return complex(*content)
    if kind == "ellipsis":
        return Ellipsis
    if kind == "device":
        return _C.device(content) if place is None else _C.device(place)
    if kind in SMALL and isinstance(getattr(_C, content, None), SMALL[kind]):
        return getattr(_C, content)
    raise ValueError(f"torch.jit.load: unknown kind of argument {kind!r}")


def contents(module: Any) -> dict[str, Any]:
    """A traced module as plain containers and tensors."""
    calls = []
    for node in module.graph.nodes:
        target = node.target if isinstance(node.target, str) else public_name(node.target)
        calls.append([node.op, node.name, target, written(list(node.args)), written(dict(node.kwargs))])
    return {
        "format": FORMAT,
        "version": 1,
        "class": type(module).__name__,
        "training": module.training,
        "calls": calls,
        "parameters": {name: p.detach() for name, p in module.named_parameters(remove_duplicate=False)},
        "requires_grad": [name for name, p in module.named_parameters(remove_duplicate=False) if p.requires_grad],
        "buffers": dict(module.named_buffers(remove_duplicate=False)),
        "non_persistent": sorted(non_persistent(module)),
    }


def check_member(op: str, target: Any, args: list[Any]) -> None:
    """Raises ValueError for a method or an attribute that a file has no business with."""
    members = vars(Tensor)
    if op == "call_method" and (target not in members or (target.startswith("_") and target not in DUNDERS)):
        raise ValueError(f"torch.jit.load: the file calls the method {target!r}")
    if op == "call_function" and target == "getattr":
        name = args[1] if len(args) == 2 else None
        if not isinstance(name, str) or type(members.get(name)).__name__ != "getset_descriptor" or name.startswith("_"):
            raise ValueError(f"torch.jit.load: the file reads the attribute {name!r}")


def rebuilt(data: dict[str, Any], place: Any) -> Any:
    """The module that `contents` described."""
    from vibetensor.torch.nn.parameter import Parameter

    graph = Graph()
    nodes: dict[str, Node] = {}
    for op, name, target, args, kwargs in data["calls"]:
        check_member(op, target, args)
        found = function_of(target) if op == "call_function" else target
        given, named = read(args, nodes, place), read(kwargs, nodes, place)
        if op == "output":
            graph.output(given[0])
        else:
            nodes[name] = graph.create_node(op, found, tuple(given), named, name)
    graph.lint()
    wants = set(data["requires_grad"])
    made: dict[Any, Any] = {}  # one Parameter per place in memory: those that were tied are again
    root: dict[str, Any] = {}
    for name, tensor in data["parameters"].items():
        place_in_memory = (tensor._storage_key(), tensor.storage_offset(), tuple(tensor.shape), tensor.stride())
        root[name] = made.setdefault(place_in_memory, Parameter(tensor, name in wants))
    root.update(data["buffers"])
    return assembled(root, graph, set(data["non_persistent"]), data["class"], data["training"])
