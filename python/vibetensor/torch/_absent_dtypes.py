"""The dtypes that no tensor can have yet: programs compare with it and have it in tables.

It is equal to nothing but itself. Asking for a tensor of it raises a TypeError that names it.
"""

from __future__ import annotations

from typing import Any


class AbsentDtype:
    """A dtype of PyTorch's that is not there: what it is can be read."""

    def __init__(self, name: str, itemsize: int):
        self.name, self.itemsize = name, itemsize
        self.is_floating_point, self.is_complex = False, name == "complex32"
        self.is_signed = not name.startswith(("quint", "uint", "bits"))
        self.refusal = f"torch.{name} is not there yet: no tensor can have this dtype"

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return named, (self.name,)


TABLE = {"complex32": 4, "qint8": 1, "quint8": 1, "qint32": 4, "quint4x2": 1, "quint2x4": 1}  # name: bytes
TABLE |= dict.fromkeys([f"{kind}{bits}" for kind in ("int", "uint") for bits in range(1, 8)], 1)

# the name of its type is what an op says that it was given
for _name, _size in TABLE.items():
    _type = type(f"torch.{_name}, which is not there yet", (AbsentDtype,), {})
    globals()[_name] = _type(_name, _size)
chalf = globals()["complex32"]


def named(name: str) -> AbsentDtype:
    """The dtype of that name."""
    found: AbsentDtype = globals()[name]
    return found
