"""Reads op schemas, the text that the registry lists, for the generators of stubs and documents."""

from __future__ import annotations

import re
from dataclasses import dataclass

ARGUMENT = re.compile(r"^(?P<type>[A-Za-z]+(?:\([a-z!]+\))?(?:\?)?(?:\[\d*\])?\??) (?P<name>\w+)(?:=(?P<default>.+))?$")
SCHEMA = re.compile(r"^(?P<name>\w+)(?:\.(?P<overload>\w+))?\((?P<arguments>.*)\) -> (?P<returns>.+)$")


@dataclass(frozen=True)
class Argument:
    """One argument: `type` as in the schema without alias marks, e.g. "int[2]?", and the text of its default."""

    type: str
    name: str
    default: str | None
    keyword_only: bool


@dataclass(frozen=True)
class Schema:
    """A parsed schema; `name` is without the overload, `returns` lists the types of the results."""

    name: str
    overload: str
    arguments: tuple[Argument, ...]
    returns: tuple[str, ...]
    text: str


def split_top_level(text: str) -> list[str]:
    """The parts between the commas that are not inside brackets or quotes."""
    parts, depth, start, quote = [], 0, 0, ""
    for i, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    last = text[start:].strip()
    return [*parts, last] if last else parts


def without_aliases(type_text: str) -> str:
    return re.sub(r"\([a-z!]+\)", "", type_text)


def parse(text: str) -> Schema:
    """The schema that `text` declares; ValueError for text outside the grammar."""
    match = SCHEMA.match(text)
    if match is None:
        raise ValueError(f"not a schema: {text!r}")
    arguments: list[Argument] = []
    keyword_only = False
    for part in split_top_level(match["arguments"]):
        if part == "*":
            keyword_only = True
            continue
        found = ARGUMENT.match(part)
        if found is None:
            raise ValueError(f"not an argument: {part!r} in {text!r}")
        arguments.append(Argument(without_aliases(found["type"]), found["name"], found["default"], keyword_only))
    returns = match["returns"].strip()
    if returns.startswith("(") and returns.endswith(")"):
        items = split_top_level(returns[1:-1])
    else:
        items = [returns]
    types = tuple(without_aliases(item.split(" ")[0]) for item in items)
    return Schema(match["name"], match["overload"] or "", tuple(arguments), types, text)
