"""Attention without the matrix of scores in memory, forward and backward.

python examples/triton_kernels/attention.py
"""

from __future__ import annotations

import math
from typing import Any

import triton
import triton.language as tl
import vibetensor.torch as torch
from vibetensor.triton import op, wrap

# Tensors are (heads of all examples, positions, WIDTH), contiguous. Scores are in powers of two: scale has log2(e) in it.


@triton.jit
def attend(
    query, queries, k, v, head, sums, total, highest, begin, end, length, scale, MASKED: tl.constexpr,
    CAUSAL: tl.constexpr, KEYS: tl.constexpr, WIDTH: tl.constexpr,
):  # fmt: skip
    # What keys from `begin` to `end` add; MASKED where some of them are not for all queries.
    columns = tl.arange(0, WIDTH)
    for first in range(begin, end, KEYS):
        keys = first + tl.arange(0, KEYS)
        at = (head + keys)[:, None] * WIDTH + columns[None, :]
        if MASKED:
            key = tl.load(k + at, mask=(keys < length)[:, None], other=0.0)
            value = tl.load(v + at, mask=(keys < length)[:, None], other=0.0)
        else:
            key = tl.load(k + at)
            value = tl.load(v + at)
        scores = tl.dot(query, tl.trans(key)) * scale
        if MASKED:
            seen = (keys < length)[None, :]
            if CAUSAL:
                seen = seen & (keys[None, :] <= queries[:, None])
            scores = tl.where(seen, scores, -float("inf"))
        higher = tl.maximum(highest, tl.max(scores, axis=1))
        powers = tl.exp2(scores - higher[:, None])
        shrink = tl.exp2(highest - higher)
        total = total * shrink + tl.sum(powers, axis=1)
        sums = tl.dot(powers.to(value.dtype), value, sums * shrink[:, None])
        highest = higher
    return sums, total, highest


@triton.jit
def attention_forward(
    q, k, v, out, lses, length, scale, CAUSAL: tl.constexpr, QUERIES: tl.constexpr, KEYS: tl.constexpr,
    WIDTH: tl.constexpr,
):  # fmt: skip
    head = tl.program_id(1).to(tl.int64) * length
    start = tl.program_id(0) * QUERIES
    queries = start + tl.arange(0, QUERIES)
    at = (head + queries)[:, None] * WIDTH + tl.arange(0, WIDTH)[None, :]
    inside = queries < length
    query = tl.load(q + at, mask=inside[:, None], other=0.0)
    highest = tl.full((QUERIES,), -float("inf"), tl.float32)
    total = tl.zeros((QUERIES,), tl.float32)
    sums = tl.zeros((QUERIES, WIDTH), tl.float32)
    # Keys that all queries see come first. QUERIES is a multiple of KEYS.
    end = min(length, start + QUERIES) if CAUSAL else length
    whole = start if CAUSAL else length // KEYS * KEYS
    sums, total, highest = attend(
        query, queries, k, v, head, sums, total, highest, 0, whole, length, scale, False, CAUSAL, KEYS, WIDTH
    )
    sums, total, highest = attend(
        query, queries, k, v, head, sums, total, highest, whole, end, length, scale, True, CAUSAL, KEYS, WIDTH
    )
    tl.store(out + at, (sums / total[:, None]).to(out.dtype.element_ty), mask=inside[:, None])
    tl.store(lses + head + queries, highest + tl.log2(total), mask=inside)


@triton.jit
def attention_keys(
    q, k, v, grad, lses, deltas, dk, dv, length, scale, factor, CAUSAL: tl.constexpr, QUERIES: tl.constexpr,
    KEYS: tl.constexpr, WIDTH: tl.constexpr,
):  # fmt: skip
    # The gradients of a block of keys and values, from all queries that see them.
    head = tl.program_id(1).to(tl.int64) * length
    keys = tl.program_id(0) * KEYS + tl.arange(0, KEYS)
    columns = tl.arange(0, WIDTH)
    at = (head + keys)[:, None] * WIDTH + columns[None, :]
    there = keys < length
    key = tl.load(k + at, mask=there[:, None], other=0.0)
    value = tl.load(v + at, mask=there[:, None], other=0.0)
    for_key = tl.zeros((KEYS, WIDTH), tl.float32)
    for_value = tl.zeros((KEYS, WIDTH), tl.float32)
    begin = tl.program_id(0) * KEYS // QUERIES * QUERIES if CAUSAL else 0
    for first in range(begin, length, QUERIES):
        queries = first + tl.arange(0, QUERIES)
        inside = queries < length
        at_queries = (head + queries)[:, None] * WIDTH + columns[None, :]
        query = tl.load(q + at_queries, mask=inside[:, None], other=0.0)
        slope = tl.load(grad + at_queries, mask=inside[:, None], other=0.0)
        lse = tl.load(lses + head + queries, mask=inside, other=0.0)
        delta = tl.load(deltas + head + queries, mask=inside, other=0.0)
        seen = inside[None, :] & there[:, None]
        if CAUSAL:
            seen = seen & (keys[:, None] <= queries[None, :])
        chances = tl.where(seen, tl.exp2(tl.dot(key, tl.trans(query)) * scale - lse[None, :]), 0.0)
        for_value = tl.dot(chances.to(slope.dtype), slope, for_value)
        down = chances * (tl.dot(value, tl.trans(slope)) - delta[None, :])
        for_key = tl.dot(down.to(query.dtype), query, for_key)
    tl.store(dk + at, (for_key * factor).to(dk.dtype.element_ty), mask=there[:, None])
    tl.store(dv + at, for_value.to(dv.dtype.element_ty), mask=there[:, None])


