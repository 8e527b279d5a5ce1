"""Makes python/vibetensor/_C.pyi, the stubs of vibetensor.torch, js/src/ops.ts and docs/ops.md from the built extension.

    gen_stubs.py           writes them
    gen_stubs.py --check   exit status 1 if one of them is not what would be written

The types that are no ops are declared by hand in tools/stubs/_C.pyi.in; the ops go where its markers are.
"""

from __future__ import annotations

import argparse
import keyword
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import stub_namespace
import stub_typescript
from op_schema import Argument, Schema

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "tools" / "stubs" / "_C.pyi.in"
STUB = ROOT / "python" / "vibetensor" / "_C.pyi"
TABLE = ROOT / "docs" / "ops.md"
TYPESCRIPT = ROOT / "js" / "src" / "ops.ts"
TENSOR_CLASS = ROOT / "js" / "src" / "native.ts"

# With an underscore: aliases of the template, because class Tensor has attributes and methods of the plain names.
PYTHON_TYPES = {
    "Tensor": "Tensor",
    "Scalar": "Number",
    "int": "_int",
    "float": "_float",
    "bool": "_bool",
    "str": "_str",
    "ScalarType": "_dtype",
    "Device": "DeviceLike",
    "Generator": "Generator",
    "MemoryFormat": "_memory_format",
}
RESULT_TYPES = {**PYTHON_TYPES, "Device": "_device"}
OPERATORS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "matmul": "@",
    "and": "&",
    "or": "|",
    "xor": "^",
    "lshift": "<<",
    "rshift": ">>",
}
COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"]
# Keywords that a function which makes tensors takes besides those of its schema.
FACTORY_KEYWORDS = ["requires_grad: _bool = False", "layout: _layout | None = None", "pin_memory: _bool = False"]


def argument_type(argument: Argument) -> str:
    """Python's type of an argument."""
    text = "Tensor | Number" if argument.accepts_number else PYTHON_TYPES[argument.type]
    if argument.is_list:
        element = f"{text} | None" if argument.optional_elements else text
        alone = f"{element} | " if argument.list_size or element == "_int" else ""
        text = f"{alone}Sequence[{element}]"
    return f"{text} | None" if argument.optional else text


named: dict[str, list[str]] = {}  # the ops whose results have names


def result_type(name: str, returns: tuple[str, ...]) -> str:
    """Python's type of what an op returns."""
    if len(named.get(name, ())) == len(returns) > 1:
        return f"_return_types.{name}"
    names = [f"tuple[{RESULT_TYPES[t[:-2]]}, ...]" if t.endswith("[]") else RESULT_TYPES[t] for t in returns]
    if len(names) == 1:
        return names[0]
    return f"tuple[{', '.join(names)}]" if names else "None"


def default_text(argument: Argument) -> str:
    """The default as a Python expression; one that has no literal, an enumerator, is left to the reader as `...`."""
    is_literal = isinstance(argument.default, (type(None), bool, int, float, str, tuple))
    return repr(argument.default) if is_literal else "..."


def is_factory(schema: Schema) -> bool:
    keywords = {a.name: a.type for a in schema.arguments if a.keyword_only}
    return "Device" in keywords.values() and "requires_grad" not in keywords


def signature(schema: Schema, self_first: bool, spread: bool = False) -> str:
    """`(self, other: Tensor, *, alpha: Number = 1) -> Tensor`; without `self_first`, as a function's.

    With `spread` the only positional argument, a list of ints, is given as arguments of their own: `x.view(2, 3)`.
    """
    parts: list[str] = []
    starred = False
    for position, argument in enumerate(schema.arguments):
        if self_first and position == 0:
            parts.append("self")
            continue
        if spread and not argument.keyword_only:
            parts.append(f"*{argument.name}: _int")
            starred = True
            continue
        if argument.keyword_only and not starred:
            parts.append("*")
            starred = True
        name = argument.name + "_" if keyword.iskeyword(argument.name) else argument.name
        if name == "self":
            name = "input"
        text = f"{name}: {argument_type(argument)}"
        parts.append(f"{text} = {default_text(argument)}" if argument.has_default else text)
    if is_factory(schema):
        parts += FACTORY_KEYWORDS
    return f"({', '.join(parts)}) -> {result_type(schema.name, schema.returns)}"


def is_sizes(argument: Argument) -> bool:
    return argument.type == "int" and argument.is_list and not argument.list_size and not argument.optional


def signatures(schema: Schema, method: bool) -> list[str]:
    """The signatures of one schema: two if the sizes may be given as arguments of their own."""
    found = [signature(schema, method)]
    positional = [a for a in schema.arguments if not a.keyword_only]
    takes_tensor = bool(positional) and positional[0].type == "Tensor"
    if method == takes_tensor and len(positional) == 1 + takes_tensor and is_sizes(positional[-1]):
        found.append(signature(schema, method, spread=True))
    return found


def operators() -> list[str]:
    """The operators of class Tensor that take another operand."""
    lines = [
        f"    def __{name}__(self, other: Tensor | Number) -> Tensor: ...  # {sign}" for name, sign in OPERATORS.items()
    ]
    lines += [f"    def __r{name}__(self, other: Tensor | Number) -> Tensor: ..." for name in OPERATORS]
    lines += [
        f"    def __i{name}__(self, other: Tensor | Number) -> Tensor: ..." for name in OPERATORS if name != "matmul"
    ]
    ignored = "  # type: ignore[override]"
    lines += [
        f"    def __{name}__(self, other: Any) -> Tensor: ...{ignored if name in ('eq', 'ne') else ''}"
        for name in COMPARISONS
    ]
    return lines


