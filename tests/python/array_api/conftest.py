"""Expressions of the array API standard, evaluated in its reference implementation and here."""

from __future__ import annotations

import array_api_strict as strict
import numpy as np
import pytest
import vibetensor.array_api as xp

strict.set_array_api_strict_flags(api_version=xp.__array_api_version__)

SIGNED = ["int8", "int16", "int32", "int64"]
UNSIGNED = ["uint8", "uint16", "uint32", "uint64"]
INTEGERS = SIGNED + UNSIGNED
REAL_FLOATS = ["float32", "float64"]
COMPLEX = ["complex64", "complex128"]
FLOATS = REAL_FLOATS + COMPLEX
REAL = INTEGERS + REAL_FLOATS
NUMERIC = REAL + COMPLEX
ALL = ["bool", *NUMERIC]
BITS = ["bool", *INTEGERS]
BOOL = ["bool"]


def sample(dtype: str, shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """Small numbers, of integers also the largest and the smallest, of real floats also zeros, infinities and NaN."""
    random = np.random.default_rng(seed)
    n = int(np.prod(shape))
    if dtype == "bool":
        return (random.integers(0, 2, n) == 1).reshape(shape)
    kind = np.dtype(dtype)
    if kind.kind in "iu":
        values = random.integers(0 if kind.kind == "u" else -5, 9, n).astype(kind)
        ends = np.array([np.iinfo(kind).max, np.iinfo(kind).min], kind)
        values[: min(n - 1, 2)] = ends[: max(n - 1, 0)]
    elif kind.kind == "f":
        values = (random.standard_normal(n) * 3).astype(kind)
        ends = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 0.5, 1.0, -1.5], kind)
        values[: n // 2] = ends[: n // 2]
    else:
        values = (random.standard_normal(n) + 1j * random.standard_normal(n)).astype(kind)
    return values.reshape(shape)


def promotable(a: str, b: str) -> bool:
    if a == b:
        return True
    if "bool" in (a, b) or (np.dtype(a).kind in "iu" and np.dtype(b).kind not in "iu"):
        return False
    if np.dtype(b).kind in "iu" and np.dtype(a).kind not in "iu":
        return False
    return not ("uint64" in (a, b) and (a in SIGNED or b in SIGNED))


def as_numpy(value: object) -> object:
    """An array of either library as NumPy's, whatever is in tuples too; names of dtypes."""
    if isinstance(value, tuple | list):
        return [as_numpy(part) for part in value]
    if isinstance(value, xp.asarray(0).__class__):
        return value.numpy()
    if type(value).__name__ == "Array":
        return np.asarray(value._array)
    if "dtype" in type(value).__name__.lower():
        return str(value).removeprefix("torch.").removeprefix("array_api_strict.")
    return value


def assert_same(ours: object, theirs: object, what: str) -> None:
    if isinstance(theirs, list):
        assert isinstance(ours, list) and len(ours) == len(theirs), what
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b, what)
        return
    if not isinstance(theirs, np.ndarray):
        assert ours == theirs, what
        return
    assert isinstance(ours, np.ndarray), what
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape, (what, ours, theirs)
    if theirs.dtype.kind in "fc":
        single = theirs.dtype in (np.float32, np.complex64)
        np.testing.assert_allclose(
            ours, theirs, rtol=2e-5 if single else 1e-11, atol=2e-6 if single else 1e-12, err_msg=what
        )
        zeros = theirs == 0
        if theirs.dtype.kind == "f" and not any(name in what for name in ("sum", "mean", "linalg")):
            np.testing.assert_array_equal(np.signbit(ours[zeros]), np.signbit(theirs[zeros]), err_msg=what)
    else:
        np.testing.assert_array_equal(ours, theirs, err_msg=what)


@pytest.fixture
def same():
    """A function that evaluates an expression of `xp` and arrays in both libraries, and compares what they give."""

    def check(expression: str, **arrays: np.ndarray) -> None:
        results = []
        for namespace in (xp, strict):
            names = {name: namespace.asarray(array) for name, array in arrays.items()}
            with np.errstate(all="ignore"):
                results.append(as_numpy(eval(expression, {"xp": namespace, **names})))
        shown = {name: (array.dtype.name, array.shape) for name, array in arrays.items()}
        assert_same(*results, f"{expression} of {shown}")

    return check
