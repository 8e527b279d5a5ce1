"""Multi-head attention, as nn.functional has it."""

from __future__ import annotations

import math
from typing import Any

from vibetensor import _C

ops = _C.ops


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Any:
    """softmax(query @ key.T * scale + mask) @ value.

    Shapes: query (*, L, E), key (*, S, E), value (*, S, Ev), result (*, L, Ev). attn_mask: bool, True
    where attention is allowed, or a number to add. scale: 1 / sqrt(E) unless given. enable_gqa: key and
    value may have fewer heads (dimension -3), each serving a group of query heads.
    """
    return ops.scaled_dot_product_attention(
        query, key, value, attn_mask, dropout_p, is_causal, scale=scale, enable_gqa=enable_gqa
    )


def additive_mask(mask: Any, dtype: Any) -> Any:
    """`mask` as a number to add: a bool mask is True where attention is forbidden."""
    if mask is None or mask.dtype != _C.bool:
        return None if mask is None else mask.to(dtype)
    return ops.zeros(tuple(mask.shape), dtype=dtype, device=mask.device).masked_fill(mask, -math.inf)


def project(q: Any, k: Any, v: Any, weights: Any, bias: Any) -> tuple[Any, Any, Any]:
    """The three projections; `weights`: one stacked (3E, E), or three apart."""
    biases = (None, None, None) if bias is None else bias.chunk(3)
    if isinstance(weights, tuple):
        return tuple(ops.linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases, strict=True))  # type: ignore[return-value]
    if q is k and k is v:
        stacked: Any = ops.linear(q, weights, bias).chunk(3, -1)
        return stacked
    return tuple(ops.linear(x, w, b) for x, w, b in zip((q, k, v), weights.chunk(3), biases, strict=True))  # type: ignore[return-value]


def multi_head_attention_forward(
    query: Any,
    key: Any,
    value: Any,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Any,
    in_proj_bias: Any,
    bias_k: Any,
    bias_v: Any,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Any,
    out_proj_bias: Any,
    training: bool = True,
    key_padding_mask: Any = None,
    need_weights: bool = True,
    attn_mask: Any = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Any = None,
    k_proj_weight: Any = None,
    v_proj_weight: Any = None,
    static_k: Any = None,
    static_v: Any = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Any, Any]:
    """(output, attention weights or None), attending from `query` to `key` in `num_heads` subspaces.

    Shapes: query (L, N, E) or (L, E), key and value (S, N, .) or (S, .), output like query, weights
    (N, L, S), or (N, num_heads, L, S) unless averaged. Masks: bool, True where attention is forbidden,
    or a number to add; key_padding_mask (N, S), attn_mask (L, S) or (N * num_heads, L, S).
    """
    if static_k is not None or static_v is not None:
        raise NotImplementedError("multi_head_attention_forward: static_k and static_v are not there yet")
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
    batched = query.dim() == 3
    if not batched:
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, width = query.shape
    if width != embed_dim_to_check:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim_to_check}, but got {width}")
    if width % num_heads:
        raise AssertionError(f"embed_dim {width} not divisible by num_heads {num_heads}")
    head = width // num_heads
    weights = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else in_proj_weight
    q, k, v = project(query, key, value, weights, in_proj_bias)
    mask = additive_mask(attn_mask, q.dtype)
    padding = additive_mask(key_padding_mask, q.dtype)

    extra = 0
    if bias_k is not None and bias_v is not None:
        k, v = ops.cat([k, bias_k.expand(1, batch, width)]), ops.cat([v, bias_v.expand(1, batch, width)])
        extra += 1
    if add_zero_attn:
        zeros = ops.zeros((1, batch, width), dtype=k.dtype, device=k.device)
        k, v = ops.cat([k, zeros]), ops.cat([v, zeros])
        extra += 1
    source = k.shape[0]

    # (N, heads, L or S, head)
    q = q.reshape(length, batch, num_heads, head).permute(1, 2, 0, 3)
    k = k.reshape(source, batch, num_heads, head).permute(1, 2, 0, 3)
    v = v.reshape(source, batch, num_heads, head).permute(1, 2, 0, 3)
    if mask is not None:
        mask = mask.view(batch, num_heads, length, -1) if mask.dim() == 3 else mask.view(1, 1, length, -1)
        mask = pad_columns(mask, extra)
    if padding is not None:
        padding = pad_columns(padding.view(batch, 1, 1, -1), extra)
        mask = padding.expand(-1, -1, length, -1) if mask is None else mask + padding

    dropped = dropout_p if training else 0.0
    if need_weights:
        scores = ops.matmul(q * (1.0 / math.sqrt(head)), k.transpose(-2, -1))
        attention = ops.softmax(scores if mask is None else scores + mask, -1)
        attention = ops.dropout(attention, dropped, True) if dropped > 0.0 else attention
        output = ops.matmul(attention, v)
    else:
        output = scaled_dot_product_attention(q, k, v, mask, dropped)
    output = output.permute(2, 0, 1, 3).reshape(length, batch, width)
    output = ops.linear(output, out_proj_weight, out_proj_bias)
    output = output if batched else output.squeeze(1)
    if not need_weights:
        return output, None
    attention = attention.mean(1) if average_attn_weights else attention
    return output, attention if batched else attention.squeeze(0)


def pad_columns(mask: Any, count: int) -> Any:
    """`mask` with `count` columns more in which attention is allowed."""
    if not count:
        return mask
    zeros = ops.zeros((*mask.shape[:-1], count), dtype=mask.dtype, device=mask.device)
    return ops.cat([mask, zeros], -1)
