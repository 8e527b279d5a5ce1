"""Writes the Python function that a graph stands for."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from vibetensor import _C
from vibetensor.torch.fx._namespace import BUILTIN_NAMES, Namespace
from vibetensor.torch.fx.node import Node, map_arg, type_text
from vibetensor.torch.fx.qualified_name import qualified_name

INFIX = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
    "add": "+",
    "sub": "-",
    "mul": "*",
    "floordiv": "//",
    "truediv": "/",
    "mod": "%",
    "pow": "**",
    "lshift": "<<",
    "rshift": ">>",
    "and_": "&",
    "or_": "|",
    "xor": "^",
    "matmul": "@",
}
OPERATORS: dict[Any, str] = {getattr(operator, name): f"{{}} {sign} {{}}" for name, sign in INFIX.items()}
OPERATORS |= {operator.pos: "+{}", operator.neg: "-{}", operator.invert: "~{}", operator.getitem: "{}[{}]"}
IN_PLACE: dict[Any, str] = {
    getattr(operator, f"i{name.rstrip('_')}"): f"{{}} {sign}= {{}}"
    for name, sign in INFIX.items()
    if hasattr(operator, f"i{name.rstrip('_')}") and sign not in ("==", "!=", "<", ">", "<=", ">=")
}
PLAIN = (int, float, bool, str, bytes, complex, type(None), type(...))


class PythonCode(NamedTuple):
    """Code, and the names that it needs beside Python's own."""

    src: str
    globals: dict[str, Any]


class CodeGen:
    """How the code of a graph is written. A subclass may change the arguments and the result."""

    def __init__(self) -> None:
        self._body_transformer: Callable[[list[str]], list[str]] | None = None

    def gen_fn_def(self, free_vars: list[str], maybe_return_annotation: str) -> str:
        """The first lines of the function; `free_vars` are its arguments."""
        if not free_vars or free_vars[0] != "self":
            free_vars = ["self", *free_vars]
        return f"def forward({', '.join(free_vars)}){maybe_return_annotation}:"

    def generate_output(self, output_args: Any) -> str:
        """The statement that returns."""
        return f"return {output_args!r}"

    def process_inputs(self, *args: Any) -> Any:
        """The arguments as the placeholders take them."""
        return args

    def process_outputs(self, outputs: Any) -> Any:
        """The result as the function returns it."""
        return outputs

    def additional_globals(self) -> list[tuple[str, Any]]:
        """Names that the code needs besides those of its nodes."""
        return []

    def gen_fn_code(self, nodes: Iterable[Node], root_module: str, namespace: Namespace) -> PythonCode:
        """The code of the function."""
        return Writer(self, root_module, namespace).write(list(nodes))


