"""Attention with functions of one's own on the scores: flex_attention, BlockMask and what makes one.

The scores of some hundred queries at a time are in memory, and only the keys that one of them wants; backward computes them
again. Pointwise ops of the functions run together, see docs/programs.md.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypedDict

import vibetensor.torch as torch
from vibetensor.programs import run_deferred
from vibetensor.torch.nn.attention._block_mask import (
    DEFAULT_BLOCK,
    BlockMask,
    Mod,
    and_masks,
    create_block_mask,
    create_mask,
    indices,
    noop_mask,
    or_masks,
    over_indices,
)

__all__ = [
    "AuxOutput",
    "AuxRequest",
    "BlockMask",
    "FlexKernelOptions",
    "and_masks",
    "create_block_mask",
    "create_mask",
    "flex_attention",
    "noop_mask",
    "or_masks",
]

_DEFAULT_SPARSE_BLOCK_SIZE = DEFAULT_BLOCK  # libraries round lengths up to it
SCORES_AT_ONCE = 1 << 24  # elements


class AuxRequest(NamedTuple):
    """What else flex_attention shall give."""

    lse: bool = False
    max_scores: bool = False


class AuxOutput(NamedTuple):
    """What else flex_attention gave: float32 (float64 of float64), (B, Hq, L), or None."""

    lse: Any = None
    max_scores: Any = None


class FlexKernelOptions(TypedDict, total=False):
    """Names of options of PyTorch's kernels; ours has none of them, and `flex_attention` refuses them."""

    BACKEND: str


def flex_attention(
    query: Any,
    key: Any,
    value: Any,
    score_mod: Mod | None = None,
    block_mask: BlockMask | None = None,
    scale: float | None = None,
    enable_gqa: bool = False,
    return_lse: bool = False,
    kernel_options: Any = None,
    *,
    return_aux: AuxRequest | None = None,
) -> Any:
    """softmax(score_mod(scale * query @ key^T)) @ value: (B, Hq, L, Ev), of query's dtype.

    `query` (B, Hq, L, E), `key` (B or 1, Hkv, S, E), `value` (B or 1, Hkv, S, Ev), of one floating dtype. `score_mod`: a
    function of (score, batch, head, q_idx, kv_idx), 0-dim tensors, that gives the score to use; what it refers to gets gradients.
    `block_mask`: which scores count at all; a query without one gives zeros, and -inf as its lse. `scale`: 1 / sqrt(E) if None.
    `enable_gqa`: Hq is a multiple of Hkv. With `return_lse` a pair: the natural logarithms of the sums of exponentials too,
    (B, Hq, L); with `return_aux` a pair with an AuxOutput.

    ValueError for shapes, dtypes and lengths that do not belong together; NotImplementedError for `kernel_options`.
    """
    check(query, key, value, block_mask, enable_gqa)
    if kernel_options:
        raise NotImplementedError(f"flex_attention: there are no kernel options, got {sorted(kernel_options)}")
    if return_lse and return_aux is not None:
        raise ValueError("return_lse and return_aux cannot be used together; return_lse is deprecated")
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    key, value = (heads_for(t, query) for t in (key, value))
    parts = [
        part_of(query, key, value, score_mod, block_mask, scale, *span) for span in spans_of(query, key, block_mask)
    ]
    out, lse, largest = (torch.cat(pieces, 2) for pieces in zip(*parts, strict=True))
    if return_lse:
        return out, lse
    if return_aux is not None:
        return out, AuxOutput(lse if return_aux.lse else None, largest if return_aux.max_scores else None)
    return out


def check(query: Any, key: Any, value: Any, block_mask: BlockMask | None, enable_gqa: bool) -> None:
    if any(t.dim() != 4 for t in (query, key, value)):
        dims = ", ".join(f"{t.dim()}" for t in (query, key, value))
        raise ValueError(f"flex_attention: query, key and value have 4 dims, got {dims}")
    if len({t.dtype for t in (query, key, value)}) > 1 or not query.dtype.is_floating_point:
        raise ValueError(
            "Expected query, key, and value to have the same floating point dtype, "
            f"but got query.dtype: {query.dtype}, key.dtype: {key.dtype}, and value.dtype: {value.dtype} instead."
        )
    if len({t.device for t in (query, key, value)}) > 1:
        raise ValueError(
            "Expected query, key, and value to have the same device type, "
            f"but got query.device: {query.device}, key.device: {key.device}, and value.device: {value.device} instead."
        )
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ValueError(
            f"flex_attention: query {tuple(query.shape)}, key {tuple(key.shape)} and value {tuple(value.shape)} "
            "do not belong together"
        )
    for t in (key, value):
        if t.shape[0] not in (1, query.shape[0]):
            raise ValueError(
                f"Expect Bq and Bkv to be the same, or Bkv to be 1, got Bq={query.shape[0]} and Bkv={t.shape[0]}"
            )
        if t.shape[1] != query.shape[1] and not (enable_gqa and query.shape[1] % t.shape[1] == 0):
            raise ValueError(
                f"Expect query and key/value to have the same number of heads but got Hq={query.shape[1]} and "
                f"Hkv={t.shape[1]}. Try setting enable_gqa=True for GQA, where Hq is a multiple of Hkv."
            )
    if block_mask is None:
        return
    if block_mask.kv_indices.device != query.device:
        raise RuntimeError(
            f"Expect q/k/v and block_mask to be on the same device, got {query.device} and {block_mask.kv_indices.device}."
        )
    lengths = query.shape[-2], key.shape[-2]
    if any(length > have for length, have in zip(lengths, block_mask.seq_lengths, strict=True)):
        raise ValueError(
            f"block_mask was created for block_mask.shape={block_mask.shape} but got q_len={lengths[0]} and kv_len={lengths[1]}. "
            "As the block mask was created for a smaller length than you're using it for, you likely need to create a new one."
        )
    if tuple(lengths) != block_mask.seq_lengths:
        raise ValueError(
            f"block_mask was created for block_mask.shape={block_mask.shape} but got q_len={lengths[0]} and kv_len={lengths[1]}. "
            "As the block mask was created for a larger length than you're using it for, you can either 1. create a new block "
            "mask with the correct length, or 2. 'adjust' the existing block mask to the correct length by calling "
            "block_mask._adjust(q_len, kv_len)."
        )
    for size, have, what in zip(query.shape, block_mask.shape, ("batch", "heads"), strict=False):
        if have not in (1, size):
            raise ValueError(f"flex_attention: block_mask is for {have} {what}, and the query has {size}")


