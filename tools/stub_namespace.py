"""The stubs of modules whose functions are ops of the registry, put there when the module is imported.

vibetensor.torch and the few modules like it: mypy and editors see no assignment to globals(). Ops are declared from their
schemas, Python functions from their own signatures, and all other names where they come from. Names that only raise are
left out, and there is no `__getattr__`: a name that is not there is an error.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

MODULES = ("torch", "torch.nn.functional", "torch.special", "torch.linalg", "torch.fft")
HEAD = "# Made by tools/gen_stubs.py from the registry and the sources; do not edit.\n"
ALIASES = """
    DeviceLike Generator Number Size Tensor _bool _device _dtype _float _int _layout _memory_format _str
"""
# arguments of Python functions that are tensors where the source says Any
TENSORS = re.compile(
    r"(input|target|tensor|weight|bias|other|anchor|positive|negative|query|key|value|mask|var|running_mean|running_var|x|"
    r"log_probs|src|in_proj_\w+|out_proj_\w+|attn_mask|key_padding_mask|pos_weight|condition|self)\d?"
)
# of what is no tensor though its argument is called so
NO_TENSORS = {"is_tensor", "typename", "pad", "set_printoptions"}
RESULTS = {
    "broadcast_shapes": "Size",
    "fractional_max_pool2d": "Any",
    "fractional_max_pool2d_with_indices": "tuple[Tensor, Tensor]",
    "fractional_max_pool3d": "Any",
    "fractional_max_pool3d_with_indices": "tuple[Tensor, Tensor]",
    "is_tensor": "_bool",
    "max_pool2d_with_indices": "tuple[Tensor, Tensor]",
    "meshgrid": "tuple[Tensor, ...]",
    "multi_head_attention_forward": "tuple[Tensor, Tensor | None]",
    "nonzero": "Any",
    "unique": "Any",
    "unique_consecutive": "Any",
}


def home_of(name: str) -> str:
    return f"vibetensor.{name}"


def source_of(module: ModuleType) -> ast.Module:
    return ast.parse(Path(inspect.getsourcefile(module) or "").read_text(encoding="utf-8"))


def renamed(annotation: str) -> str:
    """An annotation with the aliases of builtin types, whose names are dtypes and functions here."""
    return re.sub(r"\b(int|float|bool|str)\b", r"_\1", annotation)


def function_signature(node: ast.FunctionDef) -> str:
    """`(input: Tensor, p: _float = ...) -> Tensor` of a Python function."""
    tensors = node.name not in NO_TENSORS

    def typed(argument: ast.arg, default: ast.expr | None) -> str:
        text = "Any" if argument.annotation is None else renamed(ast.unparse(argument.annotation))
        if text == "Any" and tensors and TENSORS.fullmatch(argument.arg):
            optional = isinstance(default, ast.Constant) and default.value is None
            text = "Tensor | None" if optional else "Tensor"
        return f"{argument.arg}: {text}" + ("" if default is None else " = ...")

    arguments = node.args
    parts: list[str] = []
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    parts += [typed(argument, default) for argument, default in zip(positional, defaults, strict=True)]
    if arguments.vararg:
        parts.append("*" + typed(arguments.vararg, None))
    elif arguments.kwonlyargs:
        parts.append("*")
    parts += [typed(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    if arguments.kwarg:
        parts.append("**" + typed(arguments.kwarg, None))
    result = "Any" if node.returns is None else renamed(ast.unparse(node.returns))
    if result == "Any":
        result = RESULTS.get(node.name, "Tensor" if tensors else "Any")
    return f"({', '.join(parts)}) -> {result}"


def python_functions(name: str) -> dict[str, str]:
    """The signatures of the Python functions of a module, by name, those of its private neighbours too."""
    module = import_module(home_of(name))
    trees = [source_of(module)]
    neighbours = module.__name__.rpartition(".")[0] + "._"
    for node in trees[0].body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(neighbours):
            trees.insert(0, source_of(import_module(node.module)))
    return {
        node.name: function_signature(node) for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)
    }


def names_of(module: ModuleType) -> list[str]:
    """What there is in a module, submodules too."""
    return sorted({*dir(module)} - {"__getattr__", "__dir__", "annotations", "Any"})


def is_op(value: Any) -> bool:
    return type(value).__name__ == "OpFunction"


def declaration(name: str, value: Any, module: ModuleType, signatures: dict[str, str]) -> str | None:
    """The line that declares a name that is no op; None for what is not shown."""
    public = module.__name__.removeprefix("vibetensor.")
    if isinstance(value, ModuleType):
        if value.__name__ == f"{module.__name__}.{name}":
            return f"from {module.__name__} import {name} as {name}"
        return None
    kind = type(value).__name__
    if kind in ("dtype", "layout", "memory_format") and type(value).__module__.startswith("vibetensor"):
        return f"{name}: _{kind}"
    if isinstance(value, bool | int | float | str) and not isinstance(value, type):
        return f"{name}: _{type(value).__name__ if type(value) in (bool, int, float, str) else 'str'}"
    if value is None:
        return f"{name}: None"
    if name in signatures:
        return f"def {name}{signatures[name]}: ..."
    home = getattr(value, "__module__", "") or ""
    own = getattr(value, "__name__", name)
    if home == "vibetensor._C" or (home == "vibetensor.torch" and hasattr(import_module("vibetensor._C"), own)):
        return f"from vibetensor._C import {own} as {name}"
    if home.startswith("vibetensor.") and home != module.__name__ and hasattr(import_module(home), own):
        return f"from {home} import {own} as {name}"
    if home == module.__name__ and isinstance(value, FunctionType):
        return f"def {name}{signatures.get(name, '(*args: Any, **kwargs: Any) -> Any')}: ..."
    if home in ("vibetensor.torch", "torch", "builtins", "nanobind") or kind == "nb_func":
        return (
            f"from vibetensor._C import {own} as {name}" if kind in ("nb_func", "builtin_function_or_method") else None
        )
    del public
    return None


def typed_home(name: str, value: Any) -> str | None:
    """Where an object that does not say so is written: the source file that assigns its name."""
    for candidate in ("vibetensor.torch._tensor", "vibetensor.torch.random", "vibetensor.torch._ops"):
        if getattr(import_module(candidate), name, None) is value:
            return candidate
    return None


def module_stub(name: str, ops: dict[str, list[Any]], definitions: Callable[[list[Any], str], Iterable[str]]) -> str:
    """The text of the stub of module `name`, with `definitions(schemas, name)` for its ops."""
    from vibetensor.torch._not_there import refusal

    module = import_module(home_of(name))
    functions = python_functions("torch.functional" if name == "torch" else name)
    if name == "torch":
        functions.update(python_functions("torch"))
    lines: list[str] = []
    for own in names_of(module):
        value: Any = getattr(module, own, None)
        if own.startswith("__") and own != "__version__":
            continue
        if refusal(value):
            continue
        if is_op(value):
            lines += definitions(ops[str(value.__name__)], own)
            continue
        declared = declaration(own, value, module, functions)
        if declared is None and (home := typed_home(own, value)):
            declared = f"from {home} import {own} as {own}"
        if declared is not None:
            lines.append(declared)
    imports = [line for line in lines if line.startswith("from ")]
    rest = [line for line in lines if not line.startswith("from ")]
    needed = sorted(alias for alias in ALIASES.split() if re.search(rf"\b{alias}\b", "\n".join(rest)))
    shown = {line.rpartition(" as ")[2] for line in imports if line.startswith("from vibetensor._C ")}
    heads = [
        "from collections.abc import Callable, Sequence",
        "from typing import Any, overload",
        f"from vibetensor._C import {', '.join(a for a in needed if a not in shown)}",
        "from vibetensor.torch import return_types as _return_types",
    ]
    return HEAD + "\n".join([*heads, *imports, "", *rest]) + "\n"


def return_types_stub(registry: list[dict[str, Any]]) -> str:
    """The text of return_types.pyi: a named tuple for each op whose results have names."""
    lines = [HEAD.rstrip("\n"), "from typing import NamedTuple", "from vibetensor._C import Tensor", ""]
    for name, fields in sorted(named_results(registry).items()):
        lines.append(f"class {name}(NamedTuple):")
        lines += [f"    {field}: Tensor" for field in fields]
    # what Python puts together of two ops' results
    lines += ["class histogramdd(NamedTuple):", "    hist: Tensor", "    bin_edges: tuple[Tensor, ...]"]
    return "\n".join([*lines, "", "all_return_types: list[type]"]) + "\n"


def named_results(registry: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """The names of the results, by the op's name, where all of several have one."""
    found = {}
    for row in registry:
        if "functional" not in row["tags"]:
            continue
        results = re.search(r"-> \((.*)\)$", row["schema"])
        fields = [part.split() for part in results.group(1).split(", ")] if results else []
        if len(fields) > 1 and all(len(field) == 2 and field[0] == "Tensor" for field in fields):
            found[row["name"].partition(".")[0]] = [field[1] for field in fields]
    return found
