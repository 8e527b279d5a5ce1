"""Functions of every element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import vibetensor.torch as torch
from vibetensor.array_api._data_types import iinfo
from vibetensor.array_api._promotion import Tensor, as_operands

Fn = Callable[..., Any]


def named(function: Fn, name: str, doc: str) -> Fn:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def unary(name: str, op: Fn, doc: str) -> Fn:
    """A function of one array as the standard names it."""

    def function(x: Any, /) -> Any:
        return op(x)

    return named(function, name, doc)


def binary(name: str, op: Fn, doc: str) -> Fn:
    """A function of two arrays, of which one may be a Python number, computed in the dtype that they have in common."""

    def function(x1: Any, x2: Any, /) -> Any:
        return op(*as_operands(x1, x2))

    return named(function, name, doc)


abs = unary("abs", torch.abs, "The distance of each element from 0; real numbers for complex ones.")
acos = unary("acos", torch.acos, "The inverse cosine of each element.")
acosh = unary("acosh", torch.acosh, "The inverse hyperbolic cosine of each element.")
asin = unary("asin", torch.asin, "The inverse sine of each element.")
asinh = unary("asinh", torch.asinh, "The inverse hyperbolic sine of each element.")
atan = unary("atan", torch.atan, "The inverse tangent of each element.")
atanh = unary("atanh", torch.atanh, "The inverse hyperbolic tangent of each element.")
bitwise_invert = unary("bitwise_invert", torch.bitwise_not, "Each element with all its bits turned over.")
ceil = unary("ceil", torch.ceil, "Each element rounded up to an integer, in its own dtype.")
conj = unary("conj", torch.conj_physical, "The complex conjugate of each element.")
cos = unary("cos", torch.cos, "The cosine of each element.")
cosh = unary("cosh", torch.cosh, "The hyperbolic cosine of each element.")
exp = unary("exp", torch.exp, "e to the power of each element.")
expm1 = unary("expm1", torch.expm1, "exp(x) - 1 for each element, exact near 0.")
floor = unary("floor", torch.floor, "Each element rounded down to an integer, in its own dtype.")
isfinite = unary("isfinite", torch.isfinite, "Whether each element is neither infinite nor NaN.")
isinf = unary("isinf", torch.isinf, "Whether each element is infinite.")
isnan = unary("isnan", torch.isnan, "Whether each element is NaN.")
log = unary("log", torch.log, "The natural logarithm of each element.")
log10 = unary("log10", torch.log10, "The logarithm to base 10 of each element.")
log1p = unary("log1p", torch.log1p, "log(1 + x) for each element, exact near 0.")
log2 = unary("log2", torch.log2, "The logarithm to base 2 of each element.")
logical_not = unary("logical_not", torch.logical_not, "Whether each element is False.")
negative = unary("negative", torch.neg, "Minus each element.")
positive = unary("positive", torch.clone, "A copy of x.")
real = unary("real", torch.real, "The real part of each element, a view.")
reciprocal = unary("reciprocal", torch.reciprocal, "1 / x for each element.")
signbit = unary("signbit", torch.signbit, "Whether each element has a minus sign, -0.0 too.")
sin = unary("sin", torch.sin, "The sine of each element.")
sinh = unary("sinh", torch.sinh, "The hyperbolic sine of each element.")
sqrt = unary("sqrt", torch.sqrt, "The square root of each element.")
square = unary("square", torch.square, "Each element times itself.")
tan = unary("tan", torch.tan, "The tangent of each element.")
tanh = unary("tanh", torch.tanh, "The hyperbolic tangent of each element.")
trunc = unary("trunc", torch.trunc, "Each element rounded towards 0 to an integer, in its own dtype.")

add = binary("add", torch.add, "x1 + x2.")
atan2 = binary("atan2", torch.atan2, "The angle of the point (x2, x1) in radians.")
bitwise_and = binary("bitwise_and", torch.bitwise_and, "The bits that are set in both elements.")
bitwise_left_shift = binary("bitwise_left_shift", torch.bitwise_left_shift, "The bits of x1 moved up by x2 places.")
bitwise_or = binary("bitwise_or", torch.bitwise_or, "The bits that are set in one of the elements or both.")
bitwise_right_shift = binary(
    "bitwise_right_shift", torch.bitwise_right_shift, "The bits of x1 moved down by x2 places."
)
bitwise_xor = binary("bitwise_xor", torch.bitwise_xor, "The bits that are set in one of the elements alone.")
copysign = binary("copysign", torch.copysign, "The size of x1 with the sign of x2.")
divide = binary("divide", torch.div, "x1 / x2.")
equal = binary("equal", torch.eq, "Whether x1 == x2.")
greater = binary("greater", torch.gt, "Whether x1 > x2.")
greater_equal = binary("greater_equal", torch.ge, "Whether x1 >= x2.")
hypot = binary("hypot", torch.hypot, "sqrt(x1^2 + x2^2) without overflow on the way.")
less = binary("less", torch.lt, "Whether x1 < x2.")
less_equal = binary("less_equal", torch.le, "Whether x1 <= x2.")
logaddexp = binary("logaddexp", torch.logaddexp, "log(exp(x1) + exp(x2)) without overflow on the way.")
logical_and = binary("logical_and", torch.logical_and, "Whether both elements are True.")
logical_or = binary("logical_or", torch.logical_or, "Whether one of the elements or both are True.")
logical_xor = binary("logical_xor", torch.logical_xor, "Whether one of the elements alone is True.")
maximum = binary("maximum", torch.maximum, "The larger of both elements; NaN if one is.")
minimum = binary("minimum", torch.minimum, "The smaller of both elements; NaN if one is.")
multiply = binary("multiply", torch.mul, "x1 * x2.")
nextafter = binary("nextafter", torch.nextafter, "The number next to x1 on the way to x2.")
not_equal = binary("not_equal", torch.ne, "Whether x1 != x2.")
pow = binary("pow", torch.pow, "x1 to the power of x2.")
subtract = binary("subtract", torch.sub, "x1 - x2.")


def quotient(x1: Any, x2: Any) -> Any:
    """PyTorch's floor_divide, but what an infinity takes part in is the quotient rounded down."""
    result = torch.floor_divide(x1, x2)
    if not x1.dtype.is_floating_point:
        return result
    return torch.where(torch.isinf(x1) | torch.isinf(x2), torch.floor(x1 / x2), result)


