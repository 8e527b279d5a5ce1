"""Activations against float64: as near as PyTorch's own kernels, also where functions saturate, and no numbers in the same
places."""

from __future__ import annotations

from typing import Any

import pytest

from .side import near, ours, random, reference, theirs, torch

pytestmark = pytest.mark.cuda
FUNCTIONS = {
    "gelu": lambda F, x: F.gelu(x),
    "gelu tanh": lambda F, x: F.gelu(x, approximate="tanh"),
    "silu": lambda F, x: F.silu(x),
    "sigmoid": lambda F, x: F.sigmoid(x),
    "mish": lambda F, x: F.mish(x),
}
SPECIAL = [float("inf"), float("-inf"), float("nan"), 0.0, -0.0, 1e-30, -1e-30, 3e4, -3e4, 88.5, -88.5, -103.0, -9.0]


def value_and_gradient(library: Any, name: str, x: Any, g: Any) -> tuple[Any, Any]:
    leaf = x.detach().requires_grad_(True)
    out = FUNCTIONS[name](library.nn.functional, leaf)
    out.backward(g)
    return out.detach(), leaf.grad


def error(got: Any, right: Any) -> float:
    return float((got.double() - right).norm() / right.norm())


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "float64"])
@pytest.mark.parametrize("scale", [1.0, 5.0, 0.01])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_as_near_as_pytorch(name: str, scale: float, dtype: str) -> None:
    a, g = random(100_003, dtype=dtype) * scale, random(100_003, dtype=dtype, seed=1)
    right = value_and_gradient(reference, name, a.double(), g.double())
    theirs_are = value_and_gradient(reference, name, a, g)
    mine = value_and_gradient(torch, name, ours(a), ours(g))
    # What is taken as right is itself off by 7e-16 where 1 + tanh cancels, by as much as theirs.
    rounding = {"float32": 3e-8, "float64": 1e-15}.get(dtype, 1e-9)
    for got, other, wanted in zip(mine, theirs_are, right, strict=True):
        assert error(theirs(got), wanted) <= 1.5 * error(other, wanted) + rounding


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_where_functions_end(name: str, dtype: str) -> None:
    """In float64, where PyTorch's CPU build has the limits: its gelu in vectors of float32 gives NaN at infinity."""
    a = reference.tensor(SPECIAL * 3, dtype=reference.float64).to(getattr(reference, dtype))
    g = reference.ones_like(a)
    for got, right in zip(
        value_and_gradient(torch, name, ours(a), ours(g)),
        value_and_gradient(reference, name, a.double(), g.double()),
        strict=True,
    ):
        near(got, right.to(a.dtype))
