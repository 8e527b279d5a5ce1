"""Attention's kernels for any tensor core: float32, wide heads backward, decoding, and 16 bits where they run alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from vibetensor import _C

from .attention_side import (
    NAMES,
    F,
    as_given,
    check_errors,
    exact,
    fused,
    fused_general,
    hopper_only,
    inputs,
    pytorch,
)
from .side import near, ours, random, reference, theirs, torch

pytestmark = hopper_only


@pytest.fixture
def alone() -> Iterator[None]:
    _C.set_portable_attention(True)
    yield
    _C.set_portable_attention(False)


def compare(q: Any, k: Any, v: Any, grad: Any, causal: bool, slack: float = 1) -> None:
    scale = 1 / math.sqrt(q.shape[-1])
    right, mine = exact(q, k, v, grad, causal, scale), fused(q, k, v, grad, causal, scale)
    check_errors(right, mine, pytorch(q, k, v, grad, causal, scale), grad, v, slack)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dim", [8, 64, 96, 128, 256])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.usefixtures("alone")
def test_16_bits(dtype: str, dim: int, causal: bool) -> None:
    for queries, keys in ((64, 64), (300, 300), (1, 777), (5, 7), (200, 70)):
        compare(*inputs(2, 4, queries, keys, dim, dtype, shared=2), causal)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dim", [4, 32, 64, 100, 128])
def test_float32(dim: int, causal: bool) -> None:
    for queries, keys in ((64, 64), (300, 300), (1, 777), (5, 7), (200, 70)):
        compare(*inputs(2, 4, queries, keys, dim, "float32", shared=2), causal, slack=12)
    compare(*inputs(1, 2, 200, 200, dim, "float32", 1, 3), causal, slack=40)  # large sums of products


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dim", [136, 256])
@pytest.mark.usefixtures("alone")
def test_wide_heads_backward(dim: int, causal: bool) -> None:
    compare(*inputs(2, 4, 300, 300, dim, shared=2), causal)


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
@pytest.mark.parametrize(("heads", "shared"), [(4, 4), (8, 2), (32, 1)])
@pytest.mark.parametrize(("queries", "keys"), [(1, 1), (1, 100), (1, 5000), (4, 3000), (3, 64)])
def test_decoding(queries: int, keys: int, heads: int, shared: int, dtype: str) -> None:
    for dim in (64, 128):
        q, k, v, grad = inputs(2, heads, queries, keys, dim, dtype, shared=shared)
        compare(q, k, v, grad, False, 12 if dtype == "float32" else 1)
        lengths = reference.arange(keys) < reference.tensor([[keys], [keys // 2 + 1]])
        for mask in (lengths[:, None, None], random(2, 1, queries, keys)):
            right = exact(q, k, v, grad, mask=mask)
            mine = fused_general(q, k, v, grad, 1 / math.sqrt(dim), ours(mask))
            check_errors(right, mine, {}, grad, v, 12 if dtype == "float32" else 1)


BANDS = [(None, None), (None, 0), (-100, 0), (-70, 30), (5, 200), (-1000, -40), (2000, 2100)]


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize(("dtype", "dim"), [("bfloat16", 64), ("bfloat16", 256), ("float32", 64), ("float32", 128)])
@pytest.mark.usefixtures("alone")
def test_bands_and_masks(dtype: str, dim: int, band: tuple[int | None, int | None]) -> None:
    slack = 12 if dtype == "float32" else 1
    low, high = band
    q, k, v, grad = inputs(2, 4, 200, 333, dim, dtype, shared=2)
    for mask in (None, random(2, 1, 200, 333) > 0, random(200, 333), random(2, 4, 1, 333, dtype=dtype)):
        right = exact(q, k, v, grad, mask=mask, low=low, high=high)
        given = None if mask is None else ours(mask)
        mine = fused_general(q, k, v, grad, 1 / math.sqrt(dim), given, low, high)
        check_errors(right, mine, {}, grad, v, slack)


@pytest.mark.parametrize(("dtype", "dim"), [("bfloat16", 64), ("bfloat16", 256), ("float32", 64), ("float32", 128)])
@pytest.mark.usefixtures("alone")
def test_dropout(dtype: str, dim: int) -> None:
    """With W the weights after dropout, out = W v and dv = W^T grad: grad . out = dv . v whatever W is."""
    q, k, v, grad = inputs(2, 4, 200, 300, dim, dtype, scale=0.5, shared=2)
    leaves = [as_given(x).detach().requires_grad_(True) for x in (q, k, v)]
    out = F.scaled_dot_product_attention(*leaves, dropout_p=0.2, enable_gqa=True)
    out.backward(as_given(grad))
    left = grad.double() * theirs(out).double()
    right = theirs(leaves[2].grad).double() * v.double()
    assert abs(float(left.sum() - right.sum())) < 0.05 * float(left.norm())


def test_dropout_is_the_one_of_hopper() -> None:
    q, k, v, grad = inputs(2, 4, 200, 300, 64, scale=0.5)
    found = []
    for alone in (False, True):
        _C.set_portable_attention(alone)
        leaves = [as_given(x).detach().requires_grad_(True) for x in (q, k, v)]
        torch.manual_seed(3)
        out = F.scaled_dot_product_attention(*leaves, dropout_p=0.3)
        found.append([out.detach(), *torch.autograd.grad(out, leaves, as_given(grad))])
    _C.set_portable_attention(False)
    for mine, other in zip(*found, strict=True):
        near(mine, theirs(other).double(), scale=2)


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
@pytest.mark.usefixtures("alone")
def test_the_same_bits(dtype: str) -> None:
    q, k, v, grad = inputs(2, 8, 500, 500, 64, dtype, shared=2)
    runs = [fused(q, k, v, grad, True, 0.125) for _ in range(3)]
    for other in runs[1:]:
        assert all(reference.equal(theirs(runs[0][name]), theirs(other[name])) for name in NAMES)


def test_plain_fma_goes_by_parts() -> None:
    q, k, v, grad = inputs(1, 2, 70, 70, 64, "float32")
    matmul = torch.backends.cuda.matmul
    before = matmul.fp32_precision
    matmul.fp32_precision = "ieee"
    try:
        with pytest.raises(NotImplementedError, match="float32"):
            _C.ops._attention(*map(as_given, (q, k, v)), True, 0.1)
        out = F.scaled_dot_product_attention(*map(as_given, (q, k, v)), is_causal=True)
    finally:
        matmul.fp32_precision = before
    near(out, exact(q, k, v, grad, True)["out"], scale=2)
