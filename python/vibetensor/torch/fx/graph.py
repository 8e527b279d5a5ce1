"""Graph: a program as a list of nodes, and the Python code that it stands for."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from vibetensor.torch.fx._code import CodeGen, PythonCode
from vibetensor.torch.fx._namespace import Namespace, snake_case
from vibetensor.torch.fx.node import KINDS, Argument, Node, Target, map_arg

__all__ = ["CodeGen", "Graph", "PythonCode"]


class NodeList:
    """The nodes of a graph in their order, also reversed."""

    def __init__(self, graph: Graph, direction: str = "_next"):
        self.graph, self.direction = graph, direction

    def __len__(self) -> int:
        return self.graph._len

    def __iter__(self) -> Iterator[Node]:
        node = getattr(self.graph._root, self.direction)
        while node is not self.graph._root:
            if not node._erased:
                yield node
            node = getattr(node, self.direction)

    def __reversed__(self) -> NodeList:
        return NodeList(self.graph, "_prev" if self.direction == "_next" else "_next")


class Graph:
    """A program: placeholders, calls, and an output. Nodes are added where the graph inserts, at first at its end.

    >>> import vibetensor.torch as torch
    >>> graph = torch.fx.Graph()
    >>> x = graph.placeholder("x")
    >>> _ = graph.output(graph.call_function(torch.relu, (x,)))
    >>> torch.fx.GraphModule(torch.nn.Module(), graph)(torch.tensor([-1.0, 1.0]))
    tensor([0., 1.])
    """

    def __init__(self, owning_module: Any = None, tracer_cls: Any = None, tracer_extras: dict[str, Any] | None = None):
        self._root = Node(self, "", "root", "", (), {})
        self._insert: Callable[[Node], None] = self._root.prepend
        self._len = 0
        self._graph_namespace = Namespace()
        self._owning_module = owning_module
        self._tracer_cls, self._tracer_extras = tracer_cls, tracer_extras
        self._codegen = CodeGen()

    @property
    def owning_module(self) -> Any:
        """The module whose submodules and attributes the nodes name; None for none, or several."""
        return self._owning_module

    @owning_module.setter
    def owning_module(self, module: Any) -> None:
        self._owning_module = module

    @property
    def nodes(self) -> NodeList:
        """The nodes in their order; adding and erasing while one goes through them is fine."""
        return NodeList(self)

    def output_node(self) -> Node:
        """The output; RuntimeError if there is none."""
        last = self._root._prev
        if last.op != "output":
            raise RuntimeError("this graph has no output node")
        return last

    def find_nodes(self, *, op: str, target: Target = None, sort: bool = True) -> list[Node]:
        """The nodes of a kind, in their order; of calls those of `target`."""
        return [node for node in self.nodes if node.op == op and (target is None or node.target == target)]

    # ---- making nodes

    def create_node(
        self,
        op: str,
        target: Target,
        args: tuple[Argument, ...] | None = None,
        kwargs: dict[str, Argument] | None = None,
        name: str | None = None,
        type_expr: Any = None,
    ) -> Node:
        """A new node, where the graph inserts. Its name is made of `name` or of its target."""
        if op not in KINDS:
            raise AssertionError(f"create_node: op must be one of {', '.join(KINDS)}, got {op!r}")
        args, kwargs = args or (), kwargs or {}
        if not isinstance(args, tuple):
            raise AssertionError(f"args must be a tuple, got {type(args)}")
        if not isinstance(kwargs, dict):
            raise AssertionError(f"kwargs must be a dict, got {type(kwargs)}")
        name = self._graph_namespace.create_name(name if name is not None else self._target_to_str(target), None)
        node = Node(self, name, op, target, args, kwargs, type_expr)
        self._graph_namespace.associate(name, node)
        self._insert(node)
        self._len += 1
        return node

    def _target_to_str(self, target: Target) -> str:
        text = target if isinstance(target, str) else target.__name__
        if text.startswith("__") and text.endswith("__"):
            text = text[2:-2]
        return snake_case(text)

    def placeholder(self, name: str, type_expr: Any = None, default_value: Any = ...) -> Node:
        """A new argument of the program, after which the ones that are there come first."""
        args = () if default_value is ... else (default_value,)
        return self.create_node("placeholder", name, args=args, type_expr=type_expr)

    def get_attr(self, qualified_name: str, type_expr: Any = None) -> Node:
        """A new node that reads the attribute at a dotted path of the owning module."""
        if self.owning_module is not None and not has_attribute(self.owning_module, qualified_name):
            import warnings

            warnings.warn(
                f"get_attr: the owning module has no attribute {qualified_name!r} yet, which the program will read",
                stacklevel=2,
            )
        return self.create_node("get_attr", qualified_name, type_expr=type_expr)

    def call_module(self, module_name: str, args: Any = None, kwargs: Any = None, type_expr: Any = None) -> Node:
        """A new call of the submodule at a dotted path of the owning module."""
        return self.create_node("call_module", module_name, args, kwargs, type_expr=type_expr)

    def call_method(self, method_name: str, args: Any = None, kwargs: Any = None, type_expr: Any = None) -> Node:
        """A new call of the method of the first argument that is called `method_name`."""
        return self.create_node("call_method", method_name, args, kwargs, type_expr=type_expr)

    def call_function(
        self,
        the_function: Callable[..., Any],
        args: Any = None,
        kwargs: Any = None,
        type_expr: Any = None,
        name: str | None = None,
    ) -> Node:
        """A new call of a function."""
        return self.create_node("call_function", the_function, args, kwargs, name=name, type_expr=type_expr)

    def output(self, result: Argument, type_expr: Any = None) -> Node:
        """A new node that says what the program returns."""
        return self.create_node("output", "output", (result,), type_expr=type_expr)

    def node_copy(self, node: Node, arg_transform: Callable[[Node], Argument] = lambda x: x) -> Node:
        """A new node like one of another graph; `arg_transform` gives this graph's node for each of the other's."""
        args, kwargs = map_arg(node.args, arg_transform), map_arg(node.kwargs, arg_transform)
        made = self.create_node(node.op, node.target, args, dict(kwargs), node.name, node.type)
        made.meta = copy.copy(node.meta)
        return made

    def graph_copy(self, g: Graph, val_map: dict[Node, Node], return_output_node: bool = False) -> Any:
        """What `g` returns, in terms of copies of its nodes that are added here; `val_map` gets them by the original."""
        for node in g.nodes:
            if node in val_map:
                continue
            if node.op == "output":
                result = map_arg(node.args[0], lambda n: val_map[n])
                return (result, node) if return_output_node else result
            val_map[node] = self.node_copy(node, lambda n: val_map[n])
        return None

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Graph:
        made = Graph(tracer_cls=self._tracer_cls)
        copies: dict[Node, Node] = {}
        result = made.graph_copy(self, copies, return_output_node=True)
        if result is not None:
            value, old = result
            new = made.output(value, type_expr=old.type)
            new.meta = copy.copy(old.meta)
        made._codegen = copy.deepcopy(self._codegen)
        return made

    # ---- where nodes go

    @contextmanager
    def _inserting(self, insert: Callable[[Node], None]) -> Iterator[None]:
        before, self._insert = self._insert, insert
        try:
            yield
        finally:
            self._insert = before

    def inserting_before(self, n: Node | None = None) -> Any:
        """Context in which new nodes go before `n`, None: to the front."""
        if n is None:
            return self.inserting_after(self._root)
        if n.graph is not self:
            raise AssertionError("inserting_before: the node is not one of this graph")
        return self._inserting(n.prepend)

    def inserting_after(self, n: Node | None = None) -> Any:
        """Context in which new nodes go behind `n`, one after the other; None: to the end."""
        if n is None:
            return self.inserting_before(self._root)
        if n.graph is not self:
            raise AssertionError("inserting_after: the node is not one of this graph")
        last = n

        def insert(node: Node) -> None:
            nonlocal last
            last.append(node)
            last = node

        return self._inserting(insert)

    def erase_node(self, to_erase: Node) -> None:
        """Returns None; takes a node out that nobody uses."""
        if to_erase.users:
            raise RuntimeError(
                f"Tried to erase Node {to_erase} but it still had {len(to_erase.users)} users in the graph: "
                f"{list(to_erase.users)}!"
            )
        if to_erase.graph is not self:
            raise RuntimeError(f"Attempting to remove {to_erase} from wrong graph!")
        if to_erase._erased:
            return
        to_erase._unlink()
        to_erase._erased = True
        self._len -= 1
        to_erase._update_args_kwargs((), {})

    def eliminate_dead_code(self, is_impure_node: Callable[[Node], bool] | None = None) -> bool:
        """Whether anything went: takes out what nobody uses and what does nothing but its result."""
        self.lint()
        keep = is_impure_node or Node.is_impure
        before = self._len
        for node in reversed(self.nodes):
            if not node.users and not keep(node):
                self.erase_node(node)
        return self._len != before

    def lint(self) -> None:
        """Returns None; RuntimeError if nodes are used before they are there, names are double or targets missing."""
        seen: set[Node] = set()
        names: set[str] = set()
        for node in self.nodes:
            if node.graph is not self:
                raise RuntimeError(f"Node '{node}' does not belong to this Graph!")
            for used in node.all_input_nodes:
                if used.graph is not self:
                    raise RuntimeError(
                        f"Argument '{used}' of Node '{node}' does not belong to this Graph, but was used!"
                    )
                if used not in seen:
                    raise RuntimeError(
                        f"Argument '{used}' of Node '{node}' was used before it has been defined! "
                        f"Please check that Nodes in the graph are topologically ordered\n{self}"
                    )
            seen.add(node)
            if node.name in names:
                raise RuntimeError(f"Node redefined name {node.name}!")
            names.add(node.name)
            owner = self.owning_module
            if owner is None or node.op not in ("get_attr", "call_module") or has_attribute(owner, node.target):
                continue
            raise RuntimeError(f"Node {node} target {node.target} references nonexistent attribute of {type(owner)}")

    # ---- code and text

    def set_codegen(self, codegen: CodeGen) -> None:
        """Returns None; lets `codegen` write this graph's code."""
        self._codegen = codegen

    def process_inputs(self, *args: Any) -> Any:
        """The arguments as the placeholders take them."""
        return self._codegen.process_inputs(*args)

    def process_outputs(self, out: Any) -> Any:
        """The result as the program returns it."""
        return self._codegen.process_outputs(out)

    def python_code(self, root_module: str, **options: Any) -> PythonCode:
        """The code of a function `forward`, in which `root_module` ("self") names the module, and what it needs."""
        namespace = Namespace()
        for node in self.nodes:  # names stay as they are; those that code adds give way
            namespace.rename(node, node.name)
        return self._codegen.gen_fn_code(self.nodes, root_module, namespace)

    def __str__(self) -> str:
        returns = [""]
        lines = [node.format_node(None, returns) for node in self.nodes]
        return f"graph(){returns[0]}:" + "".join(f"\n    {line}" for line in lines if line)

    def print_tabular(self) -> None:
        """Returns None; prints the nodes as a table."""
        rows = [[node.op, node.name, str(node.target), str(node.args), str(node.kwargs)] for node in self.nodes]
        print(table(["opcode", "name", "target", "args", "kwargs"], rows))


def table(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(cells: Iterable[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()

    return "\n".join([line(head), line("-" * width for width in widths), *map(line, rows)])


def has_attribute(module: Any, path: str) -> bool:
    """Whether there is something at a dotted path below `module`."""
    for name in path.split("."):
        if not hasattr(module, name):
            return False
        module = getattr(module, name)
    return True
