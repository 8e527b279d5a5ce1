"""What libraries import of torch.fx. There are no graphs of programs here: what would make one raises."""

from __future__ import annotations

from typing import Any

from vibetensor.torch._not_there import Refused, RefusedType, module_getattr
from vibetensor.torch.nn.modules.module import Module

__all__ = ["Graph", "GraphModule", "Interpreter", "Node", "Proxy", "Tracer", "Transformer", "wrap"]

NO_GRAPHS = "there are no graphs of programs; forward hooks see what a module computes"

symbolic_trace = Refused("torch.fx.symbolic_trace", NO_GRAPHS)
replace_pattern = Refused("torch.fx.replace_pattern", NO_GRAPHS)


class Graph(RefusedType, why=NO_GRAPHS):
    """A program as a graph."""


class Node(RefusedType, why=NO_GRAPHS):
    """An operation in a graph."""


class GraphModule(RefusedType, Module, why=NO_GRAPHS):
    """A module that runs a graph."""


class Proxy(RefusedType, why=NO_GRAPHS):
    """What stands for a value while a program is traced."""


class Tracer(RefusedType, why=NO_GRAPHS):
    """What makes a graph of a module."""


class Interpreter(RefusedType, why=NO_GRAPHS):
    """What runs a graph node by node."""


class Transformer(Interpreter, why=NO_GRAPHS):
    """What makes a graph of a graph."""


def wrap(fn_or_name: Any) -> Any:
    """`fn_or_name`, a function or the name of one, as it is: nothing is traced that it could be a leaf of."""
    if not callable(fn_or_name) and not isinstance(fn_or_name, str):
        raise RuntimeError("Unsupported type for global function! Must be either a callable or string name")
    return fn_or_name


__getattr__ = module_getattr(__name__, ["_symbolic_trace", "experimental", "graph", "graph_module", "node", "proxy"])
