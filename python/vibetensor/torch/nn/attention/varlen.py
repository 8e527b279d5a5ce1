"""Attention of sequences of unlike lengths that lie one after the other, without padding."""

from __future__ import annotations

from typing import NamedTuple

from vibetensor import _C

__all__ = ["AuxRequest", "varlen_attn", "varlen_attn_out"]


class AuxRequest(NamedTuple):
    """What varlen_attn shall give beside its result: `lse`, the logarithms of the sums of exponentials."""

    lse: bool = False


def varlen_attn(
    query: _C.Tensor,
    key: _C.Tensor,
    value: _C.Tensor,
    cu_seq_q: _C.Tensor,
    cu_seq_k: _C.Tensor | None,
    max_q: int,
    max_k: int,
    *,
    return_aux: AuxRequest | None = None,
    scale: float | None = None,
    window_size: tuple[int, int] = (-1, -1),
    enable_gqa: bool = False,
    seqused_k: _C.Tensor | None = None,
    block_table: _C.Tensor | None = None,
    num_splits: int | None = None,
) -> _C.Tensor | tuple[_C.Tensor, _C.Tensor]:
    """Attention within each of N sequences: (Tq, H, E), (Tk, H, E), (Tk, H, Ev) -> (Tq, H, Ev).

    cu_seq_q and cu_seq_k are int32 (N + 1): where each sequence begins, and where the last ends; without cu_seq_k it is
    as cu_seq_q. A query sees window_size[0] keys before its place and window_size[1] after it, all where that is -1;
    places are counted from the ends of the sequences, so that (-1, 0) is causal. Queries that see nothing get zeros. With
    `enable_gqa` key and value may have fewer heads. With AuxRequest(lse=True) also the logarithms of the sums of
    exponentials, (H, Tq) in float32, which have no gradient.

    max_q and max_k are the longest lengths; results do not depend on them. Lengths are not looked at, which would wait for
    the device: what falls or reaches beyond the rows is cut. NotImplementedError for seqused_k, block_table
    and num_splits over 1; ValueError or RuntimeError where shapes or dtypes do not fit.

    Example::

        x = torch.randn(7, 4, 64)
        cu = torch.tensor([0, 3, 7], dtype=torch.int32)
        y = varlen_attn(x, x, x, cu, cu, 4, 4, window_size=(-1, 0))
    """
    if seqused_k is not None or block_table is not None:
        raise NotImplementedError("varlen_attn: seqused_k and block_table are not there yet")
    if num_splits not in (None, 1):
        raise NotImplementedError("varlen_attn: num_splits: keys are never split among blocks")
    if len(window_size) != 2:
        raise ValueError(f"window_size must have length 2, got {len(window_size)}")
    out, lse = _C.ops.varlen_attention(
        query,
        key,
        value,
        cu_seq_q,
        cu_seq_q if cu_seq_k is None else cu_seq_k,
        window_size[0],
        window_size[1],
        scale=scale,
        enable_gqa=enable_gqa,
    )
    return (out, lse) if return_aux is not None and return_aux.lse else out


def varlen_attn_out(
    out: _C.Tensor,
    query: _C.Tensor,
    key: _C.Tensor,
    value: _C.Tensor,
    cu_seq_q: _C.Tensor,
    cu_seq_k: _C.Tensor | None,
    max_q: int,
    max_k: int,
    *,
    return_aux: AuxRequest | None = None,
    scale: float | None = None,
    window_size: tuple[int, int] = (-1, -1),
    enable_gqa: bool = False,
    seqused_k: _C.Tensor | None = None,
    block_table: _C.Tensor | None = None,
    num_splits: int | None = None,
) -> _C.Tensor | tuple[_C.Tensor, _C.Tensor]:
    """varlen_attn with its result written to `out`, which comes back."""
    found = varlen_attn(
        query,
        key,
        value,
        cu_seq_q,
        cu_seq_k,
        max_q,
        max_k,
        return_aux=return_aux,
        scale=scale,
        window_size=window_size,
        enable_gqa=enable_gqa,
        seqused_k=seqused_k,
        block_table=block_table,
        num_splits=num_splits,
    )
    if isinstance(found, tuple):
        return out.copy_(found[0]), found[1]
    return out.copy_(found)
