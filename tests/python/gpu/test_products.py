"""Matrix products on a GPU: the kernel that is measured for a shape, and the sums that come with a product."""

import pytest

from .side import ours, random, reference, theirs, torch

pytestmark = pytest.mark.cuda


def relative_error(value, right):
    value, right = value.double(), right.double()
    return ((value - right).norm() / right.norm()).item()


@pytest.mark.parametrize("dtype, bound", [("bfloat16", 4e-3), ("float16", 1e-3), ("float32", 1e-5)])
@pytest.mark.parametrize(
    "rows, inputs, outputs", [(4096, 256, 512), (16384, 768, 768), (1000, 1000, 1000), (777, 512, 1032)]
)
def test_gradients_of_a_linear_layer(dtype, bound, rows, inputs, outputs):
    torch.manual_seed(0)
    dtype = getattr(torch, dtype)
    layer = torch.nn.Linear(inputs, outputs, device="cuda", dtype=dtype)
    x = torch.randn(rows, inputs, device="cuda", dtype=dtype, requires_grad=True)
    grad = torch.randn(rows, outputs, device="cuda", dtype=dtype)
    for _ in range(2):  # measured, then as chosen
        layer.zero_grad()
        x.grad = None
        layer(x).backward(grad)
        assert relative_error(layer.weight.grad, grad.double().t() @ x.detach().double()) < bound
        assert relative_error(layer.bias.grad, grad.double().sum(0)) < bound
        assert relative_error(x.grad, grad.double() @ layer.weight.detach().double()) < bound


def test_a_choice_gives_the_same_bits_all_the_time():
    a = torch.randn(2048, 1024, device="cuda", dtype=torch.bfloat16)
    b = torch.randn(1024, 3072, device="cuda", dtype=torch.bfloat16)
    first = a @ b
    assert all(torch.equal(a @ b, first) for _ in range(5))


def test_nothing_is_measured_under_a_capture():
    a = torch.randn(2048, 1096, device="cuda", dtype=torch.bfloat16)
    b = torch.randn(1096, 1544, device="cuda", dtype=torch.bfloat16)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        c = a @ b
    graph.replay()
    assert relative_error(c, a.double() @ b.double()) < 4e-3


def test_off_takes_the_first_choice():
    torch.cuda.tunable.enable(False)
    try:
        a = torch.randn(1528, 1096, device="cuda", dtype=torch.bfloat16)
        b = torch.randn(1096, 1512, device="cuda", dtype=torch.bfloat16)
        assert relative_error(a @ b, a.double() @ b.double()) < 4e-3
    finally:
        torch.cuda.tunable.enable()
    assert torch.cuda.tunable.is_enabled()


@pytest.mark.parametrize(
    "rows, depth, columns",
    [(80, 32, 80), (80, 80, 32), (128, 32, 128), (64, 64, 32), (100, 36, 24), (200, 12, 72), (4, 100, 4)],
)
@pytest.mark.parametrize("transpose", ["neither", "left", "right"])
def test_batches_of_small_matrices(rows, depth, columns, transpose):
    torch.manual_seed(0)
    batch = 512
    a = torch.randn(batch, *((depth, rows) if transpose == "left" else (rows, depth)), device="cuda")
    b = torch.randn(batch, *((columns, depth) if transpose == "right" else (depth, columns)), device="cuda")
    a[3, 0, 0] = float("inf")
    a, b = (a.mT if transpose == "left" else a), (b.mT if transpose == "right" else b)
    right = a.double() @ b.double()
    for _ in range(2):  # measured, then as chosen
        value = a @ b
        assert torch.equal(value.isfinite(), right.isfinite())
        assert relative_error(value[4:], right[4:]) < 3e-7


