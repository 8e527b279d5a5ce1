"""Reads pickles of tensors and plain containers without ever running what they say: torch.load(weights_only=True).

A pickle is a program for a small stack machine. This one knows the opcodes that data needs, and calls nothing but the
makers of `_serialization/makers.py`, each of which checks what it is given, and what the caller has allowed by name.
Anything else is an UnpicklingError that names it.
"""

from __future__ import annotations

import pickle
import pickletools
import struct
from collections.abc import Callable, Iterable
from pickle import UnpicklingError
from typing import Any, BinaryIO

from vibetensor import _C
from vibetensor.torch import _absent_dtypes, _utils
from vibetensor.torch._copying import set_generator_state
from vibetensor.torch._serialization.files import size_of
from vibetensor.torch._serialization.makers import (
    DICTS,
    GLOBALS,
    MAKERS,
    REFUSED,
    TENSOR_TYPES,
    Tensor,
    describe,
    hashable,
    put,
    refuse,
    with_attributes,
)
from vibetensor.torch._serialization.names import torch_name

BLOCKED = ("nt", "os", "posix", "subprocess", "sys")  # whatever the caller allows
LONGEST_NAME = 4096
CODES: dict[str, Any] = pickletools.code2op  # type: ignore[attr-defined]
MAKERS_BY_ID = {id(function): make for function, make in MAKERS.items()}  # what stands on the stack may have no hash

Allowed = Any  # a class or function, or (one, the name that files have for it)
allowed: list[Allowed] = []


def name_of(value: Any) -> str:
    """What files call a class or a function."""
    return ".".join(torch_name(value) or (value.__module__, getattr(value, "__qualname__", None) or value.__name__))


def by_name(entries: Iterable[Allowed]) -> dict[str, Any]:
    found = {}
    for entry in entries:
        value, name = entry if isinstance(entry, tuple) and len(entry) == 2 else (entry, None)
        is_dtype = name is not None and isinstance(value, _C.dtype | _absent_dtypes.AbsentDtype)
        if not (callable(value) or is_dtype) or not isinstance(name, str | None):
            raise TypeError(f"expected a class or function, or one with the name that files have for it, got {entry!r}")
        found[name or name_of(value)] = value
    return found


def _get_safe_globals() -> list[Allowed]:
    return list(allowed)


def _add_safe_globals(safe_globals: Iterable[Allowed]) -> None:
    entries = list(safe_globals)
    by_name(entries)
    allowed.extend(entry for entry in entries if entry not in allowed)


def _clear_safe_globals() -> None:
    allowed.clear()


def is_blocked(name: str) -> bool:
    return name.partition(".")[0] in BLOCKED


def refuse_global(name: str) -> UnpicklingError:
    if name in REFUSED:
        return UnpicklingError(REFUSED[name])
    if is_blocked(name):
        return UnpicklingError(
            f"Trying to load unsupported GLOBAL {name} whose module is blocked: it could run anything"
        )
    return UnpicklingError(
        f"Unsupported global: GLOBAL {name} was not an allowed global by default. If you trust it, allow it with "
        f"`torch.serialization.add_safe_globals([{name}])` or within `torch.serialization.safe_globals([{name}])`"
    )


def python_name(module: str, path: str) -> str:
    """The full name of a global as GLOBALS has it: files of ours may name our modules."""
    return f"{module.removeprefix('vibetensor.') if module.startswith('vibetensor.torch') else module}.{path}"


class StorageError(Exception):
    """Carries an error of what loads storages, such as the caller's map_location, past the reader's own."""

    def __init__(self, error: Exception):
        self.error = error


