"""Attention on all sides: ours on the GPU, float64 on the CPU, and PyTorch's own kernel where that can run."""

from __future__ import annotations

import math
from typing import Any

import pytest
from vibetensor import _C

from .side import ours, random, reference, theirs, torch

F, R = torch.nn.functional, reference.nn.functional
NAMES = ("out", "dq", "dk", "dv")

hopper_only = [
    pytest.mark.cuda,
    pytest.mark.skipif(
        not torch.cuda.is_available() or torch.cuda.get_device_capability() != (9, 0),
        reason="the fused kernels are for compute capability 9.0",
    ),
]


def inputs(
    batch: int,
    heads: int,
    queries: int,
    keys: int,
    dim: int,
    dtype: str = "bfloat16",
    scale: float = 1,
    mean: float = 0,
    shared: int | None = None,
) -> list[Any]:
    """q, k, v and the gradient of the result, on the CPU, (batch, heads, rows, dim) cut out of (batch, rows, ...).

    k and v have `shared` heads.
    """
    shapes = ((queries, heads), (keys, shared or heads), (keys, shared or heads), (queries, heads))
    return [
        (random(batch, rows, n, dim, seed=i) * (scale if i < 3 else 1) + (mean if i < 3 else 0))
        .to(getattr(reference, dtype))
        .transpose(1, 2)
        for i, (rows, n) in enumerate(shapes)
    ]


def as_given(x: Any) -> Any:
    """The tensor on the GPU with its heads inside the rows."""
    return ours(x.transpose(1, 2)).transpose(1, 2)


def hidden_by_band(queries: int, keys: int, low: int | None, high: int | None) -> Any:
    """True where key j is outside of i + low <= j <= i + high."""
    behind = reference.arange(keys) - reference.arange(queries)[:, None]
    hidden = reference.zeros(queries, keys, dtype=reference.bool)
    if low is not None:
        hidden |= behind < low
    return hidden if high is None else hidden | (behind > high)


def exact(
    q: Any,
    k: Any,
    v: Any,
    grad: Any,
    causal: bool = False,
    scale: float | None = None,
    *,
    mask: Any = None,
    low: int | None = None,
    high: int | None = None,
    factor: Any = None,
) -> dict[str, Any]:
    """In float64; `factor` is what dropout multiplies the probabilities with. Rows that see nothing are zeros."""
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    leaves = [x.double().detach().requires_grad_() for x in (q, k, v)]
    heads = [x.repeat_interleave(q.shape[1] // x.shape[1], 1) for x in leaves]
    scores = heads[0] @ heads[1].transpose(-1, -2) * scale
    hidden = hidden_by_band(q.shape[2], k.shape[2], low, 0 if causal else high).expand(scores.shape)
    if mask is not None and mask.dtype == reference.bool:
        hidden = hidden | ~mask
    elif mask is not None:
        scores = scores + mask.double()
        hidden = hidden | (mask == -math.inf)
    scores = scores.masked_fill(hidden, -math.inf)
    nothing = hidden.all(-1, keepdim=True)
    weights = scores.masked_fill(nothing, 0).softmax(-1).masked_fill(nothing, 0)
    out = (weights if factor is None else weights * factor) @ heads[2]
    gradients = reference.autograd.grad(out, leaves, grad.double())
    return dict(zip(NAMES, (out.detach(), *gradients), strict=True)) | {"lse": scores.logsumexp(-1).detach()}


def fused(q: Any, k: Any, v: Any, grad: Any, causal: bool, scale: float) -> dict[str, Any]:
    """What the fused ops give, by their own names, so that nothing else can answer for them."""
    q, k, v, grad = map(as_given, (q, k, v, grad))
    out, lse = _C.ops._attention(q, k, v, causal, scale)
    gradients = _C.ops._attention_backward(grad, q, k, v, out, lse, causal, scale)
    return dict(zip(NAMES, (out, *gradients), strict=True)) | {"lse": lse}


def fused_general(
    q: Any, k: Any, v: Any, grad: Any, scale: float, mask: Any = None, low: int | None = None, high: int | None = None
) -> dict[str, Any]:
    """The same of a mask, on the GPU and of any broadcastable shape, and a band."""
    q, k, v, grad = map(as_given, (q, k, v, grad))
    if mask is not None:
        mask = mask.expand(*q.shape[:3], k.shape[2])
    out, lse, philox = _C.ops._attention_general(q, k, v, mask, None, None, low, high, 0.0, scale)
    gradients = _C.ops._attention_general_backward(
        grad, q, k, v, mask, None, None, out, lse, philox, low, high, 0.0, scale
    )
    return dict(zip(NAMES, (out, *gradients), strict=True)) | {"lse": lse}


def pytorch(q: Any, k: Any, v: Any, grad: Any, causal: bool, scale: float) -> dict[str, Any]:
    """PyTorch's flash kernel on the GPU, of float32 its efficient one; empty where it cannot run or means another mask."""
    if not reference.cuda.is_available() or (causal and q.shape[2] != k.shape[2]):
        return {}
    from torch.nn.attention import SDPBackend, sdpa_kernel

    leaves = [x.cuda().detach().requires_grad_() for x in (q, k, v)]
    if q.dtype == reference.float32:  # its efficient kernel shares no heads
        kernel, gqa, heads = (
            SDPBackend.EFFICIENT_ATTENTION,
            {},
            [x.repeat_interleave(q.shape[1] // x.shape[1], 1) for x in leaves],
        )
    else:
        kernel, gqa, heads = (
            SDPBackend.FLASH_ATTENTION,
            {"enable_gqa": True} if q.shape[1] != k.shape[1] else {},
            leaves,
        )
    with sdpa_kernel(kernel):
        out = R.scaled_dot_product_attention(*heads, is_causal=causal, scale=scale, **gqa)
        gradients = reference.autograd.grad(out, leaves, grad.cuda())
    return {name: x.detach().cpu() for name, x in zip(NAMES, (out, *gradients), strict=True)}


def check_errors(
    right: dict[str, Any], mine: dict[str, Any], other: dict[str, Any], grad: Any, v: Any, slack: float = 1
) -> None:
    """Errors in norm: at most one and a half times PyTorch's, and where that is not known within the dtype's own.

    A gradient that vanishes, as behind a single key, is measured against what it is the difference of.
    """
    floor = 1e-5 * float(grad.double().norm() * v.double().norm())
    unit = float(reference.finfo(v.dtype).eps) * slack
    lse, wanted = theirs(mine["lse"]).double(), right["lse"]
    assert reference.equal(lse.isinf(), wanted.isinf())
    off = (lse - wanted)[wanted.isfinite()].abs()
    assert not off.numel() or float(off.max()) < 1e-5 * (1 + float(wanted[wanted.isfinite()].abs().max()))
    for name in NAMES:
        got, wanted = theirs(mine[name]).double(), right[name]
        assert got.shape == wanted.shape and bool(got.isfinite().all()), name
        error, size = float((got - wanted).norm()), float(wanted.norm())
        limit = 1.5 * float((other[name].double() - wanted).norm()) if name in other else unit * size
        assert error <= limit + 0.02 * unit * size + floor, f"{name} is off by {error:.3g}, allowed {limit:.3g}"


def compare(q: Any, k: Any, v: Any, grad: Any, causal: bool, scale: float | None = None) -> None:
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    right, mine = exact(q, k, v, grad, causal, scale), fused(q, k, v, grad, causal, scale)
    check_errors(right, mine, pytorch(q, k, v, grad, causal, scale), grad, v)
