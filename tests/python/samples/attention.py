"""Sample rows of the fused attention; the references are the formulas it stands for."""

from itertools import accumulate, pairwise

import torch

from . import FLOATS, REAL_FLOATS, B, I, Sample, T, call


def hidden_keys(scores):
    return torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)


def attention(q, k, v, causal, scale):
    k, v = (x.repeat_interleave(q.shape[1] // x.shape[1], 1) for x in (k, v))
    scores = q.double() @ k.double().transpose(-2, -1) * scale
    if causal:
        scores = scores.masked_fill(hidden_keys(scores), float("-inf"))
    sums = torch.logsumexp(scores, -1).to(q.dtype if q.dtype == torch.float64 else torch.float32)
    return (torch.softmax(scores, -1) @ v.double()).to(q.dtype), sums


def mask_with_band(scores, mask, seen, low, high):
    behind = torch.arange(scores.shape[-1]) - torch.arange(scores.shape[-2])[:, None]
    hidden = torch.zeros(scores.shape[-2:], dtype=torch.bool)
    if low is not None:
        hidden = hidden | (behind < low)
    if high is not None:
        hidden = hidden | (behind > high)
    if seen is not None:
        key = torch.arange(scores.shape[-1])
        hidden = (key < seen[:, :1]) | (key >= seen[:, 1:])
    if mask is not None and mask.dtype == torch.bool:
        hidden = hidden | ~mask
    elif mask is not None:
        scores = scores + mask
    return scores.masked_fill(hidden, float("-inf"))


def attention_general(q, k, v, mask, seen, seeing, low, high, dropout_p, scale):
    group = q.shape[1] // k.shape[1]
    k, v = (x.double().repeat_interleave(group, 1) for x in (k, v))
    scores = mask_with_band(q.double() @ k.transpose(-2, -1) * scale, mask, seen, low, high)
    sums = torch.logsumexp(scores, -1).to(q.dtype if q.dtype == torch.float64 else torch.float32)
    nothing = scores.isinf().all(-1, keepdim=True)
    p = torch.softmax(scores.masked_fill(nothing, 0), -1).masked_fill(nothing, 0)
    return (p @ v).to(q.dtype), sums, torch.empty(0, dtype=torch.int64)


def attention_general_backward(grad, q, k, v, mask, seen, seeing, out, lse, philox, low, high, dropout_p, scale):
    leaves = [x.detach().requires_grad_() for x in (q, k, v)]
    with torch.enable_grad():
        result = attention_general(*leaves, mask, seen, seeing, low, high, dropout_p, scale)[0]
        return torch.autograd.grad(result, leaves, grad)


def varlen_attention(q, k, v, cu_q, cu_k, left=-1, right=-1, *, scale=None, enable_gqa=False):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    results = []
    for i in range(len(cu_q) - 1):
        parts = [x[cu[i] : cu[i + 1]].transpose(0, 1)[None] for x, cu in ((q, cu_q), (k, cu_k), (v, cu_k))]
        shift = parts[1].shape[2] - parts[0].shape[2]
        band = (None if left < 0 else shift - left, None if right < 0 else shift + right)
        results.append(attention_general(*parts, None, None, None, *band, 0.0, scale))
    out = torch.cat([out[0].transpose(0, 1) for out, _, _ in results])
    return out, torch.cat([lse[0] for _, lse, _ in results], 1).detach()


def sequence_ranges(cu_q, cu_k, queries, keys, left, right):
    def of_rows(own, other, rows, before, after):
        ranges = [[other[-1] if row >= own[-1] else other[1]] * 2 for row in range(rows)]
        for i, (base, end) in enumerate(pairwise(other)):
            for row in range(own[i], own[i + 1]):
                place = end + row - own[i + 1]
                seen = (base if before < 0 else place - before, end if after < 0 else place + after + 1)
                ranges[row] = [min(max(x, base), end) for x in seen]
        return torch.tensor(ranges, dtype=torch.int32)

    of_queries, of_keys = (
        [min(x, rows) for x in accumulate(cu.tolist(), max, initial=0)][1:]
        for cu, rows in ((cu_q, queries), (cu_k, keys))
    )
    return of_rows(of_queries, of_keys, queries, left, right), of_rows(of_keys, of_queries, keys, right, left)


def attention_backward(grad, q, k, v, out, lse, causal, scale):
    scores = q @ k.transpose(-2, -1) * scale
    if causal:
        scores = scores.masked_fill(hidden_keys(scores), float("-inf"))
    p = torch.exp(scores - lse[..., None])
    ds = scale * p * (grad @ v.transpose(-2, -1) - (grad * out).sum(-1, keepdim=True))
    return ds @ k, ds.transpose(-2, -1) @ q, p.transpose(-2, -1) @ grad


def heads(*, queries=5, keys=7, dim=4, value_dim=3):
    return T(2, 3, queries, dim), T(2, 3, keys, dim), T(2, 3, keys, value_dim)


# Three queries that see keys 0 and 1, 1 and 2, and none; and so by key.
RANGES = (
    torch.tensor([[0, 2], [1, 3], [3, 3]], dtype=torch.int32),
    torch.tensor([[0, 1], [0, 2], [1, 2], [2, 2]], dtype=torch.int32),
)
CUMULATIVE = (torch.tensor([0, 2, 6], dtype=torch.int32), torch.tensor([0, 3, 5], dtype=torch.int32))

SAMPLES = [
    Sample(
        "_attention",
        call(*heads(), False, 0.5),
        call(*heads(), True, 0.5),
        call(*heads(queries=70, keys=70), True, 0.3),
        call(*heads(queries=7, keys=2), True, 0.5),
        call(T(2, 6, 5, 4), T(2, 2, 7, 4), T(2, 2, 7, 3), True, 0.5),
        dtypes=FLOATS,
        reference=attention,
        grad=False,  # the log-sums have no gradient of their own; scaled_dot_product_attention has the checks
        cuda=False,
        tolerance={"bfloat16": (2e-2, 2e-2), "float16": (2e-3, 2e-3)},
    ),
    Sample(
        "_attention_backward",
        call(T(2, 3, 5, 3), *heads(), T(2, 3, 5, 3), T(2, 3, 5, low=2, high=4), False, 0.5),
        call(T(2, 3, 5, 3), *heads(), T(2, 3, 5, 3), T(2, 3, 5, low=2, high=4), True, 0.5),
        dtypes=REAL_FLOATS,
        reference=attention_backward,
        grad=False,
        cuda=False,
        tolerance={"float32": (1e-4, 1e-5)},
    ),
    Sample(
        "_attention_general",
        call(*heads(), B(2, 3, 5, 7), None, None, None, None, 0.0, 0.5),
        call(*heads(), T(2, 3, 5, 7, grad=False), None, None, None, 1, 0.0, 0.5),
        call(*heads(queries=6, keys=4), None, None, None, -2, 1, 0.0, 0.5),
        call(*heads(queries=3, keys=4), None, *RANGES, None, None, 0.0, 0.5),
        call(T(2, 6, 5, 4), T(2, 2, 7, 4), T(2, 2, 7, 3), B(2, 6, 5, 7), None, None, -1, None, 0.0, 0.5),
        dtypes=FLOATS,
        reference=attention_general,
        grad=False,
        cuda=False,  # tests/python/gpu has its shapes
        tolerance={"bfloat16": (4e-2, 4e-2), "float16": (4e-3, 4e-3), "float32": (1e-4, 1e-5)},
    ),
    Sample(
        "varlen_attention",
        call(T(6, 2, 4), T(5, 2, 4), T(5, 2, 3), *CUMULATIVE),
        call(T(6, 4, 4), T(5, 2, 4), T(5, 2, 3), *CUMULATIVE, 1, 0, scale=0.3, enable_gqa=True),
        dtypes=FLOATS,
        reference=varlen_attention,
        cuda=False,
        tolerance={"bfloat16": (4e-2, 4e-2), "float16": (4e-3, 4e-3), "float32": (1e-4, 1e-5)},
    ),
    Sample(
        "_sequence_ranges",
        call(*CUMULATIVE, 6, 5, -1, -1),
        call(*CUMULATIVE, 8, 7, 1, 0),
        call(torch.tensor([1, 3, 2], dtype=torch.int32), torch.tensor([0, 3, 9], dtype=torch.int32), 4, 7, -1, -1),
        call(*CUMULATIVE, 6, 5, 2**63 - 1, 2**63 - 1),
        reference=sequence_ranges,
        grad=False,
    ),
    Sample(
        "_attention_general_backward",
        *(
            call(
                T(2, 6, 5, 3),
                T(2, 6, 5, 4),
                T(2, 2, 7, 4),
                T(2, 2, 7, 3),
                mask,
                None,
                None,
                T(2, 6, 5, 3),
                T(2, 6, 5),
                I(0),
                *band,
                0.0,
                0.5,
            )
            for mask, band in ((B(2, 6, 5, 7), (-1, None)), (T(2, 6, 5, 7), (None, 0)), (None, (-1, 1)))
        ),
        dtypes=REAL_FLOATS,
        reference=attention_general_backward,
        grad=False,
        cuda=False,
        tolerance={"float32": (1e-4, 1e-5)},
    ),
]
