"""Reads the schemas of ops as programs write them, "name(Tensor(a!) x, int n=1, *, bool? b=None) -> (Tensor, Tensor)"."""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TYPES = words("""
    Any Device Generator Layout MemoryFormat None QScheme Scalar ScalarType Storage Stream SymBool SymInt Tensor
    bool complex float int str
""")
TYPES_OF_TYPES = {"Dict": 2, "Future": 1, "Await": 1, "RRef": 1}  # by how many types they name
NUMBERS = frozenset({"int", "float", "complex", "bool", "Scalar", "SymInt", "SymBool"})
# defaults that are written as names
NAMED_DEFAULTS = words("""
    Mean contiguous_format preserve_format channels_last strided sparse float16 float32 float64 bfloat16 half
    float double int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 complex128 long int float8_e4m3fn
    float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu float4_e2m1fn_x2
""")
KEYWORDS = words("""
    and def delete else for from if import in is lambda not or pass return while with
""")

TOKEN = re.compile(
    r"""\s*(?:(?P<ident>[A-Za-z_]\w*)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?j?)
        |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<sign>->|\.\.\.|[()\[\],*=!?|.-])|(?P<end>$))""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A piece of a schema: kind is "ident", "number", "string", "end", or for a sign the sign itself."""

    kind: str
    text: str
    at: int


class Argument(NamedTuple):
    """An argument: whether it is a Tensor or several that the op writes to."""

    name: str
    is_written: bool


class OpSchema(NamedTuple):
    """What a schema says: the op's name with its overload ("" where it has none) and its arguments."""

    name: str
    arguments: list[Argument]


class Reader:
    """Goes through the tokens; RuntimeError with the place at the first one that does not belong there."""

    def __init__(self, text: str):
        self.text, self.end = text, 0
        self.next = self.read()

    def read(self) -> Token:
        found = TOKEN.match(self.text, self.end)
        if found is None:
            at = self.end + len(self.text[self.end :]) - len(self.text[self.end :].lstrip())
            self.fail(f"expected a valid token but found {self.text[at]!r} here", at)
        self.end = found.end()
        kind = str(found.lastgroup)
        text = found.group(kind)
        return Token(text if kind == "sign" or text in KEYWORDS else kind, text, found.start(kind))

    def fail(self, message: str, at: int) -> NoReturn:
        raise RuntimeError(f"{message}:\n{self.text}\n{' ' * at}~ <--- HERE")

    def take(self, kind: str) -> Token:
        token = self.next
        if token.kind != kind:
            self.fail(f"expected {kind} but found {token.text or 'the end'!r} here", token.at)
        self.next = self.read()
        return token

    def take_if(self, kind: str) -> bool:
        is_there = self.next.kind == kind
        if is_there:
            self.take(kind)
        return is_there

    # ---- names

    def op_name(self) -> str:
        name = self.take("ident").text
        if self.take_if("."):
            overload = self.take("ident")
            if overload.text == "default":
                self.fail("default is not a legal overload name", overload.at)
            name += f".{overload.text}"
        return name

    # ---- types

    def type(self) -> tuple[str, bool, bool]:
        """The innermost type's name, "" for a tuple; whether it is written to; whether it is a list of any length."""
        if self.next.kind == "(":
            self.take("(")
            self.types(")")
            base, is_written = "", False
        else:
            token = self.take("ident")
            base, is_written = token.text, False
            if base in TYPES_OF_TYPES:
                self.take("(")
                for i in range(TYPES_OF_TYPES[base]):
                    if i:
                        self.take(",")
                    self.type()
                self.take(")")
            elif base not in TYPES:
                self.fail("Unknown type specifier", token.at)
            elif self.next.kind == "(":
                is_written = self.alias()
        is_list = False
        while True:
            if self.take_if("["):
                is_list = self.next.kind != "number"
                if not is_list:
                    self.take("number")
                self.take("]")
                if self.next.kind == "(":
                    is_written |= self.alias()
            elif not self.take_if("?"):
                return base, is_written, is_list

    def types(self, end: str) -> None:
        while not self.take_if(end):
            self.type()
            if self.next.kind != end:
                self.take(",")

    def alias(self) -> bool:
        """Whether "(a!)", "(a|b -> *)" says that it is written to."""
        self.take("(")
        self.alias_set()
        is_written = self.take_if("!")
        if self.take_if("->"):
            self.alias_set()
        self.take(")")
        return is_written

    def alias_set(self) -> None:
        if self.take_if("*"):
            return
        self.take("ident")
        while self.take_if("|"):
            self.take("ident")

    # ---- defaults

    def default(self, base: str, is_list: bool) -> None:
        token = self.next
        if token.text == "None":
            self.take("ident")
        elif is_list or (token.kind == "[" and base != "Tensor"):
            self.take("[")
            if not self.take_if("]"):
                self.item(base)
                while self.take_if(","):
                    self.item(base)
                self.take("]")
        else:
            self.value(base)

    def item(self, base: str) -> None:
        token = self.next
        if base in ("int", "SymInt") and token.kind == "number" and not token.text.isdigit():
            self.fail(f"expected an integer but found {token.text!r} here", token.at)
        self.value(base)

    def value(self, base: str) -> None:
        token = self.next
        if base in ("Tensor", "Generator", ""):
            self.fail(f"expected None but found {token.text!r} here", token.at)
        if token.kind == "string" and base not in NUMBERS:
            self.take("string")
        elif token.kind == "ident" and base != "str" and token.text in {"True", "False", *NAMED_DEFAULTS}:
            self.take("ident")
        elif base == "str":
            self.take("string")
        else:
            self.take_if("-")
            self.take("number")

    # ---- the whole

    def arguments(self) -> list[Argument]:
        found: list[Argument] = []
        keyword_only = has_default = False
        self.take("(")
        while not self.take_if(")"):
            if self.take_if("..."):
                self.take(")")
                break
            if self.take_if("*"):
                keyword_only = True
            else:
                base, is_written, is_list = self.type()
                name = self.take("ident")
                if self.take_if("="):
                    self.default(base, is_list)
                    has_default = True
                elif has_default and not keyword_only and not is_list:
                    self.fail(
                        "Non-default positional argument follows default argument. Parameter " + name.text, name.at
                    )
                found.append(Argument(name.text, is_written))
            if self.next.kind != ")":
                self.take(",")
                if self.next.kind == ")":
                    self.fail("expected ident but found ')' here", self.next.at)
        return found

    def results(self) -> None:
        if self.take_if("..."):
            return
        if self.take_if("("):
            while not self.take_if(")"):
                self.type()
                if self.next.kind == "ident":
                    self.take("ident")
                if self.next.kind != ")":
                    self.take(",")
        else:
            self.type()
            if self.next.kind == "ident":
                self.take("ident")

    def schema(self) -> list[Argument]:
        found = self.arguments()
        self.take("->")
        self.results()
        self.take("end")
        return found


def read_schema(text: str) -> OpSchema:
    """What "name.overload(arguments) -> results" says; RuntimeError that shows the place where it is malformed."""
    reader = Reader(text)
    name = reader.op_name()
    if reader.next.kind == "end":
        raise RuntimeError(f"Tried to parse a function schema but only the operator name was given: {text}")
    return OpSchema(name, reader.schema())