class Unpickler:
    """Reads one pickle from a file that can seek, and of it what is data."""

    def __init__(self, file: BinaryIO, load_storage: Callable[[Any], Any], encoding: str = "utf-8"):
        self.file, self.load_storage, self.encoding = file, load_storage, encoding
        self.allowed = by_name(allowed)
        self.allowed_types = tuple(value for value in self.allowed.values() if isinstance(value, type))
        self.stack: list[Any] = []
        self.marked: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.room = size_of(file)  # bytes: no length in the pickle can be more

    def load(self) -> Any:
        """The object of the pickle."""
        try:
            return self.run()
        except StorageError as carrier:
            raise carrier.error from None
        except (TypeError, ValueError, KeyError, IndexError, OverflowError, AttributeError, struct.error) as error:
            raise UnpicklingError(f"the pickle is not valid: {error}") from error

    def run(self) -> Any:
        while (code := self.read(1)) != pickle.STOP:
            operate = OPERATIONS.get(code)
            if operate is None:
                known = CODES.get(code.decode("latin-1"))
                raise UnpicklingError(f"Unsupported operand: {known.name if known else repr(code)}")
            operate(self)
        if len(self.stack) != 1 or self.marked:
            raise UnpicklingError("the pickle ends with something else than one object")
        return self.stack[0]

    # ---- what is in the file

    def read(self, count: int) -> bytes:
        if not 0 <= count <= self.room:
            raise UnpicklingError(f"the pickle claims {count} bytes, the file has {self.room}")
        data = self.file.read(count)
        if len(data) != count:
            raise UnpicklingError("the pickle ends before it is whole")
        return data

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.read(struct.calcsize(form)))[0]

    def sized(self, form: str) -> bytes:
        """The bytes after their number."""
        return self.read(self.number(form))

    def line(self) -> str:
        text = self.file.readline(LONGEST_NAME)
        if text[-1:] != b"\n":
            raise UnpicklingError("a name in the pickle does not end")
        return text[:-1].decode("utf-8")

    # ---- the stack

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def pop(self) -> Any:
        if not self.stack:
            raise UnpicklingError("the pickle takes more from its stack than there is")
        return self.stack.pop()

    def top(self) -> Any:
        if not self.stack:
            raise UnpicklingError("the pickle looks at an empty stack")
        return self.stack[-1]

    def mark(self) -> None:
        self.marked.append(self.stack)
        self.stack = []

    def pop_mark(self) -> list[Any]:
        if not self.marked:
            raise UnpicklingError("the pickle goes back to a mark that is not there")
        items, self.stack = self.stack, self.marked.pop()
        return items

    def take(self, count: int) -> tuple[Any, ...]:
        """The last values, in order."""
        return tuple(self.pop() for _ in range(count))[::-1]

    def drop(self) -> None:
        if self.stack:
            self.stack.pop()
        else:
            self.pop_mark()

    def keep(self, index: int) -> None:
        self.memo[index] = self.top()

    def recall(self, index: int) -> None:
        if index not in self.memo:
            raise UnpicklingError(f"the pickle recalls value {index}, which it has not kept")
        self.push(self.memo[index])

    # ---- text, names and what is made of them

    def push_old_text(self, data: bytes) -> None:
        """Of a string of Python 2: bytes or text, as the caller's `encoding` says."""
        self.push(data if self.encoding == "bytes" else data.decode(self.encoding))

    def push_global(self, module: Any, path: Any) -> None:
        if type(module) is not str or type(path) is not str:
            raise UnpicklingError("the name of a class in the pickle is not text")
        name = python_name(module, path)
        if name not in GLOBALS and (is_blocked(name) or name not in self.allowed):
            raise refuse_global(name)
        self.push(GLOBALS[name] if name in GLOBALS else self.allowed[name])

    def call(self, function: Any, args: Any) -> Any:
        if type(args) is not tuple:
            raise UnpicklingError(f"expected a tuple of arguments, got {type(args).__name__}")
        if any(function is value for value in self.allowed.values()):
            return function(*args)
        make = MAKERS_BY_ID.get(id(function))
        if make is None:
            raise UnpicklingError(f"Trying to call {describe(function)}, which is not allowed")
        return make(*args)

    def storage(self, reference: Any) -> Any:
        try:
            return self.load_storage(reference)
        except Exception as error:
            raise StorageError(error) from error

    def new(self, kind: Any, args: Any) -> Any:
        if type(args) is not tuple or not any(kind is value for value in self.allowed_types):
            raise UnpicklingError(f"Trying to create an object of {describe(kind)}, which is not allowed")
        return kind.__new__(kind, *args)

    def build(self, state: Any) -> None:
        value = self.top()
        if isinstance(value, _C.Generator):
            if type(state) is not tuple or len(state) != 3 or not isinstance(state[2], Tensor):
                raise refuse("a generator's state", state)
            set_generator_state(value, state)
        elif type(value) in (*TENSOR_TYPES, *DICTS[1:]):
            with_attributes(value, state)
        elif type(value) in self.allowed_types:
            restore = getattr(value, "__setstate__", None)
            if restore is None:
                _utils._set_obj_state(value, state)
            else:
                restore(state)
        else:
            raise UnpicklingError(f"Can only give a state to what is allowed, but got {type(value).__name__}")

    # ---- containers

    def extend(self, items: list[Any]) -> None:
        target = self.top()
        if type(target) is not list and type(target) not in self.allowed_types:
            raise UnpicklingError(f"Can only append to a list, but got {type(target).__name__}")
        target.extend(items)

    def set_items(self, items: Any) -> None:
        target = self.top()
        if type(target) not in DICTS and type(target) not in self.allowed_types:
            raise UnpicklingError(f"Can only set items of a dict, but got {type(target).__name__}")
        put(target, zip(items[::2], items[1::2], strict=True))

    def add_items(self, items: list[Any]) -> None:
        target = self.top()
        if type(target) is not set:
            raise UnpicklingError(f"Can only add to a set, but got {type(target).__name__}")
        target.update(map(hashable, items))


