"""Programs as graphs: symbolic_trace makes one of a module, GraphModule runs it, and in between it can be changed."""

from __future__ import annotations

from vibetensor.torch._not_there import module_getattr

__all__ = [
    "PH",
    "CodeGen",
    "Graph",
    "GraphModule",
    "Interpreter",
    "Node",
    "Proxy",
    "ProxyableClassMeta",
    "Tracer",
    "Transformer",
    "has_side_effect",
    "map_arg",
    "replace_pattern",
    "symbolic_trace",
    "wrap",
]

from vibetensor.torch.fx._symbolic_trace import PH, ProxyableClassMeta, Tracer, symbolic_trace, wrap
from vibetensor.torch.fx.graph import CodeGen, Graph
from vibetensor.torch.fx.graph_module import GraphModule
from vibetensor.torch.fx.interpreter import Interpreter, Transformer
from vibetensor.torch.fx.node import Node, has_side_effect, map_arg
from vibetensor.torch.fx.proxy import Proxy
from vibetensor.torch.fx.subgraph_rewriter import replace_pattern

__getattr__ = module_getattr(
    __name__,
    [
        "_symbolic_trace",
        "experimental",
        "graph",
        "graph_module",
        "immutable_collections",
        "interpreter",
        "node",
        "passes",
        "proxy",
        "subgraph_rewriter",
    ],
)
