"""Functions of every element, with special values, mixed dtypes and Python numbers, beside the reference."""

from __future__ import annotations

import numpy as np
import pytest
import vibetensor.array_api as xp

from .conftest import (
    ALL,
    BITS,
    BOOL,
    COMPLEX,
    FLOATS,
    INTEGERS,
    NUMERIC,
    REAL,
    REAL_FLOATS,
    SIGNED,
    UNSIGNED,
    promotable,
    sample,
)

ON_FLOATS = """acos acosh asin asinh atan atanh cos cosh exp expm1 log log10 log1p log2 reciprocal sin sinh sqrt tan
tanh"""
UNARY = {
    **dict.fromkeys(ON_FLOATS.split(), FLOATS),
    **dict.fromkeys(["abs", "negative", "positive", "sign", "square", "round", "isfinite", "isinf", "isnan"], NUMERIC),
    **dict.fromkeys(["ceil", "floor", "trunc"], REAL),
    **dict.fromkeys(["conj", "real"], NUMERIC),
    "imag": COMPLEX,
    "signbit": REAL_FLOATS,
    "bitwise_invert": BITS,
    "logical_not": BOOL,
}
UNARY["negative"] = SIGNED + FLOATS
UNARY["real"] = COMPLEX


@pytest.mark.parametrize("name", UNARY)
def test_of_one_array(name, same):
    for dtype in UNARY[name]:
        for shape in ((), (5,), (0, 3), (4, 4)):
            same(f"xp.{name}(x)", x=sample(dtype, shape, 3))
        same(f"xp.{name}(x.T)", x=sample(dtype, (3, 5)))


BINARY = {
    **dict.fromkeys(["add", "subtract", "multiply"], NUMERIC),
    **dict.fromkeys(["equal", "not_equal"], ALL),
    **dict.fromkeys(["less", "less_equal", "greater", "greater_equal", "maximum", "minimum"], REAL),
    **dict.fromkeys(["bitwise_and", "bitwise_or", "bitwise_xor"], BITS),
    **dict.fromkeys(["bitwise_left_shift", "bitwise_right_shift"], INTEGERS),
    **dict.fromkeys(["logical_and", "logical_or", "logical_xor"], BOOL),
    **dict.fromkeys(["atan2", "copysign", "hypot", "logaddexp", "nextafter"], REAL_FLOATS),
    "divide": FLOATS,
    "floor_divide": REAL,
    "remainder": REAL,
    "pow": NUMERIC,
}
OPERATORS = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "floor_divide": "//", "remainder": "%", "pow": "**",
    "bitwise_and": "&", "bitwise_or": "|", "bitwise_xor": "^", "bitwise_left_shift": "<<", "bitwise_right_shift": ">>",
    "equal": "==", "not_equal": "!=", "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=",
}  # fmt: skip


def second(name: str, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Operands that the standard leaves nothing open for: no division of integers by 0, small exponents and shifts."""
    y = sample(dtype, shape, 1)
    if y.dtype.kind in "iu" and name in ("floor_divide", "remainder"):
        y[y == 0] = 3
    if y.dtype.kind in "iu" and name in ("pow", "bitwise_left_shift", "bitwise_right_shift"):
        y = (np.abs(sample(dtype, shape, 1).astype("float64")) % 4).astype(dtype)
    return y


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", BINARY)
def test_of_two_arrays(name, same):
    checked = 0
    for a in BINARY[name]:
        for b in BINARY[name]:
            if not promotable(a, b):
                continue
            for left, right in (((6,), (6,)), ((), (6,)), ((2, 3), ()), ((3, 1), (1, 4)), ((0,), (1,))):
                x, y = sample(a, left), second(name, b, right)
                if name in ("floor_divide", "remainder") and x.dtype.kind == "f":
                    x, y = (
                        np.where(np.isfinite(x), x, x.dtype.type(2.5)),
                        np.where(np.isfinite(y) & (y != 0), y, y.dtype.type(-1.5)),
                    )
                if np.dtype(a).kind != np.dtype(b).kind:  # an infinity is one of all directions
                    x, y = (np.where(np.isfinite(z) & (z != 0), z, z.dtype.type(0.75)) for z in (x, y))
                same(f"xp.{name}(x, y)", x=x, y=y)
                if name in OPERATORS and (a == b or (left and right)) and name != "remainder":
                    same(f"x {OPERATORS[name]} y", x=x, y=y)
                checked += 1
    assert checked >= 5


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", sorted(set(BINARY) - {"pow"}))
def test_of_an_array_and_a_number(name, same):
    for dtype in BINARY[name]:
        kind = np.dtype(dtype).kind
        number = {"b": True, "i": 3, "u": 3, "f": 2.5, "c": 1.5j}[kind]
        x = sample(dtype, (4,), 2)
        if kind == "f" and name in ("floor_divide", "remainder"):
            x = np.array([1.5, -7.25, 0.5, 100], dtype)
        same(f"xp.{name}(x, {number})", x=x)
        if name in OPERATORS and kind != "b":
            same(f"x {OPERATORS[name]} {number}", x=x)
        if kind == "i" and name in ("floor_divide", "remainder", "bitwise_left_shift", "bitwise_right_shift"):
            x = np.abs(x) % 4 + 1
        if not (kind == "u" and name in ("floor_divide", "remainder", "bitwise_left_shift", "bitwise_right_shift")):
            same(f"xp.{name}({number}, x)", x=x)


def test_numbers_beside_bits_of_uint64():
    x = xp.asarray([0, 1, 2**63, 2**64 - 1], dtype=xp.uint64)
    assert (x > -1).tolist() == [True] * 4 and (x == -1).tolist() == [False] * 4 and (x < 0).tolist() == [False] * 4
    assert (x >= 2**63).tolist() == [False, False, True, True]
    assert (x != 2**64 - 1).tolist() == [True, True, True, False]


@pytest.mark.parametrize("dtype", REAL)
def test_clip(dtype, same):
    x, y = sample(dtype, (3, 4)), sample(dtype, (4,), 5)
    for expression in (
        "xp.clip(x, 1, 3)",
        "xp.clip(x, min=2)",
        "xp.clip(x, max=2)",
        "xp.clip(x)",
        "xp.clip(x, y, None)",
    ):
        same(expression, x=x, y=y)
    if dtype in UNSIGNED:
        assert xp.clip(xp.asarray(x), -1, 300).dtype == getattr(xp, dtype)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_operators_in_place(dtype, same):
    for symbol in ("+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>"):
        y = second({"//": "floor_divide", "%": "remainder"}.get(symbol, "bitwise_left_shift"), dtype, (5,))
        y[y == 0] = 1
        operation = f"[z := xp.asarray(x, copy=True), z.__setitem__(..., z {symbol} y), z]"
        same(operation + "[2]", x=sample(dtype, (5,), 2), y=y)
    x, y = (xp.asarray(np.array(values, dtype)) for values in ([7, 100, 3], [2, 3, 5]))
    x += y
    x *= y
    x //= y
    x -= 1
    x %= 7
    x <<= y
    x |= 1
    assert x.dtype == getattr(xp, dtype)
    expected = (np.array([9, 103, 8], dtype) * np.array([2, 3, 5], dtype)) // np.array([2, 3, 5], dtype) - np.array(
        1, dtype
    )
    expected = ((expected % np.array(7, dtype)) << np.array([2, 3, 5], dtype)) | np.array(1, dtype)
    assert x.tolist() == expected.tolist()