def heads_for(t: Any, query: Any) -> Any:
    """Keys or values with a batch and head for each of the queries'."""
    groups = query.shape[1] // t.shape[1]
    if groups > 1:
        t = t.unsqueeze(2).expand(-1, -1, groups, -1, -1).flatten(1, 2)
    return t.expand(query.shape[0], -1, -1, -1)


def spans_of(query: Any, key: Any, block_mask: BlockMask | None) -> list[tuple[int, int, int, int]]:
    """(first query, their end, first key, their end) of each part, whose scores are computed together."""
    queries, keys = query.shape[-2], key.shape[-2]
    rows = max(1, SCORES_AT_ONCE // max(1, query.shape[0] * query.shape[1] * keys))
    if block_mask is None:
        return [(at, min(at + rows, queries), 0, keys) for at in range(0, queries, rows)] or [(0, 0, 0, keys)]
    height, width = block_mask.BLOCK_SIZE
    spans = block_mask.spans()
    at_once = max(1, rows // height)
    parts = []
    for at in range(0, len(spans), at_once):
        some = [span for span in spans[at : at + at_once] if span[1] > span[0]]
        first, end = (min(s[0] for s in some), max(s[1] for s in some)) if some else (0, 0)
        parts.append((at * height, min((at + at_once) * height, queries), first * width, min(end * width, keys)))
    return parts


def part_of(
    query: Any,
    key: Any,
    value: Any,
    score_mod: Mod | None,
    mask: BlockMask | None,
    scale: float,
    begin: int,
    end: int,
    first: int,
    last: int,
) -> Any:
    """Outputs, logarithms of sums and largest scores of queries `begin` to `end`, which want keys `first` to `last`."""
    some = query[:, :, begin:end], key[:, :, first:last], value[:, :, first:last]

    def compute(q: Any, k: Any, v: Any) -> Any:
        return run_deferred(attend, (q, k, v, score_mod, mask, scale, begin, first), {})

    if torch.is_grad_enabled():
        # scores are computed again in backward: kept, they would be as large as all of them
        return torch.utils.checkpoint.checkpoint(compute, *some, use_reentrant=False, preserve_rng_state=False)
    return compute(*some)


def attend(
    q: Any, k: Any, v: Any, score_mod: Mod | None, mask: BlockMask | None, scale: float, begin: int, first: int
) -> Any:
    working = torch.float64 if q.dtype == torch.float64 else torch.float32
    if k.shape[-2] == 0:
        nothing = torch.full(q.shape[:-1], -math.inf, dtype=working, device=q.device)
        return (q.sum() * 0 + k.sum() + v.sum()) * q.new_ones(*q.shape[:-1], v.shape[-1]), nothing, nothing
    where = (
        *(indices(size, q.device) for size in q.shape[:2]),
        indices(q.shape[2], q.device, begin),
        indices(k.shape[2], q.device, first),
    )
    scores = (q @ k.mT).to(working) * scale
    if score_mod is not None:
        scores = over_indices(score_mod, True)(scores, *where).to(working)
    if mask is not None:
        scores = scores.masked_fill(~wanted(mask, where, begin, first), -math.inf)
    largest = scores.amax(-1)
    lse = scores.logsumexp(-1)
    shares = (scores - lse.masked_fill(lse == -math.inf, 0).unsqueeze(-1)).exp()
    return shares.to(q.dtype) @ v, lse, largest


def wanted(mask: BlockMask, where: tuple[Any, ...], begin: int, first: int) -> Any:
    """Which of the scores at these indices count: (B or 1, H or 1, queries, keys)."""
    height, width = mask.BLOCK_SIZE
    counts = where[2].shape[0], where[3].shape[0]
    blocks = (
        slice(begin // height, -(-(begin + counts[0]) // height)),
        slice(first // width, -(-(first + counts[1]) // width)),
    )

    def spread(dense: Any) -> Any:
        dense = dense[..., blocks[0], blocks[1]].repeat_interleave(height, -2).repeat_interleave(width, -1)
        return dense[..., : counts[0], : counts[1]]

    heads = (w[:size] for w, size in zip(where[:2], mask.kv_indices.shape[:-2], strict=False))
    inside = over_indices(mask.mask_mod, False)(*heads, *where[2:])
    return spread(mask.full_blocks()) | (spread(mask.partial_blocks()) & inside)
