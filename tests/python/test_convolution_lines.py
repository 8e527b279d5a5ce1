"""Convolutions whose products read the input where it lies: sizes at which pieces, slices and tiles end, beside PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch as reference
import vibetensor.torch as torch
from compare import near

# images, channels, filters, plane, kernel, stride, padding, dilation, groups
CASES = [
    (3, 32, 15, (19, 17), (3, 3), 1, 1, 1, 1),
    (2, 30, 29, (20, 20), (3, 3), 1, 1, 1, 1),
    (5, 64, 3, (17, 24), (5, 3), 1, (2, 1), 1, 1),
    (1, 16, 8, (180, 175), (3, 3), 1, 1, 1, 1),
    (1, 24, 40, (90, 120), (5, 5), (2, 3), (2, 0), 1, 1),
    (2, 3, 20, (61, 64), (7, 7), 2, 3, 1, 1),
    (2, 12, 18, (20, 33), (3, 2), (3, 2), (4, 1), (2, 3), 3),
    (4, 9, 6, (40,), (5,), 2, 3, 2, 3),
    (2, 4, 6, (32, 32), (8, 8), 8, 0, 1, 1),
    (2, 8, 17, (6, 12, 9), (3, 2, 3), 1, 1, 1, 1),
    (2, 8, 17, (6, 7, 9), (3, 2, 3), (1, 2, 1), 1, 1, 1),
]


def poisoned() -> None:
    """Leaves memory behind that is not zero, for whoever reads what was not written."""
    kept = [torch.full((1 << n,), float("nan")) for n in range(8, 22)]
    del kept


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("transposed", [False, True])
def test_beside_pytorch(case: tuple[Any, ...], dtype: str, transposed: bool) -> None:
    images, channels, filters, plane, kernel, stride, padding, dilation, groups = case
    generator = np.random.default_rng(1)
    shapes = [(images, channels, *plane), (filters, channels // groups, *kernel), (filters,)]
    if transposed:
        shapes[1:] = [(channels, filters // groups, *kernel), (filters,)]
    values = [generator.standard_normal(shape) for shape in shapes]
    found = []
    for side in (reference, torch):
        poisoned()
        operands = [side.tensor(v).to(getattr(side, dtype)).requires_grad_() for v in values]
        name = f"conv_transpose{len(plane)}d" if transposed else f"conv{len(plane)}d"
        f = getattr(side.nn.functional, name)
        y = f(*operands, stride=stride, padding=padding, dilation=dilation, groups=groups)
        g = side.tensor(np.random.default_rng(2).standard_normal(y.shape)).to(getattr(side, dtype))
        poisoned()
        found.append([y, *side.autograd.grad(y, operands, g)])
    for expected, ours in zip(*found, strict=True):
        near(ours, expected, 4)


def test_what_an_infinity_does_not_meet_stays_finite() -> None:
    found = []
    for side in (reference, torch):
        x = side.ones(2, 3, 20, 20)
        x[0, 1, 19, 19] = float("inf")
        w = side.ones(5, 3, 3, 3).requires_grad_()
        y = side.nn.functional.conv2d(x, w)
        found.append(side.autograd.grad(y, w, side.ones_like(y))[0].isfinite())
    assert found[1].tolist() == found[0].tolist()
