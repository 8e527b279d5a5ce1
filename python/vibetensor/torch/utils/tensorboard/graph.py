"""A model's calls as TensorBoard's graph: what torch.jit.trace recorded, a node per call, input and parameter."""

from __future__ import annotations

from typing import Any

from tensorboard.compat.proto.attr_value_pb2 import AttrValue
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef
from tensorboard.compat.proto.versions_pb2 import VersionDef


def node_of(node: Any) -> Any:
    """The message of one node of a torch.fx graph."""
    kinds = {"placeholder": "IO Node", "output": "IO Node", "get_attr": "Parameter"}
    target = node.target if isinstance(node.target, str) else node.target.__name__
    inputs: list[str] = [given.name for given in node.all_input_nodes]
    path = node.target.rpartition(".")[0].replace(".", "/") if node.op == "get_attr" else ""
    attributes = {"attr": AttrValue(s=f"{target}{tuple(node.args)[1:]}{dict(node.kwargs) or ''}".encode())}
    name = f"{path}/{node.name}" if path else node.name
    return NodeDef(name=name, op=kinds.get(node.op, target), input=inputs, attr=attributes)


def graph_of(model: Any, inputs: Any, strict: bool) -> Any:
    """The GraphDef of what `model` calls for `inputs`, a tensor or a tuple of arguments."""
    from vibetensor.torch import jit

    traced = jit.trace(model, inputs, check_trace=False, strict=strict)
    made = [node_of(node) for node in traced.graph.nodes]
    names = {node.name: message.name for node, message in zip(traced.graph.nodes, made, strict=True)}
    for message in made:
        message.input[:] = [names[given] for given in message.input]
    return GraphDef(node=made, versions=VersionDef(producer=22))
