"""The fused attention of CUDA against float64, and against the error of PyTorch's own kernel where that can run."""

from __future__ import annotations

import math
from typing import Any

import pytest
from vibetensor import _C

from .attention_side import F, R, as_given, compare, exact, hopper_only, inputs
from .side import near, ours, random, reference, theirs, torch

pytestmark = hopper_only

# (queries, keys): whole tiles, tails on either side, one row, more queries than keys and the other way round
LENGTHS = [(64, 64), (128, 128), (1024, 1024), (1, 1), (5, 7), (1, 777), (300, 100), (1000, 1), (63, 1100), (511, 511)]


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dim", [32, 64, 128])
@pytest.mark.parametrize(("queries", "keys"), LENGTHS)
def test_lengths(queries: int, keys: int, dim: int, causal: bool) -> None:
    compare(*inputs(2, 3, queries, keys, dim, "bfloat16"), causal)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dim", [8, 16, 40, 72, 80, 96, 104, 120])
def test_head_dims_between_tiles(dim: int, causal: bool) -> None:
    compare(*inputs(2, 3, 300, 300, dim), causal)
    compare(*inputs(1, 2, 70, 150, dim), causal)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dim", [136, 192, 256])
def test_wide_heads(dim: int, causal: bool) -> None:
    for lengths in ((300, 300), (70, 150), (1, 500), (1000, 1000)):
        compare(*inputs(2, 4, *lengths, dim, shared=2), causal)
    compare(*inputs(2, 80, 200, 200, dim, "float16", shared=40), causal)  # more tiles than multiprocessors


@pytest.mark.parametrize("dim", [136, 256])
def test_wide_heads_through_autograd(dim: int) -> None:
    q, k, v, grad = inputs(2, 4, 300, 300, dim, shared=2)
    right = exact(q, k, v, grad, True)
    leaves = [as_given(x).detach().requires_grad_(True) for x in (q, k, v)]
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.FLASH_ATTENTION):
        out = F.scaled_dot_product_attention(*leaves, is_causal=True, enable_gqa=True)
    near(out, right["out"])
    out.backward(as_given(grad))
    for leaf, name in zip(leaves, ("dq", "dk", "dv"), strict=True):
        near(leaf.grad, right[name], scale=2)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("heads", "shared"), [(6, 2), (4, 1), (8, 4)])
@pytest.mark.parametrize("dim", [64, 128])
def test_shared_heads(dim: int, heads: int, shared: int, causal: bool) -> None:
    for lengths in ((300, 300), (5, 700), (700, 5), (1, 300)):
        compare(*inputs(2, heads, *lengths, dim, shared=shared), causal)
    compare(*inputs(2, 16 * heads, 200, 200, dim, shared=16 * shared), causal)  # more tiles than multiprocessors


def test_shared_heads_through_autograd() -> None:
    """Packed with their queries, gradients lie as the parts were; heads may be all the leading dims there are."""
    packed = random(2, 100, 8 * 64, dtype="bfloat16")
    leaf = ours(packed).requires_grad_(True)

    def parts(x: Any) -> list[Any]:
        return [p.view(2, 100, -1, 64).transpose(1, 2) for p in x.split([4 * 64, 2 * 64, 2 * 64], -1)]

    out = F.scaled_dot_product_attention(*parts(leaf), is_causal=True, enable_gqa=True)
    grad = random(2, 100, 4, 64, dtype="bfloat16", seed=1).transpose(1, 2)
    q, k, v = parts(packed)
    right = exact(q, k, v, grad, True)
    near(out, right["out"])
    out.backward(as_given(grad))
    joined = [right[name].transpose(1, 2).reshape(2, 100, -1) for name in ("dq", "dk", "dv")]
    near(leaf.grad, reference.cat(joined, -1))
    given = [p.detach() for p in parts(leaf)]
    result, lse = _C.ops._attention(*given, True, 0.125)
    gradients = _C.ops._attention_backward(result, *given, result, lse, True, 0.125)
    assert [g.data_ptr() - gradients[0].data_ptr() for g in gradients] == [0, 512, 768]
    heads_alone = F.scaled_dot_product_attention(*(p[0] for p in given), is_causal=True, enable_gqa=True)
    near(heads_alone, right["out"][0])


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dim", [64, 128])
def test_long_and_many(dim: int, causal: bool) -> None:
    compare(*inputs(1, 1, 2500, 2300, dim, "bfloat16"), causal)  # tiles of long sequences
    compare(*inputs(3, 130, 200, 200, dim, "bfloat16"), causal)  # more heads than multiprocessors


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dim", [32, 64, 96, 128])
def test_float16(dim: int, causal: bool) -> None:
    compare(*inputs(2, 4, 700, 700, dim, "float16"), causal)


@pytest.mark.parametrize(("scale", "mean"), [(4, 0), (1, 3), (0.01, 0), (8, -1)])
def test_sharp_and_shifted_scores(scale: float, mean: float) -> None:
    compare(*inputs(2, 4, 512, 512, 64, "bfloat16", scale, mean), True)


@pytest.mark.parametrize("scale", [1e-4, 0.7])
def test_scale(scale: float) -> None:
    compare(*inputs(2, 2, 256, 256, 64, "bfloat16"), False, scale)


def test_maximum_that_rises_late() -> None:
    q, k, v, grad = inputs(1, 2, 512, 512, 64, "bfloat16")
    k = k * reference.linspace(6, 0.1, 512)[:, None].to(k.dtype)  # the kernel takes the last keys first
    compare(q, k, v, grad, False)


