"""What libraries import of torch.fx. There are no graphs of programs here: what would make one raises."""

from __future__ import annotations

from typing import Any

from vibetensor.torch._not_there import Refused, RefusedType, module_getattr
from vibetensor.torch.nn.modules.module import Module

__all__ = ["Graph", "GraphModule", "Interpreter", "Node", "Proxy", "Tracer", "Transformer", "wrap"]

NO_GRAPHS = "there are no graphs of programs; forward hooks see what a module computes"

symbolic_trace = Refused("torch.fx.symbolic_trace", NO_GRAPHS)
replace_pattern = Refused("torch.fx.replace_pattern", NO_GRAPHS)


class Graph(RefusedType):
    """A program as a graph."""

    refusal = f"torch.fx.Graph is not there yet: {NO_GRAPHS}"


class Node(RefusedType):
    """An operation in a graph."""

    refusal = f"torch.fx.Node is not there yet: {NO_GRAPHS}"


class GraphModule(RefusedType, Module):
    """A module that runs a graph."""

    refusal = f"torch.fx.GraphModule is not there yet: {NO_GRAPHS}"


class Proxy(RefusedType):
    """What stands for a value while a program is traced."""

    refusal = f"torch.fx.Proxy is not there yet: {NO_GRAPHS}"


class Tracer(RefusedType):
    """What makes a graph of a module."""

    refusal = f"torch.fx.Tracer is not there yet: {NO_GRAPHS}"


class Interpreter(RefusedType):
    """What runs a graph node by node."""

    refusal = f"torch.fx.Interpreter is not there yet: {NO_GRAPHS}"


class Transformer(Interpreter):
    """What makes a graph of a graph."""

    refusal = f"torch.fx.Transformer is not there yet: {NO_GRAPHS}"


def wrap(fn_or_name: Any) -> Any:
    """`fn_or_name`, a function or the name of one, as it is: nothing is traced that it could be a leaf of."""
    if not callable(fn_or_name) and not isinstance(fn_or_name, str):
        raise RuntimeError("Unsupported type for global function! Must be either a callable or string name")
    return fn_or_name


__getattr__ = module_getattr(__name__, ["_symbolic_trace", "experimental", "graph", "graph_module", "node", "proxy"])
