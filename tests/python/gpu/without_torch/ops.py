"""Ops of Triton kernels: derivatives, meta, vmap, capture; and the six examples against the built-in ops."""

from __future__ import annotations

import attention
import cross_entropy
import matmul
import norms
import pytest
import rotary
import softmax
import triton
import triton.language as tl
import vibetensor.torch as torch
from vibetensor import graph_step
from vibetensor import triton as ours
from vibetensor.torch.nn import functional as F

BF16 = torch.bfloat16


def leaves(*shapes, dtype=BF16):
    return [torch.randn(*shape, device="cuda").to(dtype).requires_grad_() for shape in shapes]


def examples():
    table = rotary.angles(128, 64)
    targets = torch.randint(1000, (64,), device="cuda")
    return {
        "softmax": (softmax.softmax, lambda x: torch.softmax(x, -1), leaves((64, 1000))),
        "layer_norm": (
            norms.layer_norm,
            lambda x, w, b: F.layer_norm(x, (1000,), w, b),
            leaves((300, 1000), (1000,), (1000,)),
        ),
        "rms_norm": (norms.rms_norm, lambda x, w: F.rms_norm(x, (1000,), w, 1e-6), leaves((300, 1000), (1000,))),
        "rotary": (
            lambda x: rotary.rotary(x, *table),
            lambda x: rotary.plain(x, *(t.to(x.dtype) for t in table)),
            leaves((2, 4, 128, 64)),
        ),
        "cross_entropy": (
            lambda x: cross_entropy.cross_entropy(x, targets),
            lambda x: F.cross_entropy(x, targets),
            leaves((64, 1000)),
        ),
        "matmul": (matmul.matmul, torch.matmul, leaves((200, 300), (300, 250))),
        "attention": (
            lambda q, k, v: attention.attention(q, k, v, True),
            lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
            leaves(*[(2, 3, 200, 64)] * 3),
        ),
    }


@pytest.mark.parametrize(
    "name", ["softmax", "layer_norm", "rms_norm", "rotary", "cross_entropy", "matmul", "attention"]
)
def test_example(name):
    """Within twice the error that the built-in op has in the same dtype, both against float64."""
    torch.manual_seed(0)
    mine, built_in, inputs = examples()[name]
    exact = [x.detach().double().requires_grad_() for x in inputs]
    expected = built_in(*exact)
    slope = torch.randn(expected.shape, device="cuda", dtype=torch.float64)
    wanted = [expected, *torch.autograd.grad(expected, exact, slope)]
    found = [(y := mine(*inputs)), *torch.autograd.grad(y, inputs, slope.to(y.dtype))]
    usual = [(y := built_in(*inputs)), *torch.autograd.grad(y, inputs, slope.to(y.dtype))]
    for i, (value, reference, usually) in enumerate(zip(found, wanted, usual, strict=True)):
        error, allowed = ((t.double() - reference).norm() / reference.norm() for t in (value, usually))
        assert error.item() <= 2 * allowed.item() + 1e-4, (name, i)


@triton.jit
def scale_kernel(x, y, factor, n, BLOCK: tl.constexpr):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(y + at, tl.load(x + at, mask=at < n) * factor, mask=at < n)


def keep(ctx, inputs, output):
    ctx.factor = inputs[1]


def launch(x, factor):
    x = x.contiguous()
    y = torch.empty_like(x)
    ours.wrap(scale_kernel)[(triton.cdiv(x.numel(), 256),)](x, y, factor, x.numel(), BLOCK=256)
    return y


@ours.op("tests::scale", backward=lambda ctx, grad: (launch(grad, ctx.factor), None), setup_context=keep)
def scale(x: torch.Tensor, factor: float) -> torch.Tensor:
    return launch(x, factor)


def test_op():
    x = torch.randn(1000, device="cuda", requires_grad=True)
    torch.ops.tests.scale(x, 3.0).sum().backward()
    assert torch.equal(x.grad, torch.full_like(x, 3.0))
    assert scale(torch.empty(5, 2, device="meta"), 2.0).shape == (5, 2)
    with pytest.raises(NotImplementedError, match="vmap of tests::scale"):
        torch.vmap(lambda row: scale(row, 2.0))(torch.ones(3, 4, device="cuda"))
    checks = ("test_schema", "test_autograd_registration", "test_faketensor")
    found = torch.library.opcheck(scale, (x, 2.0), test_utils=checks)
    assert found == dict.fromkeys(checks, "SUCCESS")


def test_torch_library():
    @torch.library.triton_op("tests::negate_", mutates_args={"x"})
    def negate_(x: torch.Tensor) -> None:
        torch.library.wrap_triton(scale_kernel)[(1,)](x, x, -1.0, x.numel(), BLOCK=256)

    x = torch.ones(8, device="cuda")
    version = x._version
    negate_(x)
    assert (x == -1).all().item() and x._version > version
    with pytest.raises(RuntimeError, match="wrap_triton only works"):
        torch.library.wrap_triton(lambda: None)


def test_graph_step():
    """A training step with a Triton kernel, captured, gives what it gives op by op."""

    def losses(captured):
        torch.manual_seed(0)
        model = torch.nn.Linear(64, 64, device="cuda")
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

        def step(x):
            optimizer.zero_grad()
            loss = scale(softmax.softmax(model(x)), 2.0).square().sum()
            loss.backward()
            optimizer.step()
            return loss

        run = graph_step(step) if captured else step
        return [run(torch.randn(32, 64, device="cuda")).item() for _ in range(8)]

    assert losses(True) == pytest.approx(losses(False), rel=1e-5)
