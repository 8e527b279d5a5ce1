"""Masks, bands, dropout and a fixed order in the fused attention of CUDA, against float64."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from .attention_side import NAMES, F, as_given, check_errors, exact, fused, fused_general, hopper_only, inputs
from .side import near, ours, random, reference, theirs, torch

pytestmark = hopper_only

SDPBackend, sdpa_kernel = torch.nn.attention.SDPBackend, torch.nn.attention.sdpa_kernel


def compare_general(q: Any, k: Any, v: Any, grad: Any, mask: Any = None, **band: int | None) -> None:
    scale = 1 / math.sqrt(q.shape[-1])
    right = exact(q, k, v, grad, scale=scale, mask=mask, **band)
    mine = fused_general(q, k, v, grad, scale, None if mask is None else ours(mask), **band)
    check_errors(right, mine, {}, grad, v)


# ---- bands

BANDS = {
    "all": (None, None),
    "causal": (None, 0),
    "causal from the lower right": (None, 400),
    "window": (-100, 0),
    "both sides": (-70, 30),
    "one key": (0, 0),
    "ahead": (5, 200),
    "behind": (-1000, -40),  # the first queries see nothing
    "beyond the last key": (290, None),
    "nothing": (2000, 2100),
}


@pytest.mark.parametrize("dim", [32, 64, 128])
@pytest.mark.parametrize("band", BANDS)
def test_band(band: str, dim: int) -> None:
    low, high = BANDS[band]
    compare_general(*inputs(1, 2, 300, 700, dim), low=low, high=high)
    compare_general(*inputs(2, 4, 333, 300, dim, shared=2), low=low, high=high)


def test_the_general_form_gives_what_the_plain_ones_give() -> None:
    for causal in (False, True):
        for dim in (32, 64, 96, 128):
            q, k, v, grad = inputs(2, 3, 500, 500, dim)
            plain = fused(q, k, v, grad, causal, 0.1)
            general = fused_general(q, k, v, grad, 0.1, high=0 if causal else None)
            for name in (*NAMES, "lse"):
                near(general[name], theirs(plain[name]), scale=0.3)


# ---- masks

MASKS: dict[str, Callable[[int, int, int, int], tuple[int, ...]]] = {
    "of all": lambda b, h, q, k: (b, h, q, k),
    "of queries and keys": lambda b, h, q, k: (q, k),
    "of keys": lambda b, h, q, k: (b, 1, 1, k),
    "of heads": lambda b, h, q, k: (1, h, q, k),
    "of queries": lambda b, h, q, k: (b, 1, q, 1),
}


@pytest.mark.parametrize("dim", [64, 128])
@pytest.mark.parametrize("lengths", [(300, 300), (65, 511), (1, 130), (200, 7), (700, 904)])
@pytest.mark.parametrize("shape", MASKS)
@pytest.mark.parametrize("kind", ["bool", "bfloat16", "float32"])
def test_mask(kind: str, shape: str, lengths: tuple[int, int], dim: int) -> None:
    q, k, v, grad = inputs(2, 4, *lengths, dim, shared=2)
    mask = random(*MASKS[shape](2, 4, *lengths), dtype="float32")
    if kind == "bool":
        mask = mask > 0
    else:
        mask = mask.masked_fill(mask > 1, -math.inf).to(getattr(reference, kind))
    compare_general(q, k, v, grad, mask)


def test_rows_that_see_nothing_are_zeros() -> None:
    q, k, v, grad = inputs(2, 2, 200, 300, 64)
    mask = random(200, 300) > 0
    mask[[0, 63, 64, 130, 199]] = False
    for kind in (mask, reference.zeros(200, 300).masked_fill(~mask, -math.inf)):
        compare_general(q, k, v, grad, kind)
        mine = fused_general(q, k, v, grad, 0.125, ours(kind))
        assert not theirs(mine["out"])[:, :, 63].any() and not theirs(mine["dq"])[:, :, 130].any()


def test_mask_in_any_layout() -> None:
    q, k, v, grad = inputs(2, 3, 130, 140, 64)
    for mask in (random(140, 130) > 0, random(140, 130), random(140, 130, dtype="bfloat16")):
        right = exact(q, k, v, grad, mask=mask.T)
        near(F.scaled_dot_product_attention(*map(as_given, (q, k, v)), ours(mask).T), right["out"])
    wide = random(130, 282)
    right = exact(q, k, v, grad, mask=wide[:, 1:281:2])
    near(F.scaled_dot_product_attention(*map(as_given, (q, k, v)), ours(wide)[:, 1:281:2]), right["out"])


@pytest.mark.parametrize("dim", [64, 256])
def test_mask_through_autograd(dim: int) -> None:
    q, k, v, grad = inputs(2, 4, 130, 140, dim, shared=2)
    for mask in (random(130, 140) > 0, random(2, 1, 1, 140)):
        right = exact(q, k, v, grad, mask=mask)
        leaves = [as_given(x).detach().requires_grad_(True) for x in (q, k, v)]
        with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
            out = F.scaled_dot_product_attention(*leaves, ours(mask), enable_gqa=True)
        near(out, right["out"])
        out.backward(as_given(grad))
        for leaf, name in zip(leaves, NAMES[1:], strict=True):
            near(leaf.grad, right[name], scale=2)


def test_a_mask_that_wants_a_gradient_goes_by_parts() -> None:
    q, k, v, grad = inputs(2, 2, 50, 60, 64)
    bias = random(2, 50, 60)
    mine, right = ours(bias).requires_grad_(True), bias.double().requires_grad_(True)
    F.scaled_dot_product_attention(*map(as_given, (q, k, v)), mine).backward(as_given(grad))
    weights = (q.double() @ k.double().transpose(-1, -2) / 8 + right).softmax(-1)
    (weights @ v.double()).backward(grad.double())
    near(mine.grad, right.grad, scale=5000)  # its probabilities are of 16 bits
    with pytest.raises(RuntimeError, match="No available kernel"), sdpa_kernel(SDPBackend.FLASH_ATTENTION):
        F.scaled_dot_product_attention(*map(as_given, (q, k, v)), mine)


def test_infinities_and_nan_stay_in_their_rows() -> None:
    q, k, v, _ = inputs(1, 2, 300, 300, 64)
    k[0, 0, 100, 3] = math.inf
    q[0, 1, 200, 0] = math.nan
    hidden = reference.ones(300, 300, dtype=reference.bool).tril(-1)
    scores = (q.double() @ k.double().transpose(-1, -2) / 8).masked_fill(hidden, -math.inf)
    right = scores.softmax(-1) @ v.double()
    out = F.scaled_dot_product_attention(*map(as_given, (q, k, v)), ours(~hidden))
    assert reference.equal(theirs(out).isnan().any(-1), right.isnan().any(-1))


# ---- dropout


def kept_by(q: Any, k: Any, seed: int, p: float, causal: bool = False) -> Any:
    """(batch, heads, queries, keys), True where dropout keeps: read off results whose values are unit vectors."""
    parts = []
    for first in range(0, k.shape[2], 64):
        v = reference.zeros(*k.shape[:3], 64)
        for i in range(min(64, k.shape[2] - first)):
            v[:, :, first + i, i] = 1
        torch.manual_seed(seed)
        given = [as_given(x) for x in (q, k, v.to(q.dtype))]
        with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
            out = F.scaled_dot_product_attention(*given, dropout_p=p, is_causal=causal, enable_gqa=True)
        parts.append(theirs(out) > 0)
    return reference.cat(parts, -1)[..., : k.shape[2]]


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("lengths", "dtype"), [((300, 300), "bfloat16"), ((65, 200), "float16")])
def test_dropout_drops_the_same_backward(lengths: tuple[int, int], dtype: str, causal: bool) -> None:
    q, k, v, grad = inputs(2, 4, *lengths, 64, dtype, scale=0.3, shared=2)
    p = 0.3
    kept = kept_by(q, k, 5, p, causal)
    right = exact(q, k, v, grad, causal, factor=kept.double() / (1 - p))
    leaves = [as_given(x).detach().requires_grad_(True) for x in (q, k, v)]
    torch.manual_seed(5)
    out = F.scaled_dot_product_attention(*leaves, dropout_p=p, is_causal=causal, enable_gqa=True)
    near(out, right["out"])
    out.backward(as_given(grad))
    for leaf, name in zip(leaves, NAMES[1:], strict=True):
        near(leaf.grad, right[name], scale=2)
    torch.manual_seed(5)
    again = F.scaled_dot_product_attention(*leaves, dropout_p=p, is_causal=causal, enable_gqa=True)
    other = F.scaled_dot_product_attention(*leaves, dropout_p=p, is_causal=causal, enable_gqa=True)
    assert reference.equal(theirs(out), theirs(again)) and not reference.equal(theirs(out), theirs(other))


@pytest.mark.parametrize("dim", [32, 128])
def test_dropout_of_other_widths(dim: int) -> None:
    """With W the weights after dropout, out = W v and dv = W^T grad: grad . out = dv . v whatever W is."""
    q, k, v, grad = inputs(2, 3, 400, 300, dim, scale=0.5)
    leaves = [as_given(x).detach().requires_grad_(True) for x in (q, k, v)]
    out = F.scaled_dot_product_attention(*leaves, dropout_p=0.2)
    out.backward(as_given(grad))
    left = grad.double() * theirs(out).double()
    right = theirs(leaves[2].grad).double() * v.double()
    assert abs(float(left.sum() - right.sum())) < 0.05 * float(left.norm())


def test_how_much_dropout_drops() -> None:
    q, k, _, _ = inputs(2, 4, 256, 300, 64, scale=0.1)
    for p in (0.1, 0.5, 0.9):
        kept = kept_by(q, k, 1, p).double()
        sigma = math.sqrt(p * (1 - p) / kept.numel())
        assert abs(float(kept.mean()) - (1 - p)) < 5 * sigma
        for dim in range(4):  # neighbours of any kind are independent
            a, b = kept.narrow(dim, 0, kept.shape[dim] - 1), kept.narrow(dim, 1, kept.shape[dim] - 1)
            count = a.numel()
            correlation = float(((a - 1 + p) * (b - 1 + p)).mean()) / (p * (1 - p))
            assert abs(correlation) < 5 / math.sqrt(count)
        for step in (8, 16, 32):
            a, b = kept[..., :-step], kept[..., step:]
            assert abs(float(((a - 1 + p) * (b - 1 + p)).mean())) / (p * (1 - p)) < 5 / math.sqrt(a.numel())
            a, b = kept[:, :, :-step], kept[:, :, step:]
            assert abs(float(((a - 1 + p) * (b - 1 + p)).mean())) / (p * (1 - p)) < 5 / math.sqrt(a.numel())
    given = [as_given(x) for x in (q, k, k)]
    assert not theirs(F.scaled_dot_product_attention(*given, dropout_p=1.0)).any()


def test_dropout_in_a_graph() -> None:
    """Each replay draws anew, and its backward pass drops what its forward pass dropped."""
    q, k, v, grad = inputs(1, 4, 200, 200, 64, scale=0.5)
    leaves = [as_given(x).detach().requires_grad_(True) for x in (q, k, v)]
    given = as_given(grad)

    def run() -> tuple[Any, Any]:
        out = F.scaled_dot_product_attention(*leaves, dropout_p=0.5, is_causal=True)
        return out, torch.autograd.grad(out, leaves, given)[2]

    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        run()
    stream.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        out, dv = run()
    results = []
    for _ in range(3):
        graph.replay()
        results.append(theirs(out).double())
        left, right = grad.double() * results[-1], theirs(dv).double() * v.double()
        assert abs(float(left.sum() - right.sum())) < 0.05 * float(left.norm())
    assert not reference.equal(results[0], results[1]) and not reference.equal(results[1], results[2])


def test_second_derivatives_of_dropout_are_refused() -> None:
    leaf = as_given(inputs(1, 2, 64, 64, 64)[0]).detach().requires_grad_(True)
    out = F.scaled_dot_product_attention(leaf, leaf, leaf, dropout_p=0.5)
    with pytest.raises(NotImplementedError, match="dropout"):
        torch.autograd.grad(out.sum(), leaf, create_graph=True)


# ---- the same bits


@pytest.mark.parametrize("kind", ["bool", "bfloat16"])
def test_mask_of_wide_heads(kind: str) -> None:
    q, k, v, grad = inputs(2, 4, 300, 411, 256, shared=2)
    mask = random(2, 1, 300, 411)
    compare_general(q, k, v, grad, mask > 0 if kind == "bool" else mask.to(reference.bfloat16))


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dim", [32, 64, 128, 256])
def test_deterministic_gradients(dim: int, causal: bool) -> None:
    q, k, v, grad = inputs(2, 12, 1024, 1024, dim, shared=4)
    bias = random(12, 1024, 1024, dtype="bfloat16")
    right = exact(q, k, v, grad, causal)
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        runs = [fused(q, k, v, grad, causal, 1 / math.sqrt(dim)) for _ in range(4)]
        masked = [fused_general(q, k, v, grad, 0.1, low=-100, high=50) for _ in range(3)]
        biased = [fused_general(q, k, v, grad, 0.1, ours(bias)) for _ in range(3)]
    finally:
        torch.use_deterministic_algorithms(False)
    for found in (runs, masked, biased):
        for other in found[1:]:
            assert all(reference.equal(theirs(found[0][name]), theirs(other[name])) for name in NAMES)
    check_errors(right, runs[0], {}, grad, v)
    check_errors(exact(q, k, v, grad, scale=0.1, low=-100, high=50), masked[0], {}, grad, v)
    check_errors(exact(q, k, v, grad, scale=0.1, mask=bias), biased[0], {}, grad, v)


# ---- sequences one after the other


@pytest.mark.parametrize("window", [(-1, -1), (-1, 0), (100, 0), (40, 30)])
@pytest.mark.parametrize("dim", [64, 128])
def test_varlen(dim: int, window: tuple[int, int]) -> None:
    from vibetensor.torch.nn.attention.varlen import varlen_attn

    lengths = [200, 1, 64, 300, 0, 135]
    keys = [200, 5, 64, 310, 7, 100]
    q, k, v, grad = (
        random(sum(n), heads, dim, dtype="bfloat16", seed=i)
        for i, (n, heads) in enumerate(((lengths, 4), (keys, 2), (keys, 2), (lengths, 4)))
    )
    leaves = [ours(x).requires_grad_(True) for x in (q, k, v)]
    cu = [ours(reference.tensor([0, *n]).cumsum(0).to(reference.int32)) for n in (lengths, keys)]
    with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
        out = varlen_attn(*leaves, *cu, max(lengths), max(keys), window_size=window, enable_gqa=True)
    assert out.is_contiguous()
    out.backward(ours(grad))
    found: list[list[Any]] = [[], [], [], []]
    for parts in zip(q.split(lengths), k.split(keys), v.split(keys), grad.split(lengths), strict=True):
        turned = [x.transpose(0, 1)[None] for x in parts]
        shift = parts[1].shape[0] - parts[0].shape[0]
        low, high = (None if w < 0 else shift + sign * w for w, sign in zip(window, (-1, 1), strict=True))
        if parts[0].shape[0]:
            right = exact(*turned, low=low, high=high)
        else:
            right = dict(zip(NAMES, turned[:1] + [x.double() * 0 for x in turned[:3]], strict=True))
        for to, name in zip(found, NAMES, strict=True):
            to.append(right[name][0].transpose(0, 1))
    near(out, reference.cat(found[0]))
    for leaf, wanted in zip(leaves, found[1:], strict=True):
        near(leaf.grad, reference.cat(wanted), scale=2)


@pytest.mark.parametrize("window", [(-1, -1), (-1, 0), (100, 0)])
def test_varlen_gradients_in_order(window: tuple[int, int]) -> None:
    from vibetensor.torch.nn.attention.varlen import varlen_attn

    ends = ours(reference.tensor([0, 700, 700, 1000, 1001, 1600], dtype=reference.int32))
    packed = [random(1600, heads, 64, dtype="bfloat16", seed=i) for i, heads in enumerate((4, 2, 2, 4))]

    def gradients() -> list[Any]:
        leaves = [ours(x).requires_grad_(True) for x in packed[:3]]
        out = varlen_attn(*leaves, ends, ends, 700, 700, window_size=window, enable_gqa=True)
        return [theirs(x) for x in torch.autograd.grad(out, leaves, ours(packed[3]))]

    plain = gradients()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        runs = [gradients() for _ in range(3)]
    finally:
        torch.use_deterministic_algorithms(False)
    for run in runs:
        assert all(reference.equal(a, b) for a, b in zip(run, runs[0], strict=True))
    for mine, other in zip(plain, runs[0], strict=True):
        assert float((mine.double() - other.double()).norm()) < 1e-2 * float(other.double().norm())
