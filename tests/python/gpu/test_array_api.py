"""The array API's functions on CUDA: what they give on the CPU, on the arrays' own device."""

from __future__ import annotations

import pytest
import vibetensor.array_api as xp

pytestmark = pytest.mark.cuda

EXPRESSIONS = """
    xp.sum(x, axis=0)
    xp.prod(x % 3 + 1, axis=(0, 1), keepdims=True)
    xp.cumulative_sum(x, axis=1, include_initial=True)
    xp.max(x, axis=1)
    xp.sort(x, axis=0)
    xp.argsort(x)
    xp.unique_all(x)
    xp.searchsorted(xp.sort(x[0, :]), x)
    xp.where(x > 3, x, 0)
    xp.clip(x, 2, 5)
    xp.take(x, xp.asarray([1, -1], device=x.device), axis=1)
    xp.repeat(x, 2, axis=0)
    xp.roll(x, 1)
    xp.concat([x, x[:1, :]])
    xp.add(x, x[0, 0])
    x + 1
    xp.remainder(x, 3)
    xp.astype(x, xp.float32)
    xp.tril(x)
    xp.matmul(x, x.mT)
    xp.arange(2, 9, 3, dtype=x.dtype, device=x.device)
    xp.full_like(x, 7)
    xp.isin(x, x[1, :])
    xp.nonzero(x)
    xp.flip(x)
    xp.diff(x)
"""


def parts(value):
    return value if isinstance(value, tuple) else (value,)


@pytest.mark.parametrize("expression", EXPRESSIONS.split("\n")[1:-1])
@pytest.mark.parametrize("dtype", ["int16", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"])
def test_expression(expression, dtype):
    x = xp.asarray([[3, 0, 7, 1], [9, 200, 2, 2], [5, 1, 1, 100]], dtype=getattr(xp, dtype))
    here = eval(expression.strip(), {"xp": xp, "x": x})
    there = eval(expression.strip(), {"xp": xp, "x": x.to_device("cuda")})
    for a, b in zip(parts(here), parts(there), strict=True):
        assert b.device.type == "cuda" and a.dtype == b.dtype and a.shape == b.shape and b.tolist() == a.tolist()