class Writer:
    """Writes one function."""

    def __init__(self, codegen: CodeGen, root_module: str, namespace: Namespace):
        self.codegen, self.root, self.namespace = codegen, root_module, namespace
        self.globals: dict[str, Any] = {}
        self.arguments: list[str] = []
        self.returns = ""

    def write(self, nodes: list[Node]) -> PythonCode:
        dead = last_uses(nodes)
        body: list[str] = []
        for node in nodes:
            line = self.statement(node)
            if line is None:
                continue
            body.append(line + self.forget(node, dead))
        if not body:
            body = ["pass"]
        if self.codegen._body_transformer is not None:
            body = [line.rstrip("\n") for line in self.codegen._body_transformer([f"{line}\n" for line in body])]
        for name, value in self.codegen.additional_globals():
            self.add_global(name, value)
        head = self.codegen.gen_fn_def(self.arguments, self.returns)
        text = "\n".join(f"    {line}" for part in body for line in part.split("\n"))
        return PythonCode(f"\n\n\n{head}\n{text}\n    ", self.globals)

    def forget(self, node: Node, dead: dict[Node, list[Node]]) -> str:
        """What sets values that nobody needs any more to None, so that their memory is free."""
        if node.op in ("placeholder", "output"):
            return ""
        names = [used.name for used in dead.get(node, ())]
        if not node.users:
            names.append(node.name)
        return f";  {' = '.join([*names, 'None'])}" if names else ""

    def add_global(self, hint: str, value: Any) -> str:
        """The name by which the code finds `value`."""
        if hint in BUILTIN_NAMES:
            self.globals[hint] = value
            return hint
        top = hint.partition(".")[0]
        if top == "torch":  # what torch has is found below it
            from vibetensor import torch

            self.globals["torch"] = torch
            return hint
        if getattr(builtins, hint, None) is value:
            return hint
        name = hint.replace(".", "_")
        while name in self.globals and self.globals[name] is not value:
            name = self.namespace.create_name(name, None)
        self.globals[name] = value
        return name

    def of(self, arg: Any) -> str:
        """The code of an argument."""
        if isinstance(arg, Node):
            return arg.name
        if isinstance(arg, tuple):
            if hasattr(arg, "_fields"):
                kind = self.add_global(qualified_name(type(arg)), type(arg))
                return f"{kind}({', '.join(self.of(item) for item in arg)})"
            return f"({', '.join(self.of(item) for item in arg)}{',' if len(arg) == 1 else ''})"
        if isinstance(arg, list):
            return f"[{', '.join(self.of(item) for item in arg)}]"
        if isinstance(arg, dict):
            return "{" + ", ".join(f"{key!r}: {self.of(value)}" for key, value in arg.items()) + "}"
        if isinstance(arg, slice):
            return f"slice({self.of(arg.start)}, {self.of(arg.stop)}, {self.of(arg.step)})"
        if (
            isinstance(arg, float)
            and not isinstance(arg, bool)
            and (arg != arg or arg in (float("inf"), -float("inf")))
        ):
            self.globals |= {"inf": float("inf"), "nan": float("nan")}
            return repr(arg)
        if arg is ...:
            return "Ellipsis"
        if isinstance(arg, PLAIN):
            return repr(arg)
        if isinstance(arg, _C.device):
            self.add_global("device", _C.device)
            return repr(arg)
        if isinstance(arg, _C.dtype | _C.memory_format | _C.layout):
            self.add_global("torch", None)
            return repr(arg)
        if callable(arg):
            return self.add_global(qualified_name(arg), arg)
        return repr(arg)

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        words = [self.of(arg) for arg in args]
        return ", ".join(words + [f"{name} = {self.of(value)}" for name, value in kwargs.items()])

    def annotation(self, node: Node) -> str:
        if node.type is None:
            return ""
        self.add_global("torch", None)
        kind = node.type
        return f" : {self.add_global(type_text(kind), kind) if isinstance(kind, type) else type_text(kind)}"

    def statement(self, node: Node) -> str | None:
        """A node as a statement; None for an argument, which goes into the head."""
        target: Any = node.target
        if node.op == "placeholder":
            default = f" = {self.of(node.args[0])}" if node.args else ""
            kind = self.annotation(node)
            self.arguments.append(f"{target}{kind}{default}")
            bare = target.replace("*", "")
            return f"{node.name} = {bare}" if bare != node.name else None
        if node.op == "output":
            if node.type is not None:
                self.returns = f" -> {self.annotation(node)[3:]}"
            return self.codegen.generate_output(Code(self.of(node.args[0])))
        if target in IN_PLACE and not node.kwargs and isinstance(node.args[0], Node):
            change = IN_PLACE[target].format(*(self.of(arg) for arg in node.args))
            return f"{change};  {node.name} = {node.args[0].name}"
        left = f"{node.name}{self.annotation(node)} = "
        if node.op == "get_attr":
            return f"{left}{self.path(target)}"
        if node.op == "call_module":
            return f"{left}{self.path(target)}({self.call(node.args, node.kwargs)})"
        if node.op == "call_method":
            return f"{left}{self.of(node.args[0])}.{target}({self.call(node.args[1:], node.kwargs)})"
        return left + self.function_call(node)

    def function_call(self, node: Node) -> str:
        target: Any = node.target
        if target in OPERATORS and not node.kwargs:
            return OPERATORS[target].format(*(self.of(arg) for arg in node.args))
        name = self.add_global(qualified_name(target), target)
        if target is getattr and len(node.args) == 2 and str(node.args[1]).isidentifier() and not node.kwargs:
            return f"{self.of(node.args[0])}.{node.args[1]}"
        return f"{name}({self.call(node.args, node.kwargs)})"

    def path(self, target: str) -> str:
        """The code of an attribute at a dotted path of the module."""
        text = self.root
        for name in target.split("."):
            text = f"{text}.{name}" if name.isidentifier() else f'getattr({text}, "{name}")'
        return text


class Code(str):
    """Code that is written as it is."""

    def __repr__(self) -> str:
        return str(self)


def last_uses(nodes: list[Node]) -> dict[Node, list[Node]]:
    """For each node the values that nobody needs after it."""
    seen: set[Node] = set()
    found: dict[Node, list[Node]] = {}
    for node in reversed(nodes):

        def use(value: Node, user: Node = node) -> Node:
            if value not in seen:
                seen.add(value)
                found.setdefault(user, []).append(value)
            return value

        map_arg(node.args, use)
        map_arg(node.kwargs, use)
    return found
