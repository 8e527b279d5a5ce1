"""Sample rows of the fused attention; the references are the formulas it stands for."""

from . import FLOATS, REAL_FLOATS, Sample, T, call


def hidden_keys(torch, scores):
    return torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)


def attention(q, k, v, causal, scale):
    import torch

    scores = q.double() @ k.double().transpose(-2, -1) * scale
    if causal:
        scores = scores.masked_fill(hidden_keys(torch, scores), float("-inf"))
    sums = torch.logsumexp(scores, -1).to(q.dtype if q.dtype == torch.float64 else torch.float32)
    return (torch.softmax(scores, -1) @ v.double()).to(q.dtype), sums


def attention_backward(grad, q, k, v, out, lse, causal, scale):
    import torch

    scores = q @ k.transpose(-2, -1) * scale
    if causal:
        scores = scores.masked_fill(hidden_keys(torch, scores), float("-inf"))
    p = torch.exp(scores - lse[..., None])
    ds = scale * p * (grad @ v.transpose(-2, -1) - (grad * out).sum(-1, keepdim=True))
    return ds @ k, ds.transpose(-2, -1) @ q, p.transpose(-2, -1) @ grad


def heads(*, queries=5, keys=7, dim=4, value_dim=3):
    return T(2, 3, queries, dim), T(2, 3, keys, dim), T(2, 3, keys, value_dim)


SAMPLES = [
    Sample(
        "_attention",
        call(*heads(), False, 0.5),
        call(*heads(), True, 0.5),
        call(*heads(queries=70, keys=70), True, 0.3),
        call(*heads(queries=7, keys=2), True, 0.5),
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
]
