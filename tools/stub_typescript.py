"""The text of js/src/ops.ts: the types of every op as a function and as a method, made from the registry."""

from __future__ import annotations

from op_schema import Argument, Schema

HEAD = """\
// Made by tools/gen_stubs.py from the registry; do not edit.
import type { Generator, Tensor } from "./native.js";
import type { Abortable, DType, MemoryFormat, Scalar, TensorLike } from "./types.js";
"""

TYPES = {
    "Tensor": "Tensor",
    "Tensor|Scalar": "TensorLike",
    "Scalar": "Scalar",
    "int": "number | bigint",
    "float": "number",
    "bool": "boolean",
    "str": "string",
    "ScalarType": "DType",
    "Device": "string",
    "Generator": "Generator",
    "MemoryFormat": "MemoryFormat",
}
# what no parameter may be called, though a property may
RESERVED_WORDS = """
    arguments await break case catch class const continue debugger default delete do else enum eval export extends false
    finally for function if implements import in instanceof interface let new null package private protected public
    return static super switch this throw true try typeof var void while with yield
"""
RESERVED = frozenset(RESERVED_WORDS.split())


def argument_type(argument: Argument) -> str:
    """TypeScript's type of an argument."""
    text = TYPES["Tensor|Scalar" if argument.accepts_number else argument.type]
    if argument.is_list:
        alone = "number | bigint | " if argument.type == "int" else ""
        text = f"{alone}readonly ({text}{' | null' if argument.optional_elements else ''})[]"
    return f"{text} | null" if argument.optional else text


def result_type(returns: tuple[str, ...]) -> str:
    names = [f"{TYPES[t[:-2]]}[]" if t.endswith("[]") else TYPES[t] for t in returns]
    if len(names) == 1:
        return names[0]
    return f"[{', '.join(names)}]" if names else "void"


def signature(schema: Schema, method: bool, is_async: bool) -> list[str]:
    """`(other: TensorLike, named?: { alpha?: Scalar }): Tensor`; what has a default may be given by name as well.

    The asynchronous form gives a promise and takes a signal among the named arguments.
    """
    positional: list[str] = []
    named: list[str] = []
    for argument in schema.arguments[1:] if method else schema.arguments:
        optional = argument.has_default
        text = f"{argument.name}{'?' if optional else ''}: {argument_type(argument)}"
        if not argument.keyword_only:
            mark = "_" if argument.name in RESERVED else ""
            positional.append(argument.name + mark + text.removeprefix(argument.name))
        if argument.keyword_only or optional:
            named.append(text)
    result = result_type(schema.returns)
    if is_async:
        result = f"Promise<{result}>"
    forms = []
    required = sum("?:" not in text for text in positional)
    needs_named = any("?:" not in text for text in named)
    for count in range(len(positional), required - 1, -1):
        by_position = [text.replace("?:", ":", 1) for text in positional[:count]]
        options = f"{{ {'; '.join(named)} }}" if named else ""
        if is_async:
            options = f"{options} & Abortable" if options else "Abortable"
        if options:
            by_position.append(f"named{'' if needs_named else '?'}: {options}")
        forms.append(f"({', '.join(by_position)}): {result}")
        if not named:
            break
    return forms


def interface(name: str, schemas: dict[str, list[Schema]], method: bool, sentences: dict[str, str]) -> list[str]:
    lines = [f"export interface {name} {{"]
    for op, overloads in schemas.items():
        if op in sentences:
            lines.append(f"  /** {sentences[op]} */")
        for suffix, is_async in (("", True), ("Sync", False)):
            forms = [form for schema in overloads for form in signature(schema, method, is_async)]
            lines += [f"  {op}{suffix}{form};" for form in dict.fromkeys(forms)]
    return [*lines, "}"]


def render(
    functions: dict[str, list[Schema]], methods: dict[str, list[Schema]], sentences: dict[str, str], own: set[str]
) -> str:
    """The whole file, for ops by name, the ones of them that are methods, what each gives in words, and the methods
    that class Tensor has without the registry."""
    methods = {name: schemas for name, schemas in methods.items() if name not in own}
    lines = [
        HEAD,
        "/** The public ops, under their names without overload: a promise, and with `Sync` the result. */",
        *interface("Ops", functions, False, sentences),
        "",
        "/** The ops that are methods of Tensor. */",
        *interface("TensorMethods", methods, True, sentences),
    ]
    return "\n".join(lines) + "\n"
