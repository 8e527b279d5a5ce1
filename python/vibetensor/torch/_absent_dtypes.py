"""Dtypes that no tensor can have yet: programs compare with them and have them in tables.

They are equal to nothing but themselves. Asking for a tensor of one raises a TypeError that names it.
PyTorch's are part of its C++; here they are read when one of them is first used.
"""

from __future__ import annotations

from typing import Any


class AbsentDtype:
    """A dtype of PyTorch's that is not there: what it is can be read."""

    def __init__(self, name: str, itemsize: int, kind: str):
        self.name, self.itemsize = name, itemsize
        self.is_floating_point, self.is_complex = kind in ("float", "exponent"), kind == "complex"
        self.is_signed = kind not in ("unsigned", "exponent")
        self.refusal = f"torch.{name} is not there yet: no tensor can have this dtype"

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return named, (self.name,)


# name: (bytes, kind)
TABLE = {
    "float8_e4m3fn": (1, "float"),
    "float8_e4m3fnuz": (1, "float"),
    "float8_e5m2": (1, "float"),
    "float8_e5m2fnuz": (1, "float"),
    "float8_e8m0fnu": (1, "exponent"),
    "float4_e2m1fn_x2": (1, "float"),
    "uint16": (2, "unsigned"),
    "uint32": (4, "unsigned"),
    "uint64": (8, "unsigned"),
    "complex32": (4, "complex"),
}

# the name of its type is what an op says that it was given
for _name, (_size, _kind) in TABLE.items():
    _type = type(f"torch.{_name}, which is not there yet", (AbsentDtype,), {})
    globals()[_name] = _type(_name, _size, _kind)
chalf = globals()["complex32"]


def named(name: str) -> AbsentDtype:
    """The dtype of that name."""
    found: AbsentDtype = globals()[name]
    return found
