"""torch.finfo and torch.iinfo, of the dtypes that are not there yet too."""

from __future__ import annotations

from typing import Any, NamedTuple

from vibetensor import _C
from vibetensor.torch._absent_dtypes import AbsentDtype


class AbsentFinfo(NamedTuple):
    """The limits of a floating point dtype."""

    bits: int
    min: float
    max: float
    eps: float
    smallest_normal: float
    dtype: str
    resolution: float = 1.0

    @property
    def tiny(self) -> float:
        return self.smallest_normal


class AbsentIinfo(NamedTuple):
    """The limits of an integer dtype."""

    bits: int
    min: int
    max: int
    dtype: str


def limits(name: str, least: float, most: float, eps: float, normal: float) -> AbsentFinfo:
    return AbsentFinfo(8, least, most, eps, normal, name)


# eps is 2 to the minus (bits of the mantissa); e8m0fnu has powers of two only, from 2**-127 on
FLOATS = {
    "float8_e4m3fn": limits("float8_e4m3fn", -448.0, 448.0, 2.0**-3, 2.0**-6),
    "float8_e4m3fnuz": limits("float8_e4m3fnuz", -240.0, 240.0, 2.0**-3, 2.0**-7),
    "float8_e5m2": limits("float8_e5m2", -57344.0, 57344.0, 2.0**-2, 2.0**-14),
    "float8_e5m2fnuz": limits("float8_e5m2fnuz", -57344.0, 57344.0, 2.0**-3, 2.0**-15),
    "float8_e8m0fnu": limits("float8_e8m0fnu", 2.0**-127, 2.0**127, 1.0, 2.0**-127),
}
INTEGERS = {f"uint{bits}": AbsentIinfo(bits, 0, 2**bits - 1, f"uint{bits}") for bits in (16, 32, 64)}


class _InfoMeta(type):
    """Lets the limits of any dtype count as finfo or iinfo."""

    kinds: tuple[type, ...]

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.kinds)


class finfo(metaclass=_InfoMeta):
    """The limits of a floating point or complex dtype, by default of the default one."""

    kinds = (_C.finfo, AbsentFinfo)

    def __new__(cls, type: Any = None) -> Any:
        if isinstance(type, AbsentDtype):
            if type.is_complex:
                return _C.finfo(_C.float16)
            if type.name in FLOATS:
                return FLOATS[type.name]
            if type.is_floating_point:
                raise NotImplementedError(f'"min" not implemented for {type!r}')
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'"
            )
        return _C.finfo() if type is None else _C.finfo(type)


class iinfo(metaclass=_InfoMeta):
    """The limits of an integer dtype."""

    kinds = (_C.iinfo, AbsentIinfo)

    def __new__(cls, type: Any) -> Any:
        if isinstance(type, AbsentDtype):
            if type.name in INTEGERS:
                return INTEGERS[type.name]
            raise TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
        return _C.iinfo(type)


__all__ = ["finfo", "iinfo"]
