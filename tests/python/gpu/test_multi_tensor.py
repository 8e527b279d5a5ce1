"""Kernels that take whole lists of tensors, against PyTorch tensor by tensor."""

from __future__ import annotations

from typing import Any

import pytest
from vibetensor import _C

from .side import identical, near, ours, random, reference, torch

pytestmark = pytest.mark.cuda
SHAPES = [(), (1,), (7,), (0,), (33, 65), (1 << 14,), ((1 << 14) + 1,), (3, 100_000), (1 << 20,)]


def lists(dtype: str, repeats: int = 1) -> tuple[list[Any], list[Any]]:
    theirs = [random(*shape, dtype=dtype, seed=i) for i in range(repeats) for shape in SHAPES]
    return [ours(t) for t in theirs], theirs


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "float64"])
@pytest.mark.parametrize("repeats", [1, 40])
def test_updates_and_norms(dtype: str, repeats: int) -> None:
    mine, theirs = lists(dtype, repeats if dtype == "float32" else 1)
    _C.ops._foreach_add_(mine, 0.5)
    _C.ops._foreach_mul_(mine, 3.0)
    _C.ops._foreach_mul_(mine, torch.tensor(0.25, device="cuda"))
    for a, b in zip(mine, theirs, strict=True):
        near(a, b.add_(0.5).mul_(3.0).mul_(reference.tensor(0.25)), scale=2)
    norms = _C.ops._foreach_norm(mine, 2.0)
    for a, b in zip(norms, theirs, strict=True):
        assert a.dtype == mine[0].dtype and a.shape == ()
        near(a, b.double().norm(), scale=4)
    again = _C.ops._foreach_norm(mine, 2.0)
    assert identical(norms, again), "the same bits from run to run"


def test_strided_tensors_and_slices_off_the_alignment() -> None:
    base = random(300, 70)
    mine = [ours(base).t(), ours(base)[1:, 3:], ours(base).reshape(-1)[1:]]
    theirs = [base.clone().t(), base.clone()[1:, 3:], base.clone().reshape(-1)[1:]]
    for a, b in zip(_C.ops._foreach_norm(mine), theirs, strict=True):
        near(a, b.double().norm(), scale=4)
    _C.ops._foreach_mul_(mine, 2.0)
    for a, b in zip(mine, theirs, strict=True):
        near(a, b * 2)


def test_a_tensor_that_is_there_twice_is_written_twice() -> None:
    x = torch.ones(1000, device="cuda")
    _C.ops._foreach_mul_([x, x], 2.0)
    near(x, reference.full((1000,), 4.0))


def test_integers_and_mixed_lists() -> None:
    mine = [torch.arange(5, device="cuda"), torch.ones(3, device="cuda")]
    _C.ops._foreach_add_(mine, 2)
    near(mine[0], reference.arange(5) + 2)
    near(mine[1], reference.full((3,), 3.0))


def test_norms_have_gradients_where_they_are_wanted() -> None:
    x = torch.full((4,), 2.0, device="cuda", requires_grad=True)
    (norm,) = _C.ops._foreach_norm([x])
    norm.backward()
    near(x.grad, reference.full((4,), 0.5))
