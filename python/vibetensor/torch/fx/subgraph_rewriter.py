"""Replacing parts of a graph that look like another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from vibetensor.torch.fx._symbolic_trace import symbolic_trace
from vibetensor.torch.fx.graph import Graph, has_attribute
from vibetensor.torch.fx.graph_module import GraphModule, _copy_attr
from vibetensor.torch.fx.node import Node
from vibetensor.torch.nn.modules.module import Module

__all__ = ["Match", "replace_pattern"]


class Match(NamedTuple):
    """A part of a graph that a pattern fits: the node of its result, and the graph's node for each of the pattern's."""

    anchor: Node
    nodes_map: dict[Node, Node]


def graph_of(program: Callable[..., Any] | Module) -> Graph:
    if isinstance(program, GraphModule):
        return program.graph
    return symbolic_trace(program).graph


def same_argument(ours: Any, theirs: Any, known: dict[Node, Node]) -> bool:
    """Whether an argument of the graph is what the pattern has there; `known` gets the nodes that are."""
    if isinstance(theirs, Node):
        return isinstance(ours, Node) and same_node(ours, theirs, known)
    if isinstance(theirs, tuple | list):
        return (
            type(ours) is type(theirs)
            and len(ours) == len(theirs)
            and all(same_argument(a, b, known) for a, b in zip(ours, theirs))
        )
    if isinstance(theirs, dict):
        return (
            isinstance(ours, dict)
            and list(ours) == list(theirs)
            and all(same_argument(ours[key], theirs[key], known) for key in theirs)
        )
    return type(ours) is type(theirs) and ours == theirs


def same_node(ours: Node, theirs: Node, known: dict[Node, Node]) -> bool:
    if theirs in known:
        return known[theirs] is ours
    if theirs.op == "placeholder":  # fits any value
        known[theirs] = ours
        return True
    if ours.op != theirs.op or ours.target != theirs.target:
        return False
    known[theirs] = ours
    return same_argument(ours.args, theirs.args, known) and same_argument(ours.kwargs, theirs.kwargs, known)


def is_closed(known: dict[Node, Node], result: Node) -> bool:
    """Whether nobody outside the part takes what is inside, its result apart."""
    inside = {ours for theirs, ours in known.items() if theirs.op != "placeholder"}
    return all(user in inside for node in inside if node is not known[result] for user in node.users)


def replace_pattern(
    gm: GraphModule, pattern: Callable[..., Any] | Module, replacement: Callable[..., Any] | Module
) -> list[Match]:
    """The parts of the graph of `gm` that `pattern` fits, each of which is `replacement` now.

    Both take the same arguments by position. Parts do not overlap: the first one that fits wins.

    >>> import vibetensor.torch as torch
    >>> traced = torch.fx.symbolic_trace(lambda x: torch.relu(x) + 1)
    >>> len(torch.fx.replace_pattern(traced, lambda x: torch.relu(x), lambda x: torch.sigmoid(x)))
    1
    """
    wanted, put = graph_of(pattern), graph_of(replacement)
    result = wanted.output_node().args[0]
    if not isinstance(result, Node):
        raise NotImplementedError("replace_pattern: the pattern returns several values, or none; one is taken here")
    matches: list[Match] = []
    taken: set[Node] = set()
    for node in list(gm.graph.nodes):
        known: dict[Node, Node] = {}
        if not same_node(node, result, known) or not is_closed(known, result):
            continue
        inside = {ours for theirs, ours in known.items() if theirs.op != "placeholder"}
        if inside & taken:
            continue
        taken |= inside
        matches.append(Match(node, dict(known)))
    replaced: dict[Node, Node] = {}  # what stands now for nodes that are gone
    for match in matches:
        given = [node for node in wanted.nodes if node.op == "placeholder"]
        inputs = [match.nodes_map.get(node) for node in given]
        inputs = [replaced.get(node, node) if node is not None else None for node in inputs]
        values: dict[Any, Any] = dict(zip((node for node in put.nodes if node.op == "placeholder"), inputs))
        with gm.graph.inserting_before(match.anchor):
            made = gm.graph.graph_copy(put, values)
        if not isinstance(made, Node):
            raise NotImplementedError("replace_pattern: the replacement returns several values; one is taken here")
        match.anchor.replace_all_uses_with(made)
        replaced[match.anchor] = made
        inside = {ours for theirs, ours in match.nodes_map.items() if theirs.op != "placeholder"}
        for node in reversed(list(gm.graph.nodes)):
            if node in inside and not node.users:
                gm.graph.erase_node(node)
    if isinstance(replacement, Module):
        for node in put.nodes:
            if node.op in ("get_attr", "call_module") and not has_attribute(gm, node.target):
                _copy_attr(replacement, gm, node.target)
    gm.recompile()
    gm.graph.lint()
    return matches
