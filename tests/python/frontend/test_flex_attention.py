"""flex_attention, BlockMask and what makes one, beside PyTorch's."""

import math
import warnings

import pytest
import torch
import vibetensor.torch as vt
from compare import as_ours, theirs_of
from torch.nn.attention import flex_attention as theirs
from vibetensor.torch.nn.attention import flex_attention as ours


def causal(b, h, q_idx, kv_idx):
    return q_idx >= kv_idx


def window(b, h, q_idx, kv_idx):
    return (q_idx - kv_idx).abs() <= 5


def by_head(b, h, q_idx, kv_idx):
    return (q_idx + h) % 3 != kv_idx % 3


def nothing_for_some(b, h, q_idx, kv_idx):
    return (q_idx % 4 != 0) & (kv_idx <= q_idx)


MASKS = [None, causal, window, by_head, nothing_for_some]


def relative(score, b, h, q_idx, kv_idx):
    return score + (q_idx - kv_idx)


def capped(score, b, h, q_idx, kv_idx):
    return 2.0 * (score / 2.0).tanh() - 0.1 * (h + 1) * (q_idx - kv_idx).abs()


SCORES = [None, relative, capped]


def inputs(side, shape=(2, 3, 40, 8), keys=40, heads=None, dtype="float64"):
    generator = torch.Generator().manual_seed(0)
    b, h, q, e = shape
    sizes = [(b, h, q, e), (b, heads or h, keys, e), (b, heads or h, keys, 5)]
    drawn = [torch.randn(s, generator=generator, dtype=torch.float64) for s in sizes]
    drawn = [t.to(getattr(torch, dtype)).requires_grad_() for t in drawn]
    return drawn if side is torch else [as_ours(t) for t in drawn]


def attend(score_mod, mask_mod, block=16, heads=None, keys=40, dtype="float64", batch=None, mask_heads=3):
    """Output, lse, largest scores and the gradients of query, key and value."""
    q, k, v = inputs(vt, keys=keys, heads=heads, dtype=dtype)
    mask = None
    if mask_mod is not None:
        mask = ours.create_block_mask(mask_mod, batch, mask_heads, 40, keys, device="cpu", BLOCK_SIZE=block)
    aux = ours.AuxRequest(lse=True, max_scores=True)
    out, aux = ours.flex_attention(q, k, v, score_mod, mask, enable_gqa=heads is not None, return_aux=aux)
    (out.sin().sum() + aux.lse.masked_fill(aux.lse == -math.inf, 0).sum()).backward()
    return [theirs_of(t) for t in (out, aux.lse, aux.max_scores, q.grad, k.grad, v.grad)]


def attend_plainly(score_mod, mask_mod, heads=None, keys=40, dtype="float64", batch=None, mask_heads=3):
    """The same by PyTorch from whole scores, since its own has no gradients on the CPU; values are its own's too."""
    q, k, v = inputs(torch, keys=keys, heads=heads, dtype=dtype)
    b, h, i, j = (
        torch.arange(n).view([-1 if d == at else 1 for d in range(4)]) for at, n in enumerate((2, 3, 40, keys))
    )
    every_k, every_v = ((t.repeat_interleave(3, 1) if heads else t) for t in (k, v))
    scores = (q @ every_k.mT).to(torch.float64 if dtype == "float64" else torch.float32) / math.sqrt(8)
    scores = scores if score_mod is None else score_mod(scores, b, h, i, j)
    if mask_mod is not None:
        scores = scores.masked_fill(~mask_mod(b, h, i, j), -math.inf)
    lse = scores.logsumexp(-1)
    shares = torch.where(lse.unsqueeze(-1) == -math.inf, 0.0, scores.softmax(-1).nan_to_num())
    out = shares.to(q.dtype) @ every_v
    (out.sin().sum() + lse.masked_fill(lse == -math.inf, 0).sum()).backward()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        mask = (
            None
            if mask_mod is None
            else theirs.create_block_mask(mask_mod, None, 3, 40, keys, device="cpu", BLOCK_SIZE=16)
        )
        aux = theirs.AuxRequest(lse=True)
        plain = q.detach(), k.detach(), v.detach()
        own, aux = theirs.flex_attention(*plain, score_mod, mask, enable_gqa=heads is not None, return_aux=aux)
    return [own, aux.lse, scores.amax(-1).detach(), *(t.grad.nan_to_num() for t in (q, k, v))]


@pytest.mark.parametrize("mask_mod", MASKS)
@pytest.mark.parametrize("score_mod", SCORES)
def test_values_and_gradients(score_mod, mask_mod):
    mine, expected = attend(score_mod, mask_mod), attend_plainly(score_mod, mask_mod)
    for name, a, b in zip(("out", "lse", "max", "q", "k", "v"), mine, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9, equal_nan=True, msg=name)


@pytest.mark.parametrize(
    "options", [{"heads": 1}, {"keys": 27}, {"dtype": "bfloat16"}, {"batch": 2}, {"mask_heads": None}]
)
def test_groups_lengths_and_dtypes(options):
    mine, expected = attend(capped, causal, **options), attend_plainly(capped, causal, **options)
    tolerance = 3e-2 if options.get("dtype") == "bfloat16" else 1e-9
    for a, b in zip(mine, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=tolerance, atol=tolerance)


