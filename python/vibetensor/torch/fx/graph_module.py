"""GraphModule, a module that runs the code of a graph."""

from __future__ import annotations

import copy
import linecache
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from vibetensor import _C
from vibetensor.torch.fx.graph import Graph, has_attribute
from vibetensor.torch.nn.modules.module import Module

__all__ = ["GraphModule"]

_USER_PRESERVED_ATTRIBUTES_KEY = "_user_preserved_attributes"
numbers = count()


def compiled(src: str, names: dict[str, Any]) -> Callable[..., Any]:
    """The function `forward` of a piece of code, whose lines tracebacks show."""
    file = f"<vibetensor.torch.fx code {next(numbers)}>"
    linecache.cache[file] = (len(src), None, src.splitlines(keepends=True), file)
    names = dict(names)
    exec(compile(src, file, "exec", dont_inherit=True), names)
    return names["forward"]


def assign(value: Any, to_module: Module, target: str) -> None:
    """Returns None; puts `value` at a dotted path, with plain modules on the way there."""
    *path, name = target.split(".")
    for part in path:
        if getattr(to_module, part, None) is None:
            setattr(to_module, part, Module())
        to_module = getattr(to_module, part)
    if isinstance(value, _C.Tensor) and not isinstance(value, _parameter()):
        to_module.register_buffer(name, value)
    else:
        setattr(to_module, name, value)


def _parameter() -> Any:
    from vibetensor.torch.nn.parameter import Parameter

    return Parameter


