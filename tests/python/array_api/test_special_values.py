"""Complex functions of zeros, infinities and NaN, beside PyTorch's, and some that the standard spells out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import vibetensor.array_api as xp
import vibetensor.torch as vt

FUNCTIONS = """acos acosh asin asinh atan atanh cos cosh exp expm1 log log10 log2 sin sinh sqrt tan tanh
abs"""
PARTS = [0.0, -0.0, 1.0, -1.0, 2.5, -0.5, np.inf, -np.inf, np.nan]


def grid(dtype):
    z = np.empty(len(PARTS) ** 2, dtype)
    z.real, z.imag = np.repeat(PARTS, len(PARTS)), np.tile(PARTS, len(PARTS))
    return z


def assert_equal(ours, theirs, what):
    for a, b in zip(parts(ours), parts(theirs), strict=True):
        single = a.dtype == np.float32
        np.testing.assert_allclose(a, b, rtol=1e-5 if single else 1e-12, atol=1e-6 if single else 1e-14, err_msg=what)


def parts(x):
    return (x.real, x.imag) if x.dtype.kind == "c" else (x,)


@pytest.mark.parametrize("name", FUNCTIONS.split())
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_as_pytorchs(name, dtype):
    z = grid(dtype)
    expected = getattr(torch, name)(torch.from_numpy(z)).numpy()
    ours = vt.from_numpy(z.copy())
    assert_equal(getattr(vt, name)(ours).numpy(), expected, name)
    assert_equal(getattr(vt, name)(ours.view(9, 9).t()).t().numpy().ravel(), expected, f"{name}, transposed")
    repeated = getattr(vt, name)(ours[6:7].expand(700)).numpy()
    assert_equal(repeated, np.broadcast_to(expected[6:7], 700), f"{name}, repeated")
    assert_equal(getattr(vt, name)(ours.repeat(30)).numpy(), np.tile(expected, 30), f"{name}, long")
    if name != "abs":
        assert_equal(getattr(ours.clone(), f"{name}_")().numpy(), expected, f"{name}, in place")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: xp.remainder(xp.asarray([0.0, -0.0]), xp.asarray([-1.0, 1.0])), [-0.0, 0.0]),
        (lambda: xp.remainder(xp.asarray([5.0, -5.0]), xp.asarray([np.inf, np.inf])), [5.0, np.inf]),
        (
            lambda: xp.floor_divide(xp.asarray([np.inf, 5.0, -5.0]), xp.asarray([2.0, -np.inf, np.inf])),
            [np.inf, -0.0, -0.0],
        ),
        (lambda: xp.sign(xp.asarray([-0.0, np.nan, -3.0])), [0.0, np.nan, -1.0]),
        (lambda: xp.round(xp.asarray([0.5, 1.5, -0.5, -2.5])), [0.0, 2.0, -0.0, -2.0]),
        (lambda: xp.clip(xp.asarray([1.0, np.nan]), np.nan, 3.0), [np.nan, np.nan]),
        (lambda: xp.hypot(xp.asarray([np.inf, np.nan]), xp.asarray([np.nan, 1.0])), [np.inf, np.nan]),
        (lambda: xp.pow(xp.asarray([np.nan, 1.0, -np.inf]), xp.asarray([0.0, np.nan, -3.0])), [1.0, 1.0, -0.0]),
        (lambda: xp.atan2(xp.asarray([-0.0, 0.0]), xp.asarray([-0.0, -0.0])), [-np.pi, np.pi]),
        (lambda: xp.logaddexp(xp.asarray([-np.inf]), xp.asarray([-np.inf])), [-np.inf]),
        (lambda: xp.nextafter(xp.asarray([0.0]), xp.asarray([-0.0])), [-0.0]),
    ],
)
def test_what_the_standard_spells_out(call, expected):
    result = call().numpy()
    np.testing.assert_allclose(result, np.array(expected, result.dtype), rtol=1e-6)
    known = ~np.isnan(result) & (result == 0)
    if "floor" not in str(call.__code__.co_names):
        assert (np.signbit(result[known]) == np.signbit(np.array(expected)[known])).all()