def test_infinities_and_nan_stay_in_their_rows() -> None:
    q, k, v, _ = inputs(1, 2, 300, 300, 64, "bfloat16")
    k[0, 0, 100, 3] = math.inf
    v[0, 1, 37, 5] = math.nan
    q[0, 1, 200, 0] = math.nan
    right = R.scaled_dot_product_attention(q.double(), k.double(), v.double(), is_causal=True)
    out = _C.ops._attention(as_given(q), as_given(k), as_given(v), True, 0.125)[0]
    assert reference.equal(theirs(out).isnan().any(-1), right.isnan().any(-1))


@pytest.mark.parametrize("causal", [False, True])
def test_packed_projection(causal: bool) -> None:
    """Strided queries, keys and values out of one tensor, through autograd, heads joined by a view."""
    packed, grad = random(2, 200, 3, 4, 64, dtype="bfloat16"), random(2, 200, 256, dtype="bfloat16", seed=1)

    def run(leaf: Any, f: Any) -> Any:
        q, k, v = (leaf[:, :, i].transpose(1, 2) for i in range(3))
        return f.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2)

    mine = ours(packed).requires_grad_(True)
    out = run(mine, F)
    assert out.is_contiguous()
    out.reshape(2, 200, 256).backward(ours(grad))
    right = packed.double().requires_grad_(True)
    expected = run(right, R).reshape(2, 200, 256)
    expected.backward(grad.double())
    near(out.reshape(2, 200, 256), expected.detach())
    near(mine.grad, right.grad)
    parts = [mine.detach()[:, :, i].transpose(1, 2) for i in range(3)]
    result, lse = _C.ops._attention(*parts, causal, 0.125)
    gradients = _C.ops._attention_backward(result, *parts, result, lse, causal, 0.125)
    assert [g.data_ptr() - gradients[0].data_ptr() for g in gradients] == [0, 512, 1024]
    assert all(g.stride() == p.stride() for g, p in zip(gradients, parts, strict=True))


def test_layouts_that_must_be_copied_first() -> None:
    q, k, v, grad = (x.contiguous() for x in inputs(2, 3, 65, 65, 64, "bfloat16"))
    right = exact(q, k, v, grad, True, 0.125)
    columns = [ours(x.transpose(2, 3)).transpose(2, 3) for x in (q, k, v)]  # the last dim is not dense
    near(F.scaled_dot_product_attention(*columns, is_causal=True), right["out"])
    shifted = [reference.cat([x[..., :1], x], -1) for x in (q, k, v)]  # rows at odd addresses
    near(F.scaled_dot_product_attention(*(ours(x)[..., 1:] for x in shifted), is_causal=True), right["out"])
    one = ours(k[:1, :1]).expand(2, 3, 65, 64)  # keys of stride zero
    near(
        F.scaled_dot_product_attention(ours(q), one, ours(v)),
        R.scaled_dot_product_attention(q.double(), k[:1, :1].expand_as(k).double(), v.double()),
    )
    leaf = ours(q).requires_grad_(True)
    F.scaled_dot_product_attention(leaf, ours(k), ours(v), is_causal=True).sum().backward()  # a gradient of stride zero
    near(leaf.grad, exact(q, k, v, reference.ones_like(grad), True, 0.125)["dq"], scale=2)


def test_repeats() -> None:
    """The result, dk and dv have the same bits every time; dq is summed in the order in which blocks come."""
    q, k, v, grad = map(as_given, inputs(2, 12, 1024, 1024, 64, "bfloat16"))
    out, lse = _C.ops._attention(q, k, v, True, 0.125)
    again, lse_again = _C.ops._attention(q, k, v, True, 0.125)
    assert reference.equal(theirs(out), theirs(again)) and reference.equal(theirs(lse), theirs(lse_again))
    first = _C.ops._attention_backward(grad, q, k, v, out, lse, True, 0.125)
    second = _C.ops._attention_backward(grad, q, k, v, out, lse, True, 0.125)
    assert reference.equal(theirs(first[1]), theirs(second[1])) and reference.equal(theirs(first[2]), theirs(second[2]))
    near(second[0], theirs(first[0]).double(), scale=0.1)


def test_what_does_not_suit_is_composed() -> None:
    for dim, dtype in ((132, "float32"), (20, "bfloat16"), (264, "float16")):
        q, k, v, grad = inputs(2, 3, 70, 70, dim, dtype)
        right = exact(q, k, v, grad, True, 1 / math.sqrt(dim))
        near(F.scaled_dot_product_attention(*map(as_given, (q, k, v)), is_causal=True), right["out"], scale=2)
        with pytest.raises(NotImplementedError, match="head dim"):
            _C.ops._attention(*map(as_given, (q, k, v)), True, 0.1)
    q, k, v, _ = inputs(2, 3, 70, 70, 64, "bfloat16")
    negative = R.scaled_dot_product_attention(q.double(), k.double(), v.double(), scale=-0.1)
    near(F.scaled_dot_product_attention(*map(as_given, (q, k, v)), scale=-0.1), negative, scale=2)


def test_in_a_graph() -> None:
    q, k, v, _ = inputs(2, 4, 300, 300, 64, "bfloat16")
    static = [as_given(x) for x in (q, k, v)]
    run = lambda: F.scaled_dot_product_attention(*static, is_causal=True)  # noqa: E731
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        run()
    stream.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        out = run()
    for _ in range(2):
        q = q + 0.5
        static[0].copy_(as_given(q))
        graph.replay()
        near(out, R.scaled_dot_product_attention(q.double(), k.double(), v.double(), is_causal=True))