class GraphModule(Module):
    """A module whose forward is the code of `graph`. Each has a class of its own, so that `code` may differ.

    root: a module, of which the attributes are taken that the graph names, or a dict of them by dotted path.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        for base in cls.__mro__:  # a copy's class is made from the class behind the one of its own
            if not hasattr(base, "_own_class"):
                cls = base
                break
        name = cls.__name__

        class GraphModuleImpl(cls):  # type: ignore[misc, valid-type]
            _own_class = True

        GraphModuleImpl.__name__ = name
        GraphModuleImpl.__qualname__ = name
        return super().__new__(GraphModuleImpl)

    def __init__(self, root: Module | dict[str, Any], graph: Graph, class_name: str = "GraphModule"):
        super().__init__()
        self.__class__.__name__ = class_name
        self.meta: dict[str, Any] = {}
        if isinstance(root, Module):
            self.training = root.training
            self.meta = dict(getattr(root, "meta", {}) if isinstance(root, GraphModule) else {})
            for node in graph.nodes:
                if node.op in ("get_attr", "call_module"):
                    _copy_attr(root, self, node.target)
        else:
            wanted = [node.target for node in graph.nodes if node.op in ("get_attr", "call_module")]
            missing = next((target for target in wanted if target not in root), None)
            if missing is not None:
                raise RuntimeError(f"Node referenced target {missing} but that target was not provided in ``root``!")
            for target in sorted(wanted, key=lambda path: path.count(".")):
                assign(root[target], self, target)
        self.graph = graph
        self._tracer_cls = graph._tracer_cls

    @property
    def graph(self) -> Graph:
        """The graph; after changes of it recompile() renews the code."""
        return self._graph

    @graph.setter
    def graph(self, g: Graph) -> None:
        if not isinstance(g, Graph):
            raise AssertionError(f"Expected a Graph instance, but got {type(g)}")
        self.__dict__["_graph"] = g
        g.owning_module = self
        self.recompile()

    @property
    def code(self) -> str:
        """The Python code that runs."""
        return self._code

    def recompile(self) -> Any:
        """The code of the graph as it is now, which runs from now on."""
        written = self._graph.python_code("self")
        self.__dict__["_code"] = written.src
        type(self).forward = compiled(written.src, written.globals)  # type: ignore[method-assign]
        return written

    def add_submodule(self, target: str, m: Module) -> bool:
        """Whether `m` could be put at a dotted path below this module, with plain modules on the way there."""
        *path, name = target.split(".")
        module: Module = self
        for part in path:
            if not hasattr(module, part):
                setattr(module, part, Module())
            found = getattr(module, part)
            if not isinstance(found, Module):
                return False
            module = found
        module.add_module(name, m)
        return True

    def delete_submodule(self, target: str) -> bool:
        """Whether there was a module at a dotted path, which is gone now."""
        path, _, name = target.rpartition(".")
        if not has_attribute(self, target):
            return False
        owner = self.get_submodule(path)
        if not isinstance(getattr(owner, name), Module):
            return False
        delattr(owner, name)
        return True

    def delete_all_unused_submodules(self) -> None:
        """Returns None; takes out the submodules that the graph neither calls nor reads."""
        used: set[str] = set()
        for node in self.graph.nodes:
            if node.op not in ("call_module", "get_attr"):
                continue
            parts = node.target.split(".")
            used.update(".".join(parts[: i + 1]) for i in range(len(parts)))
            if node.op == "call_module" and has_attribute(self, node.target):
                used.update(f"{node.target}.{name}" for name, _ in self.get_submodule(node.target).named_modules())
        for name in [name for name, _ in self.named_modules() if name and name not in used]:
            self.delete_submodule(name)

    def print_readable(self, print_output: bool = True, *args: Any, **kwargs: Any) -> str:
        """The code as a class; it is printed as well."""
        body = "".join(f"    {line}\n" if line.strip() else "\n" for line in self._code.strip().splitlines())
        text = f"class {self._get_name()}(torch.nn.Module):\n{body}"
        if print_output:
            print(text)
        return text

    def to_folder(self, folder: Any, module_name: str = "FxModule") -> None:
        """Returns None; writes a Python package with the code, and the state that it needs beside it."""
        from vibetensor import torch

        home = Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        torch.save(self.state_dict(), home / "state_dict.pt")
        children = []
        for name, child in self.named_children():
            torch.save(child, home / f"{name}.pt")
            children.append(f'        self.{name} = torch.load(home / "{name}.pt", weights_only=False)')
        tensors = [*self._parameters.items(), *self._buffers.items()]
        for name, tensor in tensors:
            kind = "Parameter" if name in self._parameters else "Buffer"
            made = f"torch.empty({list(tensor.shape)}, dtype={tensor.dtype})"
            children.append(f"        self.{name} = torch.nn.{kind}({made})")
        body = "".join(f"    {line}\n" if line.strip() else "\n" for line in self._code.strip().splitlines())
        text = (
            "from math import inf, nan\nfrom pathlib import Path\n\nimport torch\nfrom torch import device\n\n\n"
            f"class {module_name}(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        home = Path(__file__).parent\n" + "".join(f"{line}\n" for line in children) + "        "
            'self.load_state_dict(torch.load(home / "state_dict.pt"))\n\n' + body
        )
        (home / "module.py").write_text(text)
        (home / "__init__.py").write_text("from .module import *\n")

    # ---- copies and files

    def __deepcopy__(self, memo: dict[int, Any]) -> GraphModule:
        fake = Module()
        own = {name: value for name, value in self.__dict__.items() if name not in ("_graph", "_code")}
        fake.__dict__.update(copy.deepcopy(own, memo))
        made = self._from(fake, copy.deepcopy(self._graph, memo))
        memo[id(self)] = made
        return made

    def __copy__(self) -> GraphModule:
        return self._from(self, copy.deepcopy(self._graph))

    def _from(self, source: Module, graph: Graph) -> GraphModule:
        made = GraphModule.__new__(type(self))
        GraphModule.__init__(made, source, graph, type(self).__name__)
        kept = {name: value for name, value in source.__dict__.items() if name not in ("_graph", "_code", "_modules")}
        for name, value in kept.items():
            if name in ("_parameters", "_buffers"):
                made.__dict__[name].update(value)
            else:
                made.__dict__[name] = value
        for name, child in source._modules.items():
            made._modules.setdefault(name, child)
        return made

    def __reduce__(self) -> Any:
        state = {name: value for name, value in self.__dict__.items() if name != "_graph"}
        return reduce_graph_module, (state, self._code, imports_of(self._graph), type(self).__name__)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), self._code])


class _CodeOnlyModule(Module):
    """What the code of a stored GraphModule is traced on."""

    def __init__(self, body: dict[str, Any]):
        super().__init__()
        self.__dict__.update(body)


def imports_of(graph: Graph) -> dict[str, Any]:
    """The names that the code of a graph needs, as pickle can keep them."""
    from vibetensor import torch

    return {name: None if value is torch else value for name, value in graph.python_code("self").globals.items()}


def reduce_graph_module(body: dict[str, Any], code: str, names: dict[str, Any], class_name: str) -> GraphModule:
    """The module of which these are the parts, its graph traced again from its code: what pickles call."""
    from vibetensor import torch
    from vibetensor.torch.fx._symbolic_trace import Tracer

    class KeepModules(Tracer):
        def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
            return True

    body = dict(body)
    body.pop("_code", None)
    fake = _CodeOnlyModule(body)
    names = {name: torch if value is None and name == "torch" else value for name, value in names.items()}
    _CodeOnlyModule.forward = compiled(code, names)  # type: ignore[method-assign]
    graph = KeepModules().trace(fake)
    graph._tracer_cls = body.get("_tracer_cls")
    made = GraphModule(fake, graph, class_name)
    for name, value in body.items():
        if name in ("_modules", "_parameters", "_buffers"):
            for key, item in value.items():
                made.__dict__[name].setdefault(key, item)
        else:
            made.__dict__[name] = value
    return made


def _copy_attr(from_module: Module, to_module: Module, target: str) -> None:
    """Returns None; puts the attribute at a dotted path into another module, with plain modules on the way there."""
    *path, name = target.split(".")
    for part in path:
        found = getattr(from_module, part)
        if getattr(to_module, part, None) is found:
            return
        if not hasattr(to_module, part):
            setattr(to_module, part, Module())
        from_module, to_module = found, getattr(to_module, part)
    value: Any = getattr(from_module, name)
    if isinstance(value, _C.Tensor) and not isinstance(value, _parameter()):
        to_module.register_buffer(name, value)
    else:
        setattr(to_module, name, value)
