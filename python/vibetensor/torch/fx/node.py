"""Node, one operation of a graph, and what its arguments may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from vibetensor import _C
from vibetensor.torch._checks import _assert
from vibetensor.torch.fx.immutable_collections import immutable_dict, immutable_list
from vibetensor.torch.fx.qualified_name import qualified_name

if TYPE_CHECKING:
    from vibetensor.torch.fx.graph import Graph

__all__ = ["Argument", "Node", "Target", "has_side_effect", "map_aggregate", "map_arg"]

Target: TypeAlias = Any  # a function, or the name of a method, attribute, module or argument
Argument: TypeAlias = Any  # a node, a Python value that code can be written of, or a container of those

KINDS = ("placeholder", "get_attr", "call_function", "call_method", "call_module", "output", "root")
side_effects: set[Any] = {_assert}


def has_side_effect(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn`, calls of which eliminate_dead_code() keeps from now on, used or not."""
    side_effects.add(fn)
    return fn


def map_aggregate(a: Any, fn: Callable[[Any], Any]) -> Any:
    """`a` with `fn` of every leaf: of what is in its tuples, lists, dicts and slices."""
    if isinstance(a, tuple):
        items = [map_aggregate(item, fn) for item in a]
        return type(a)(*items) if hasattr(a, "_fields") else tuple(items)
    if isinstance(a, list):
        return immutable_list(map_aggregate(item, fn) for item in a)
    if isinstance(a, dict):
        return immutable_dict((key, map_aggregate(value, fn)) for key, value in a.items())
    if isinstance(a, slice):
        return slice(map_aggregate(a.start, fn), map_aggregate(a.stop, fn), map_aggregate(a.step, fn))
    return fn(a)


def map_arg(a: Any, fn: Callable[[Node], Any]) -> Any:
    """`a` with `fn` of every Node in it."""
    if not callable(fn):
        raise AssertionError("torch.fx.map_arg(a, fn): fn must be a callable")
    return map_aggregate(a, lambda x: fn(x) if isinstance(x, Node) else x)


def format_arg(arg: Any) -> str:
    """An argument as graphs are printed: nodes with a % before their names."""
    if isinstance(arg, list):
        return "[" + ", ".join(format_arg(item) for item in arg) + "]"
    if isinstance(arg, tuple):
        return "(" + ", ".join(format_arg(item) for item in arg) + ("," if len(arg) == 1 else "") + ")"
    if isinstance(arg, dict):
        return "{" + ", ".join(f"{key}: {format_arg(value)}" for key, value in arg.items()) + "}"
    return f"%{arg}" if isinstance(arg, Node) else str(arg)


