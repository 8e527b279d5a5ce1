"""Ops of the registry by name: torch.ops.aten.add, and torch.ops.aten.add.Tensor, one overload of it.

Tables of programs are keyed by them, and what answers calls of ops (`__torch_dispatch__`) gets them: there is one object
for each name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

from vibetensor import _C


class AliasInfo(NamedTuple):
    """What a schema says of an argument that results may share memory with: whether the op writes to it."""

    is_write: bool


class Argument(NamedTuple):
    """An argument in a schema."""

    name: str
    type: str
    default_value: Any
    kwarg_only: bool
    alias_info: AliasInfo | None

    def has_default_value(self) -> bool:
        """Whether there is one; it may be None."""
        return self.default_value is not NO_DEFAULT


NO_DEFAULT: Any = object()


class FunctionSchema:
    """What the declaration of an op says: `str()` of it is the declaration."""

    def __init__(self, namespace: str, row: dict[str, Any]):
        base, _, self.overload_name = row["name"].partition("::")[2 if "::" in row["name"] else 0].partition(".")
        self.name = f"{namespace}::{base}"
        self.text = row["schema"]
        self.arguments = [
            Argument(
                a["name"],
                a["type"] + ("[]" if a["is_list"] else "") + ("?" if a["optional"] else ""),
                a["default"] if a["has_default"] else NO_DEFAULT,
                a["keyword_only"],
                AliasInfo(a["written"]) if a["aliased"] else None,
            )
            for a in row["arguments"]
        ]
        self.returns: list[str] = row["returns"]

    @property
    def is_mutable(self) -> bool:
        """Whether the op writes to an argument."""
        return any(a.alias_info is not None and a.alias_info.is_write for a in self.arguments)

    def __str__(self) -> str:
        namespace = self.name.partition("::")[0]
        return self.text if self.text.startswith(f"{namespace}::") else f"{namespace}::{self.text}"

    __repr__ = __str__


class OpOverload:
    # One overload of an op, called like a function.

    def __init__(self, packet: RegistryOp, overload: str, row: dict[str, Any] | None):
        self.overloadpacket = self._overloadpacket = packet
        self.namespace, self._opname = packet.namespace, packet.__name__
        self._overloadname = overload
        self.__name__ = f"{self._opname}.{overload}"
        self.__qualname__, self.__module__ = self.__name__, f"torch._ops.{self.namespace}"
        self._row = row  # None: PyTorch has it, and here calls of the op find what they need by their arguments
        self._function: Callable[..., Any] = packet.function if row is None else _C.op_overload(row["name"])

    @property
    def op(self) -> Callable[..., Any]:
        return self._function

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self._function.__doc__

    @cached_property
    def _schema(self) -> FunctionSchema:
        if self._row is None:
            raise NotImplementedError(f"{self}._schema: the op is not declared with this overload here")
        return FunctionSchema(self.namespace, self._row)

    @property
    def tags(self) -> list[Any]:
        """[]: what PyTorch's tags tell its compiler is not told here."""
        return []

    @property
    def is_view(self) -> bool:
        """Whether results share the memory of the first argument."""
        return self._row is not None and "view" in self._row["tags"]

    def name(self) -> str:
        """Namespace, name and overload: "aten::add.Tensor"; the overload "default" is left out."""
        end = "" if self._overloadname == "default" else f".{self._overloadname}"
        return f"{self.namespace}::{self._opname}{end}"

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)

    def redispatch(self, keyset: Any, /, *args: Any, **kwargs: Any) -> Any:
        """What the op gives for the arguments where only these dispatch keys have a say in the call."""
        return self.overloadpacket.redispatch(keyset, *args, **kwargs)

    def __reduce__(self) -> Any:
        return getattr, (self.overloadpacket, self._overloadname)

    def __deepcopy__(self, memo: Any = None) -> OpOverload:
        return self

    def __repr__(self) -> str:
        return f"<OpOverload(op='{self.namespace}.{self._opname}', overload='{self._overloadname}')>"

    def __str__(self) -> str:
        return f"{self.namespace}.{self.__name__}"


class RegistryOp:
    # An op of the registry, ours or a plugin's. Called, it finds the overload by the arguments.

    def __init__(self, namespace: str, name: str, function: Callable[..., Any]):
        self.namespace, self.__name__, self.function = namespace, name, function

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self.function.__doc__

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def redispatch(self, keyset: Any, /, *args: Any, **kwargs: Any) -> Any:
        """What the op gives for the arguments where only these dispatch keys have a say in the call.

        keyset: what a function with_keyset got, less the keys that the call is to go past.
        """
        from vibetensor.torch._kernel_overrides import bits_of

        name = self.__name__ if self.namespace == "aten" else f"{self.namespace}::{self.__name__}"
        return _C.redispatch(name, bits_of(keyset), *args, **kwargs)

    def rows(self) -> dict[str, dict[str, Any]]:
        """What the registry says of the overloads that are declared, by their names."""
        known = self.__dict__.get("_rows")
        if known is None:
            name = self.__name__ if self.namespace == "aten" else f"{self.namespace}::{self.__name__}"
            known = {row["name"][len(name) + 1 :] or "default": row for row in _C.overloads_of(name)}
            self._rows = known
        return known

    def overloads(self) -> list[str]:
        """The names of the overloads that are declared."""
        return list(self.rows())

    def __getattr__(self, overload: str) -> OpOverload:
        if overload.startswith("_"):
            raise AttributeError(overload)
        # what PyTorch has an overload for a number for takes a tensor or a number here
        row = self.rows().get(overload) or (self.rows().get("Tensor") if overload == "Scalar" else None)
        made = OpOverload(self, overload, row)
        setattr(self, overload, made)
        return made

    def __deepcopy__(self, memo: Any = None) -> RegistryOp:
        return self

    def __reduce__(self) -> Any:
        return named_op, (self.namespace, self.__name__)

    def __repr__(self) -> str:
        return f"<OpOverloadPacket(op='{self.namespace}.{self.__name__}')>"

    def __str__(self) -> str:
        return f"{self.namespace}.{self.__name__}"


def named_op(namespace: str, name: str) -> Any:
    """torch.ops.<namespace>.<name>, for pickle."""
    from vibetensor.torch._ops import ops

    return getattr(getattr(ops, namespace), name)


def overload_named(full_name: str) -> OpOverload:
    """The overload with that name in the registry: "add.Tensor", "mul", or a plugin's "mine::scale"."""
    namespace, separator, rest = full_name.partition("::")
    if not separator:
        namespace, rest = "aten", full_name
    name, _, overload = rest.partition(".")
    return getattr(named_op(namespace, name), overload or "default")
