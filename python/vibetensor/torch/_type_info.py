"""torch.finfo, of the dtype that is not there yet too."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._absent_dtypes import AbsentDtype

__all__ = ["finfo"]


class _InfoMeta(type):
    """Lets the limits of any dtype count as a finfo."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _C.finfo)


class finfo(metaclass=_InfoMeta):
    """The limits of a floating point or complex dtype, by default of the default one."""

    def __new__(cls, type: Any = None) -> Any:
        if isinstance(type, AbsentDtype) and type.is_complex:  # half of it is a float16
            type = _C.float16
        return _C.finfo() if type is None else _C.finfo(type)