def definitions(schemas: list[Schema], method: bool, indent: str, name: str | None = None) -> list[str]:
    """The lines that declare one op, as `name`; more than one schema of a name become overloads."""
    lines: list[str] = []
    texts = list(dict.fromkeys(text for schema in schemas for text in signatures(schema, method)))
    texts.sort(key=lambda text: text.count("Tensor | Number"))  # an overload after a broader one would never match
    for text in texts:
        if len(texts) > 1:
            lines.append(f"{indent}@overload")
        if not method and indent:
            lines.append(f"{indent}@staticmethod")
        lines.append(f"{indent}def {name or schemas[0].name}{text}: ...")
    return lines


def by_name(rows: Iterable[dict[str, Any]]) -> dict[str, list[Schema]]:
    """The parsed schemas of rows of the registry, by the name that they share without overload, sorted."""
    found: dict[str, list[Schema]] = defaultdict(list)
    for row in rows:
        schema = Schema.of(row)
        found[schema.name].append(schema)
    return dict(sorted(found.items()))


def methods_of(registry: list[dict[str, Any]]) -> dict[str, list[Schema]]:
    return by_name(row for row in registry if "Tensor" in row["places"])


def stub(registry: list[dict[str, Any]], template: str) -> str:
    """The text of _C.pyi. What the template declares itself inside class Tensor is not declared again."""
    tensor = f"\n{template}".partition("\nclass Tensor")[2].partition("\nclass ")[0]
    declared = set(re.findall(r"^    def (\w+)", tensor, re.MULTILINE))
    methods: list[str] = []
    for name, schemas in methods_of(registry).items():
        if name not in declared:
            methods += definitions(schemas, True, "    ")
    functions: list[str] = []
    for schemas in by_name(registry).values():
        functions += definitions(schemas, False, "    ")
    filled = {"methods": methods, "functions": functions, "operators": operators()}
    for marker, lines in filled.items():
        template = template.replace(f"    # @{marker}@", "\n".join(lines))
    return template


def table(registry: list[dict[str, Any]]) -> str:
    """The text of docs/ops.md."""
    rows = sorted(registry, key=lambda row: row["name"])
    shown = [row for row in rows if "functional" in row["tags"]]
    names = {row["name"] for row in rows}
    lines = [
        "# Ops",
        "",
        "Made by `make stubs` from the registry. Where it is public: `torch`, `Tensor` (a method), another module of",
        "torch, or `node` alone, where Python has it under another name; nowhere for a part of other ops. Forms: `_` in",
        "place, `out` with `out=`.",
        "",
        "| op | public in | forms | derivative | schema |",
        "|---|---|---|---|---|",
    ]
    for row in shown:
        base, _, overload = row["name"].partition(".")
        in_place = f"{base}_.{overload}" if overload else f"{base}_"
        forms = ["`_`"] if in_place in names else []
        forms += ["out"] if f"{base}.{overload}_out" in names or f"{base}.out" in names else []
        gradient = next((tag for tag in ("differentiable", "composite") if tag in row["tags"]), "none")
        schema = row["schema"].replace("|", "\\|")
        places = ", ".join(row["places"])
        lines.append(f"| {row['name']} | {places} | {' '.join(forms)} | {gradient} | `{schema}` |")
    lines += ["", f"{len(shown)} ops."]
    return "\n".join(lines) + "\n"


def typescript(registry: list[dict[str, Any]]) -> str:
    """The text of js/src/ops.ts."""
    from vibetensor.torch._op_docs import sentence_of

    functions = by_name(row for row in registry if row["places"])
    words = {row["name"].partition(".")[0]: row["doc"] for row in registry}
    sentences = {name: sentence_of(name, words[name]) for name in functions}
    tensor_class = TENSOR_CLASS.read_text().partition("export interface Tensor extends")[2].partition("\n}")[0]
    own = set(re.findall(r"^  (?:readonly )?(\w+)", tensor_class, re.MULTILINE))
    return stub_typescript.render(functions, methods_of(registry), {k: v for k, v in sentences.items() if v}, own)


def stub_path(module: str) -> str:
    """Where the stub of a module is, below python/vibetensor."""
    path = module.replace(".", "/")
    return f"{path}/__init__.pyi" if module == "torch" else f"{path}.pyi"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, tell whether something would change")
    check = parser.parse_args().check
    from vibetensor import _C

    registry = _C.registry()
    named.update(stub_namespace.named_results(registry))
    ops = by_name(registry)
    texts = {
        **{
            ROOT / "python" / "vibetensor" / stub_path(name): stub_namespace.module_stub(
                name, ops, lambda schemas, own: definitions(schemas, False, "", own)
            )
            for name in stub_namespace.MODULES
        },
        ROOT / "python" / "vibetensor" / "torch" / "return_types.pyi": stub_namespace.return_types_stub(registry),
        STUB: stub(registry, TEMPLATE.read_text()),
        TABLE: table(registry),
        TYPESCRIPT: typescript(registry),
    }
    stale = []
    for path, text in texts.items():
        if not path.exists() or path.read_text() != text:
            stale.append(path)
            if not check:
                path.write_text(text)
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'is not what the registry says, run make stubs' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