@triton.jit
def attention_queries(
    q, k, v, grad, lses, deltas, dq, length, scale, factor, CAUSAL: tl.constexpr, QUERIES: tl.constexpr,
    KEYS: tl.constexpr, WIDTH: tl.constexpr,
):  # fmt: skip
    # The gradient of a block of queries, from all keys that they see.
    head = tl.program_id(1).to(tl.int64) * length
    queries = tl.program_id(0) * QUERIES + tl.arange(0, QUERIES)
    columns = tl.arange(0, WIDTH)
    at = (head + queries)[:, None] * WIDTH + columns[None, :]
    inside = queries < length
    query = tl.load(q + at, mask=inside[:, None], other=0.0)
    slope = tl.load(grad + at, mask=inside[:, None], other=0.0)
    lse = tl.load(lses + head + queries, mask=inside, other=0.0)
    delta = tl.load(deltas + head + queries, mask=inside, other=0.0)
    sums = tl.zeros((QUERIES, WIDTH), tl.float32)
    end = min(length, (tl.program_id(0) + 1) * QUERIES) if CAUSAL else length
    for first in range(0, end, KEYS):
        keys = first + tl.arange(0, KEYS)
        there = keys < length
        at_keys = (head + keys)[:, None] * WIDTH + columns[None, :]
        key = tl.load(k + at_keys, mask=there[:, None], other=0.0)
        value = tl.load(v + at_keys, mask=there[:, None], other=0.0)
        seen = inside[:, None] & there[None, :]
        if CAUSAL:
            seen = seen & (keys[None, :] <= queries[:, None])
        chances = tl.where(seen, tl.exp2(tl.dot(query, tl.trans(key)) * scale - lse[:, None]), 0.0)
        down = chances * (tl.dot(slope, tl.trans(value)) - delta[:, None])
        sums = tl.dot(down.to(key.dtype), key, sums)
    tl.store(dq + at, (sums * factor).to(dq.dtype.element_ty), mask=inside[:, None])


def keep(ctx: Any, inputs: Any, output: Any) -> None:
    ctx.save_for_backward(*inputs[:3], *output)
    ctx.causal = inputs[3]
    ctx.mark_non_differentiable(output[1])


def backward(ctx: Any, grad: torch.Tensor, ignored: Any) -> Any:
    q, k, v, out, lses = ctx.saved_tensors
    heads, length, width = q.shape
    grad = grad.contiguous()
    deltas = (grad.float() * out.float()).sum(-1)
    dq, dk, dv = (torch.empty_like(t) for t in (q, k, v))
    factor = 1 / math.sqrt(width)
    blocks = {"QUERIES": 64, "KEYS": 64, "WIDTH": width, "num_warps": 4, "num_stages": 2}
    grid = (triton.cdiv(length, 64), heads)
    numbers = (length, factor * math.log2(math.e), factor, ctx.causal)
    wrap(attention_keys)[grid](q, k, v, grad, lses, deltas, dk, dv, *numbers, **blocks)
    wrap(attention_queries)[grid](q, k, v, grad, lses, deltas, dq, *numbers, **blocks)
    return dq, dk, dv, None


@op("examples::attention", backward=backward, setup_context=keep)
def attention_and_lses(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, causal: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    heads, length, width = q.shape
    out, lses = torch.empty_like(q), torch.empty(heads, length, device=q.device)
    wrap(attention_forward)[(triton.cdiv(length, 128), heads)](
        *(q, k, v, out, lses, length, math.log2(math.e) / math.sqrt(width), causal),
        *(128, 64, width),
        num_warps=8,
        num_stages=3,
    )
    return out, lses


def attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, causal: bool = False) -> torch.Tensor:
    """Attention of (batch, heads, positions, width) in float16 or bfloat16; width is a power of two from 16 to 128."""
    flat = [t.reshape(-1, *t.shape[2:]).contiguous() for t in (q, k, v)]
    return attention_and_lses(*flat, causal)[0].reshape(q.shape)


if __name__ == "__main__":
    q, k, v = (torch.randn(4, 16, 2048, 64, device="cuda").to(torch.bfloat16) for _ in range(3))
    expected = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    difference = attention(q, k, v, causal=True) - expected
    print("largest difference from F.scaled_dot_product_attention:", difference.abs().max().item())