class Node:
    """One operation of a Graph: `op` says what kind, `target` what is called, `args` and `kwargs` with what.

    op: "placeholder" (target: an argument's name), "get_attr" (a dotted path in the module), "call_function" (the function),
    "call_method" (its name; args[0] is the object), "call_module" (the module's dotted path) or "output" (args[0] is the result).
    users: the nodes that take this one as an argument. meta: anything that passes want to remember.
    """

    def __init__(
        self,
        graph: Graph,
        name: str,
        op: str,
        target: Target,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        return_type: Any = None,
    ):
        if op not in KINDS:
            raise AssertionError(f"Node: op must be one of {', '.join(KINDS)}, got {op!r}")
        if op == "call_function" and not callable(target):
            raise ValueError(
                f"Node [graph = {graph}, name = '{name}'] target {target} has type {type(target)} but a Callable is expected"
            )
        if op not in ("call_function", "root") and not isinstance(target, str):
            raise ValueError(
                f"Node [graph = {graph}, name = '{name}'] target {target} has type {type(target)} but a str is expected"
            )
        self.graph, self.name, self.op, self.target = graph, name, op, target
        self._input_nodes: dict[Node, None] = {}
        self.users: dict[Node, None] = {}
        self.type = return_type
        self.meta: dict[str, Any] = {}
        self._prev: Node = self
        self._next: Node = self
        self._erased = False
        self._args: tuple[Any, ...] = ()
        self._kwargs: dict[str, Any] = immutable_dict()
        self._update_args_kwargs(args, kwargs)

    # ---- where it is

    @property
    def next(self) -> Node:
        """The node after this one; the graph's root after the last."""
        return self._next

    @property
    def prev(self) -> Node:
        """The node before this one; the graph's root before the first."""
        return self._prev

    def _unlink(self) -> None:
        self._prev._next, self._next._prev = self._next, self._prev

    def prepend(self, x: Node) -> None:
        """Returns None; moves `x`, a node of the same graph, before this one."""
        if self.graph is not x.graph:
            raise AssertionError("Node.prepend: the node to be moved is of another graph")
        if self is x:
            return
        x._unlink()
        before = self._prev
        before._next, x._prev = x, before
        x._next, self._prev = self, x

    def append(self, x: Node) -> None:
        """Returns None; moves `x`, a node of the same graph, behind this one."""
        self._next.prepend(x)

    # ---- arguments

    @property
    def args(self) -> tuple[Any, ...]:
        """The arguments by position."""
        return self._args

    @args.setter
    def args(self, args: tuple[Any, ...]) -> None:
        self._update_args_kwargs(args, self._kwargs)

    @property
    def kwargs(self) -> dict[str, Any]:
        """The arguments by name."""
        return self._kwargs

    @kwargs.setter
    def kwargs(self, kwargs: dict[str, Any]) -> None:
        self._update_args_kwargs(self._args, kwargs)

    def _update_args_kwargs(self, args: Any, kwargs: Any) -> None:
        for node in self._input_nodes:
            node.users.pop(self, None)
        self._input_nodes = {}

        def use(node: Node) -> Node:
            self._input_nodes.setdefault(node)
            node.users.setdefault(self)
            return node

        self._args, self._kwargs = map_arg(tuple(args), use), map_arg(dict(kwargs), use)

    @property
    def all_input_nodes(self) -> list[Node]:
        """The nodes among the arguments, each once."""
        return list(self._input_nodes)

    def update_arg(self, idx: int, arg: Argument) -> None:
        """Returns None; makes `arg` the argument at position `idx`."""
        args = list(self.args)
        args[idx] = arg
        self.args = tuple(args)

    def insert_arg(self, idx: int, arg: Argument) -> None:
        """Returns None; puts `arg` in at position `idx`."""
        if not 0 <= idx <= len(self.args):
            raise AssertionError("insert_args index must be between 0 and len(self.args)")
        self.args = (*self.args[:idx], arg, *self.args[idx:])

    def update_kwarg(self, key: str, arg: Argument) -> None:
        """Returns None; makes `arg` the argument of the name `key`."""
        self.kwargs = {**self.kwargs, key: arg}

    def replace_all_uses_with(
        self,
        replace_with: Node,
        delete_user_cb: Callable[[Node], bool] = lambda user: True,
        *,
        propagate_meta: bool = False,
    ) -> list[Node]:
        """The nodes that took this one and now take `replace_with`: its users of which `delete_user_cb` says True."""
        if propagate_meta:
            if replace_with.meta:
                raise AssertionError("propagate_meta: the node to be put in has meta of its own")
            replace_with.meta.update(self.meta)
        changed = [user for user in self.users if delete_user_cb(user)]
        for user in changed:
            user.replace_input_with(self, replace_with)
        return changed

    def replace_input_with(self, old_input: Node, new_input: Node) -> None:
        """Returns None; takes `new_input` wherever this node takes `old_input`."""

        def chosen(node: Node) -> Node:
            return new_input if node is old_input else node

        self._update_args_kwargs(map_arg(self.args, chosen), map_arg(self.kwargs, chosen))

    # ---- facts

    @property
    def stack_trace(self) -> str | None:
        """Where the operation was recorded, if the tracer kept it."""
        return self.meta.get("stack_trace")

    @stack_trace.setter
    def stack_trace(self, trace: str | None) -> None:
        self.meta["stack_trace"] = trace

    def is_impure(self, impure_random: bool = True) -> bool:
        """Whether the node does something besides its result, so that it stays though nobody uses it."""
        if self.op in ("placeholder", "output"):
            return True
        if self.op == "call_function":
            return self.target in side_effects or (impure_random and is_random(self.target))
        if self.op == "call_module":
            owner = self.graph.owning_module
            if owner is None:
                raise AssertionError("is_impure: the graph has no owning module to look call_module targets up in")
            return getattr(owner.get_submodule(self.target), "_is_impure", False)
        return False

    def _rename(self, candidate: str) -> None:
        """Returns None; gives the node the name `candidate`, with a number behind it where that is taken."""
        if candidate != self.name:
            self.name = self.graph._graph_namespace.create_name(candidate, None)

    def _pretty_print_target(self, target: Any) -> str:
        if isinstance(target, str):
            return target
        home = getattr(target, "__module__", None)
        if home == "_operator":
            return f"operator.{target.__name__}"
        if home == "builtins":
            return f"builtins.{target.__name__}"
        return qualified_name(target)

    def format_node(
        self,
        placeholder_names: list[str] | None = None,
        maybe_return_typename: list[str] | None = None,
        **options: Any,
    ) -> str | None:
        """The node as a line of text: its name, how many use it, what it calls and with what.

        placeholder_names, maybe_return_typename: lists that get what a placeholder or the output would say; those nodes
        are lines of their own otherwise.
        """
        kind = f"{type_text(self.type)} " if self.type else ""
        if self.op == "placeholder":
            if placeholder_names is not None:
                placeholder_names.append(f"{self.target}: {type_text(self.type)}" if self.type else self.target)
                return None
            default = f"(default={self.args[0]})" if self.args else ""
            return f"%{self.name} : {kind}[num_users={len(self.users)}] = placeholder[target={self.target}]{default}"
        if self.op == "output":
            if self.type and maybe_return_typename is not None:
                maybe_return_typename[0] = f" -> {type_text(self.type)}"
            return f"return {self.args[0]}"
        head = f"%{self.name} : {kind}[num_users={len(self.users)}] = {self.op}[target={self._pretty_print_target(self.target)}]"
        if self.op == "get_attr":
            return head
        return f"{head}(args = {format_arg(self.args)}, kwargs = {format_arg(self.kwargs)})"

    def __repr__(self) -> str:
        return self.name

    def __lt__(self, other: Node) -> bool:
        """Whether this node comes before `other` in its graph."""
        return self is not other and any(node is other for node in nodes_after(self))

    def __gt__(self, other: Node) -> bool:
        return other < self

    def __le__(self, other: Node) -> bool:
        return self is other or self < other

    def __ge__(self, other: Node) -> bool:
        return self is other or other < self


def nodes_after(node: Node) -> Iterable[Node]:
    node = node._next
    while node.op != "root":
        yield node
        node = node._next


def type_text(kind: Any) -> str:
    """A type as annotations write it."""
    if isinstance(kind, type):
        return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return "..." if kind is ... else repr(kind)


@cache
def random_ops() -> frozenset[str]:
    """The ops that draw numbers: they take a generator."""
    return frozenset(
        row["name"].partition(".")[0]
        for row in _C.registry()
        if any(argument["name"] == "generator" for argument in row["arguments"])
    )


def is_random(target: Any) -> bool:
    """Whether `target` is an op that draws numbers."""
    return isinstance(target, type(_C.ops.add)) and target.__name__ in random_ops()
