"""The documentation of ops, put together when somebody asks: how they are called in Python, what they give, an example."""

from __future__ import annotations

import keyword
from functools import cache
from typing import Any

from vibetensor import _C
from vibetensor.torch._op_examples import EXAMPLES, SENTENCES

TYPES = {
    "Scalar": "number",
    "ScalarType": "torch.dtype",
    "Device": "torch.device or str",
    "Generator": "torch.Generator",
    "MemoryFormat": "torch.memory_format",
}
FACTORY_KEYWORDS = ("layout=None", "requires_grad=False", "pin_memory=False")
KEYWORDS = {
    "dtype": "dtype: of the result; values are converted to it first.",
    "keepdim": "keepdim: keep what was reduced as dimensions of size 1.",
    "generator": "generator: where the random numbers come from; by default the device's own.",
    "out": "out: a tensor that the result is written to.",
}


@cache
def rows() -> dict[str, list[dict[str, Any]]]:
    """The registry by the name without overload."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _C.registry():
        found.setdefault(row["name"].partition(".")[0], []).append(row)
    return found


def argument_text(argument: dict[str, Any], name: str) -> str:
    """`dim=None` of an argument."""
    if not argument["has_default"]:
        return name
    default = argument["default"]
    simple = isinstance(default, type(None) | bool | int | float | str | tuple)
    return f"{name}={default!r}" if simple else f"{name}=..."


def signature(name: str, row: dict[str, Any], is_method: bool) -> str:
    """`softmax(input, dim, dtype=None) -> Tensor`."""
    parts: list[str] = []
    starred = False
    for i, argument in enumerate(row["arguments"]):
        if is_method and i == 0:
            continue
        if argument["keyword_only"] and not starred:
            parts.append("*")
            starred = True
        parts.append(argument_text(argument, public_name(argument["name"])))
    if is_factory(row):
        parts += FACTORY_KEYWORDS if starred else ("*", *FACTORY_KEYWORDS)
    results = [text.replace("[]", ", ...") for text in row["returns"]]
    fields = _C.return_types().get(name)
    given = f"torch.return_types.{name}" if fields is not None and len(results) > 1 else ", ".join(results) or "None"
    given = f"({given})" if len(results) > 1 and fields is None else given
    return f"{name}({', '.join(parts)}) -> {TYPES.get(given, given)}"


def public_name(name: str) -> str:
    return "input" if name == "self" else f"{name}_" if keyword.iskeyword(name) else name


def is_factory(row: dict[str, Any]) -> bool:
    keywords = {a["name"]: a["type"] for a in row["arguments"] if a["keyword_only"]}
    return "Device" in keywords.values() and "requires_grad" not in keywords


def type_text(argument: dict[str, Any]) -> str:
    """What an argument has to be."""
    text = "Tensor or number" if argument["accepts_number"] else TYPES.get(argument["type"], argument["type"])
    if argument["is_list"]:
        alone = argument["list_size"] or argument["type"] == "int"
        text = f"{text}, or several" if alone else f"sequence of {text}"
    return f"{text}, or None" if argument["optional"] else text


def described_arguments(found: list[dict[str, Any]], is_method: bool) -> list[str]:
    """A line for each argument of any overload."""
    lines: dict[str, str] = {}
    for row in found:
        for i, argument in enumerate(row["arguments"]):
            name = public_name(argument["name"])
            if (is_method and i == 0) or name in lines:
                continue
            known = KEYWORDS.get(name)
            lines[name] = f"    {name} ({type_text(argument)})" + (known.removeprefix(name) if known else "")
    return list(lines.values())


def sentence_of(name: str, words: str) -> str:
    """What the op gives, in words."""
    base = name.removesuffix("_") if name.endswith("_") and name not in SENTENCES else name
    text = SENTENCES.get(name) or words or SENTENCES.get(base, "")
    for aliased in (name.replace("linalg_", ""), base):
        text = text or SENTENCES.get(aliased, "")
    if base != name and text:
        return f"In place: {text[0].lower()}{text[1:]}"
    return text.replace("self", "input")


def example_of(name: str) -> list[str]:
    """The lines of an example and what it prints, found out now."""
    source = EXAMPLES.get(name)
    if source is None:
        return []
    from vibetensor import torch

    return [
        "Example:",
        f"    >>> {source}",
        *(f"    {line}" for line in repr(eval(source, {"torch": torch})).splitlines()),
    ]


def describe(name: str, words: str, is_method: bool) -> str:
    """The documentation of the function `name`, or of the method: signatures, a sentence, arguments, an example."""
    place = "Tensor" if is_method else None
    found = [row for row in rows().get(name, ()) if "functional" in row["tags"] or name.endswith("_")]
    found = [row for row in found if place is None or place in row["places"] or not row["places"]] or rows().get(
        name, []
    )
    signatures = list(dict.fromkeys(signature(name, row, is_method) for row in found))
    blocks = ["\n".join(signatures), sentence_of(name, words)]
    arguments = described_arguments(found, is_method)
    if arguments:
        blocks.append("\n".join(["Arguments:", *arguments]))
    blocks.append("\n".join(example_of(name)))
    return "\n\n".join(block for block in blocks if block) + "\n"