def test_what_a_score_refers_to_gets_gradients():
    def shifted(score, b, h, q_idx, kv_idx):
        return score + bias[q_idx - kv_idx + 39]

    bias = vt.linspace(-1, 1, 79, dtype=vt.float64).requires_grad_()
    ours.flex_attention(*inputs(vt), shifted).sin().sum().backward()
    mine, bias = theirs_of(bias.grad), torch.linspace(-1, 1, 79, dtype=torch.float64).requires_grad_()
    q, k, v = inputs(torch)
    i = torch.arange(40)
    scores = q @ k.mT / math.sqrt(8) + bias[i[:, None] - i + 39]
    (scores.softmax(-1) @ v).sin().sum().backward()
    torch.testing.assert_close(mine, bias.grad, rtol=1e-9, atol=1e-9)


def test_parts_give_what_the_whole_gives(monkeypatch):
    whole = attend(capped, causal)
    monkeypatch.setattr(ours, "SCORES_AT_ONCE", 2 * 3 * 40 * 16)
    assert len(ours.spans_of(*inputs(vt)[:2], None)) == 3
    for a, b in zip(attend(capped, causal), whole, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def test_keys_that_nobody_wants_are_left_out():
    mask = ours.create_block_mask(causal, None, None, 64, 64, device="cpu", BLOCK_SIZE=16)
    q, k, _ = (vt.zeros(1, 1, 64, 4) for _ in range(3))
    assert mask.spans() == [(0, 1), (0, 2), (0, 3), (0, 4)]
    assert ours.spans_of(q, k, mask) == [(0, 64, 0, 64)]
    band = ours.create_block_mask(window, None, None, 64, 64, device="cpu", BLOCK_SIZE=16)
    assert band.spans() == [(0, 2), (0, 3), (1, 4), (2, 4)]


INDICES = (
    0,
    (0, 1),
    (slice(None), slice(1, 3)),
    (slice(None), slice(None), 1),
    (slice(None), slice(None), slice(0, 2)),
)


@pytest.mark.parametrize("mask_mod", MASKS[1:])
@pytest.mark.parametrize("block", [16, (8, 32)])
def test_block_masks(mask_mod, block):
    mine, expected = (
        m.create_block_mask(mask_mod, 2, 3, 40, 70, device="cpu", BLOCK_SIZE=block) for m in (ours, theirs)
    )
    for name in ours.BlockMask.TENSORS:
        assert torch.equal(theirs_of(getattr(mine, name)), getattr(expected, name)), name
    assert mine.shape == tuple(expected.shape) and mine.seq_lengths == expected.seq_lengths
    assert mine.sparsity() == pytest.approx(expected.sparsity()) and mine.numel() == expected.numel()
    assert torch.equal(theirs_of(mine.to_dense()), expected.to_dense())
    for index in INDICES:
        a, b = mine[index], expected[index]
        assert torch.equal(theirs_of(a.kv_indices), b.kv_indices) and tuple(a.shape) == tuple(b.shape), index
    assert torch.equal(theirs_of(mine._adjust(24, 33).to_dense()), expected._adjust(24, 33).to_dense())


def test_masks_are_combined():
    found = []
    for module in (ours, theirs):
        mod = module.and_masks(causal, module.or_masks(window, by_head))
        found.append(module.create_mask(mod, 1, 2, 12, 9, device="cpu"))
    assert torch.equal(theirs_of(found[0]), found[1])

    def bounded(score, b, h, q_idx, kv_idx):
        return score.masked_fill(q_idx < kv_idx, -math.inf)

    masks = [m.create_mask(bounded, 1, 2, 12, 9, device="cpu") for m in (ours, theirs)]
    assert torch.equal(theirs_of(masks[0]), masks[1])


def test_text():
    mask = ours.create_block_mask(causal, None, None, 64, 64, device="cpu", BLOCK_SIZE=16)
    assert str(mask).startswith("BlockMask(shape=(1, 1, 64, 64), sparsity=37.50%") and "██░░" in str(mask)
    assert "mask_mod=causal" in repr(mask)


def test_mistakes():
    q, k, v = inputs(vt)
    mask = ours.create_block_mask(causal, None, None, 32, 40, device="cpu", BLOCK_SIZE=16)
    with pytest.raises(ValueError, match="smaller length"):
        ours.flex_attention(q, k, v, block_mask=mask)
    with pytest.raises(ValueError, match="larger length"):
        ours.flex_attention(q[:, :, :20], k, v, block_mask=mask)
    with pytest.raises(ValueError, match="enable_gqa"):
        ours.flex_attention(q, k[:, :1], v[:, :1])
    with pytest.raises(ValueError, match="same floating point dtype"):
        ours.flex_attention(q, k.float(), v)
    with pytest.raises(NotImplementedError, match="no kernel options"):
        ours.flex_attention(q, k, v, kernel_options={"BACKEND": "TRITON"})
    with pytest.raises(ValueError, match="5"):
        ours.create_block_mask(capped, None, None, 8, 8, device="cpu")
    with pytest.raises(ValueError, match="function of 3"):
        ours.create_mask(lambda a, b, c: a, 1, 1, 8, 8, device="cpu")