OPERATIONS: dict[bytes, Callable[[Unpickler], Any]] = {
    pickle.PROTO: lambda m: m.number("<B"),
    pickle.FRAME: lambda m: m.number("<Q"),
    # values
    pickle.NONE: lambda m: m.push(None),
    pickle.NEWTRUE: lambda m: m.push(True),
    pickle.NEWFALSE: lambda m: m.push(False),
    pickle.BININT: lambda m: m.push(m.number("<i")),
    pickle.BININT1: lambda m: m.push(m.number("<B")),
    pickle.BININT2: lambda m: m.push(m.number("<H")),
    pickle.LONG1: lambda m: m.push(int.from_bytes(m.sized("<B"), "little", signed=True)),
    pickle.LONG4: lambda m: m.push(int.from_bytes(m.sized("<i"), "little", signed=True)),
    pickle.BINFLOAT: lambda m: m.push(m.number(">d")),
    pickle.SHORT_BINUNICODE: lambda m: m.push(m.sized("<B").decode("utf-8", "surrogatepass")),
    pickle.BINUNICODE: lambda m: m.push(m.sized("<I").decode("utf-8", "surrogatepass")),
    pickle.BINUNICODE8: lambda m: m.push(m.sized("<Q").decode("utf-8", "surrogatepass")),
    pickle.SHORT_BINSTRING: lambda m: m.push_old_text(m.sized("<B")),
    pickle.BINSTRING: lambda m: m.push_old_text(m.sized("<i")),
    pickle.SHORT_BINBYTES: lambda m: m.push(m.sized("<B")),
    pickle.BINBYTES: lambda m: m.push(m.sized("<I")),
    pickle.BINBYTES8: lambda m: m.push(m.sized("<Q")),
    pickle.BYTEARRAY8: lambda m: m.push(bytearray(m.sized("<Q"))),
    # containers
    pickle.EMPTY_LIST: lambda m: m.push([]),
    pickle.EMPTY_DICT: lambda m: m.push({}),
    pickle.EMPTY_SET: lambda m: m.push(set()),
    pickle.EMPTY_TUPLE: lambda m: m.push(()),
    pickle.TUPLE: lambda m: m.push(tuple(m.pop_mark())),
    pickle.TUPLE1: lambda m: m.push(m.take(1)),
    pickle.TUPLE2: lambda m: m.push(m.take(2)),
    pickle.TUPLE3: lambda m: m.push(m.take(3)),
    pickle.FROZENSET: lambda m: m.push(frozenset(map(hashable, m.pop_mark()))),
    pickle.APPEND: lambda m: m.extend([m.pop()]),
    pickle.APPENDS: lambda m: m.extend(m.pop_mark()),
    pickle.SETITEM: lambda m: m.set_items(m.take(2)),
    pickle.SETITEMS: lambda m: m.set_items(m.pop_mark()),
    pickle.ADDITEMS: lambda m: m.add_items(m.pop_mark()),
    # the stack and the memo
    pickle.MARK: Unpickler.mark,
    pickle.POP: Unpickler.drop,
    pickle.POP_MARK: Unpickler.pop_mark,
    pickle.BINPUT: lambda m: m.keep(m.number("<B")),
    pickle.LONG_BINPUT: lambda m: m.keep(m.number("<I")),
    pickle.MEMOIZE: lambda m: m.keep(len(m.memo)),
    pickle.BINGET: lambda m: m.recall(m.number("<B")),
    pickle.LONG_BINGET: lambda m: m.recall(m.number("<I")),
    # names, and what is made of them
    pickle.GLOBAL: lambda m: m.push_global(m.line(), m.line()),
    pickle.STACK_GLOBAL: lambda m: m.push_global(*m.take(2)),
    pickle.REDUCE: lambda m: m.push(m.call(*m.take(2))),
    pickle.NEWOBJ: lambda m: m.push(m.new(*m.take(2))),
    pickle.BUILD: lambda m: m.build(m.pop()),
    pickle.BINPERSID: lambda m: m.push(m.storage(m.pop())),
}


def names_in(data: bytes) -> list[str]:
    """The full names of all classes and functions that a pickle asks for, without reading it; ValueError if it is none."""
    found: dict[str, None] = {}
    memo: dict[int, Any] = {}
    texts: list[Any] = [None, None]  # the last values that were pushed, where they are text
    for op, arg, _ in pickletools.genops(data):
        if op.name == "GLOBAL":
            found[python_name(*str(arg).split(" ", 1))] = None
        elif op.name == "STACK_GLOBAL":
            found[python_name(*(text if isinstance(text, str) else "?" for text in texts))] = None
        elif op.name == "MEMOIZE":
            memo[len(memo)] = texts[-1]
        elif "PUT" in op.name:
            memo[arg] = texts[-1]  # type: ignore[index]
        elif op.name not in ("FRAME", "PROTO"):
            value = memo.get(arg) if "GET" in op.name else arg if isinstance(arg, str) else None  # type: ignore[arg-type]
            texts = [texts[-1], value]
    return list(found)
