"""Matrix products on a GPU: the kernel that is measured for a shape, and the sums that come with a product."""

import pytest
import vibetensor.torch as torch

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
