"""Names for kinds of arguments, for annotations."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO, Any, TypeAlias

from vibetensor import _C
from vibetensor.torch._symbolic import SymBool, SymFloat, SymInt

__all__ = ["Device", "FileLike", "Number", "Storage", "SymBool", "SymFloat", "SymInt"]

Tensor: Any = _C.Tensor
Size: Any = _C.Size

Number: TypeAlias = int | float | bool
Device: TypeAlias = Any  # a torch.device, its text, its number or None
FileLike: TypeAlias = str | os.PathLike[str] | IO[bytes]
Storage: TypeAlias = Any
IntLikeType: TypeAlias = int | SymInt
FloatLikeType: TypeAlias = float | SymFloat
BoolLikeType: TypeAlias = bool | SymBool

_bool, _int, _float, _complex = bool, int, float, complex
_dtype, _device, _layout, _size = _C.dtype, _C.device, _C.layout, Sequence[int]

py_sym_types = (SymInt, SymFloat, SymBool)
PySymType: TypeAlias = SymInt | SymFloat | SymBool
