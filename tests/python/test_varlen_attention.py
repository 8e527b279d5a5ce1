"""torch.nn.attention.varlen: sequences one after the other give what each gives alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch as theirs
import vibetensor.torch as ours
from compare import near, ours_of, theirs_of
from vibetensor.torch.nn.attention.varlen import AuxRequest, varlen_attn, varlen_attn_out

LENGTHS = [([3, 7, 1], [3, 7, 1]), ([3, 0, 5], [9, 4, 2]), ([4], [4]), ([5, 2], [0, 6])]
WINDOWS = [(-1, -1), (-1, 0), (2, 0), (1, 2), (0, -1)]


def cumulative(lengths: list[int]) -> Any:
    return theirs.tensor([0, *lengths]).cumsum(0).to(theirs.int32)


def alone(q: Any, k: Any, v: Any, window: tuple[int, int]) -> tuple[Any, Any]:
    """One sequence, (length, heads, dim), by its formula: places are counted from the ends."""
    q, k, v = (x.transpose(0, 1) for x in (q, k, v))
    k, v = (x.repeat_interleave(q.shape[0] // x.shape[0], 0) for x in (k, v))
    behind = theirs.arange(k.shape[1]) - theirs.arange(q.shape[1])[:, None] - (k.shape[1] - q.shape[1])
    hidden = theirs.zeros(behind.shape, dtype=theirs.bool)
    if window[0] >= 0:
        hidden |= behind < -window[0]
    if window[1] >= 0:
        hidden |= behind > window[1]
    scores = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).masked_fill(hidden, float("-inf"))
    nothing = hidden.all(-1, keepdim=True)
    weights = scores.masked_fill(nothing, 0).softmax(-1).masked_fill(nothing, 0)
    return (weights @ v).transpose(0, 1), scores.logsumexp(-1)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(("queries", "keys"), LENGTHS)
def test_sequences_are_apart(queries: list[int], keys: list[int], window: tuple[int, int]) -> None:
    generator = theirs.Generator().manual_seed(1)
    q, k, v = (
        theirs.randn(sum(n), heads, dim, dtype=theirs.float64, generator=generator).requires_grad_()
        for n, heads, dim in ((queries, 4, 8), (keys, 2, 8), (keys, 2, 6))
    )
    parts = zip(q.split(queries), k.split(keys), v.split(keys), strict=True)
    found = [alone(*part, window) for part in parts]
    right, sums = theirs.cat([out for out, _ in found]), theirs.cat([lse for _, lse in found], 1)
    leaves = [ours_of(x.detach()).requires_grad_(True) for x in (q, k, v)]
    cu = [ours_of(cumulative(n)) for n in (queries, keys)]
    out, lse = varlen_attn(
        *leaves, *cu, max(queries), max(keys), window_size=window, enable_gqa=True, return_aux=AuxRequest(lse=True)
    )
    near(out, right.detach())
    assert theirs.allclose(theirs_of(lse), sums.detach()) and not lse.requires_grad
    grad = theirs.randn(right.shape, dtype=theirs.float64, generator=generator)
    right.backward(grad)
    out.backward(ours_of(grad))
    for mine, other in zip(leaves, (q, k, v), strict=True):
        near(mine.grad, other.grad)


def test_rows_after_the_last_sequence_see_nothing() -> None:
    x = ours.randn(6, 2, 4)
    cu = ours.tensor([0, 2, 4], dtype=ours.int32)
    out = varlen_attn(x, x, x, cu, cu, 2, 2)
    assert not out[4:].any() and ours.equal(out[:4], varlen_attn(x[:4], x[:4], x[:4], cu, None, 2, 2))
    written = ours.empty(6, 2, 4)
    assert varlen_attn_out(written, x, x, x, cu, cu, 2, 2) is written and ours.equal(written, out)


def test_what_is_refused() -> None:
    x, few = ours.randn(4, 2, 4), ours.randn(4, 1, 4)
    cu = ours.tensor([0, 4], dtype=ours.int32)
    with pytest.raises(ValueError, match="heads"):
        varlen_attn(x, few, few, cu, cu, 4, 4)
    with pytest.raises(RuntimeError, match="int32"):
        varlen_attn(x, x, x, cu.long(), cu, 4, 4)
    with pytest.raises(RuntimeError, match="sequences"):
        varlen_attn(x, x, x, ours.tensor([0, 2, 4], dtype=ours.int32), cu, 4, 4)
    with pytest.raises(NotImplementedError, match="block_table"):
        varlen_attn(x, x, x, cu, cu, 4, 4, block_table=cu)
    with pytest.raises(NotImplementedError, match="num_splits"):
        varlen_attn(x, x, x, cu, cu, 4, 4, num_splits=2)