def rest(x1: Any, x2: Any) -> Any:
    """PyTorch's remainder, where 0 has the sign of x2 too."""
    result = torch.remainder(x1, x2)
    return torch.where(result == 0, torch.copysign(result, x2), result) if x1.dtype.is_floating_point else result


floor_divide = binary("floor_divide", quotient, "x1 / x2 rounded down to an integer.")
remainder = binary("remainder", rest, "What floor_divide leaves, with the sign of x2.")


def imag(x: Any, /) -> Any:
    """The imaginary part of each element: a view of complex numbers, 0 for real ones."""
    return torch.imag(x) if x.dtype.is_complex else torch.zeros_like(x)


def round(x: Any, /) -> Any:
    """Each element rounded to the nearest integer, halves to the even one; of complex numbers both parts."""
    if x.dtype.is_complex:
        return torch.complex(torch.round(x.real), torch.round(x.imag))
    return torch.round(x)


def sign(x: Any, /) -> Any:
    """-1, 0 or 1 for each element, NaN for NaN; of complex numbers x / abs(x)."""
    result = torch.sgn(x)
    return torch.where(torch.isnan(x), x, result) if x.dtype.is_floating_point else result


def bound(x: Any, limit: Any) -> Any:
    """A bound of clip in the dtype of x, which a Python integer may lie outside of."""
    if isinstance(limit, Tensor):
        return limit.to(x.dtype)
    if not x.dtype.is_floating_point:
        info = iinfo(x.dtype)
        limit = info.min if limit < info.min else info.max if limit > info.max else limit
    return torch.tensor(limit, dtype=x.dtype, device=x.device)


def clip(x: Any, /, min: Any = None, max: Any = None) -> Any:
    """Each element of x, or the bound that it lies beyond; bounds are Python numbers or arrays. NaN stays and spreads."""
    result = x
    if min is not None:
        result = torch.maximum(result, bound(x, min))
    if max is not None:
        result = torch.minimum(result, bound(x, max))
    return result.clone() if result is x else result