def test_heads_cut_out_of_rows():
    """The products of attention in parts, whose factors are not copied: values and gradients against float64."""
    torch.manual_seed(0)
    rows = torch.randn(16, 80, 3 * 8 * 32, device="cuda")

    def attend(x):
        q, k, v = x.view(16, 80, 3, 8, 32).permute(2, 0, 3, 1, 4).unbind(0)
        return (((q * 0.1) @ k.transpose(-2, -1)).softmax(-1) @ v).transpose(1, 2).reshape(16, 80, 256)

    x, y = rows.clone().requires_grad_(True), rows.double().requires_grad_(True)
    out, right = attend(x), attend(y)
    grad = torch.randn_like(out)
    out.backward(grad)
    right.backward(grad.double())
    assert relative_error(out.detach(), right.detach()) < 5e-7
    assert relative_error(x.grad, y.grad) < 5e-7


@pytest.mark.parametrize("dtype, bound", [("float32", 1e-5), ("bfloat16", 1e-2)])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("chunk", [None, 100, 512])
def test_a_vocabulary_in_chunks(chunk, reduction, dtype, bound):
    torch.manual_seed(0)
    shapes = ((700, 96), (5000, 96), (5000,))
    wide = [torch.randn(*shape, device="cuda", dtype=torch.float64) * 0.3 for shape in shapes]
    short = [t.to(getattr(torch, dtype)).requires_grad_(True) for t in wide]
    exact = [t.detach().double().requires_grad_(True) for t in short]
    target = torch.randint(5000, (700,), device="cuda")
    target[::7] = -100
    options = torch.nn.LinearCrossEntropyOptions(batch_chunk_size=chunk)
    losses = [
        torch.nn.functional.linear_cross_entropy(x, w, target, linear_bias=b, reduction=reduction, options=chosen)
        for (x, w, b), chosen in ((short, options), (exact, None))
    ]
    assert relative_error(losses[0].detach(), losses[1].detach()) < bound
    for loss in losses:
        (
            loss * torch.linspace(0.5, 1.5, loss.numel(), device="cuda", dtype=loss.dtype).view(loss.shape)
        ).sum().backward()
    for a, b in zip(short, exact, strict=True):
        assert a.grad.dtype == a.dtype and relative_error(a.grad, b.grad) < bound


def test_a_vocabulary_in_chunks_under_autocast():
    torch.manual_seed(0)
    x = torch.randn(300, 64, device="cuda", requires_grad=True)
    layer = torch.nn.LinearCrossEntropyLoss(64, 3000, options=torch.nn.LinearCrossEntropyOptions(batch_chunk_size=128))
    layer = layer.cuda()
    target = torch.randint(3000, (300,), device="cuda")
    with torch.autocast("cuda", dtype=torch.bfloat16):
        loss = layer(x, target)
    loss.backward()
    assert loss.dtype == torch.float32 and x.grad.dtype == torch.float32
    whole = torch.nn.functional.cross_entropy(x.detach().double() @ layer.linear.weight.detach().double().t(), target)
    assert relative_error(loss.detach(), whole) < 1e-3


@pytest.mark.parametrize("dtype", ["complex128", "complex64", "float64"])
@pytest.mark.parametrize("m", [1, 3])
@pytest.mark.parametrize("n", [1, 4])
@pytest.mark.parametrize("k", [1, 5])
def test_products_with_a_row_or_a_column(dtype, m, n, k):
    """cuBLASLt crashes on some of them."""

    def check(got, expected):
        reference.testing.assert_close(theirs(got), expected)

    for lead in ((), (2,)):
        a, b = random(*lead, m, k, dtype=dtype), random(*lead, k, n, dtype=dtype, seed=1)
        check(torch.matmul(ours(a), ours(b)), a @ b)
        check(torch.matmul(ours(a), ours(b.mT.contiguous()).mT), a @ b)
    bias, a, b = random(n, dtype=dtype, seed=2), a[0], b[0]
    functional, weight = torch.nn.functional, b.mT.contiguous()
    check(functional.linear(ours(a), ours(weight), ours(bias)), reference.nn.functional.linear(a, weight, bias))
    factors = {"beta": 0.5, "alpha": 2}
    check(torch.addmm(ours(bias), ours(a), ours(b), **factors), reference.addmm(bias, a, b, **factors))
