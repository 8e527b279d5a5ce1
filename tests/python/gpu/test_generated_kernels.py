"""Groups of rows on CUDA: the kernel that was generated for them gives eager's bits, and so do its steps before it is there."""

import random

import pytest
import vibetensor.torch as vt
from random_programs import RandomProgram, bits
from vibetensor import _C
from vibetensor.programs import explain

pytestmark = pytest.mark.cuda
N = 1 << 16


@pytest.fixture(autouse=True)
def small_ones_too():
    before = _C.program_exchange_fewest_elements(1)
    yield
    _C.program_exchange_fewest_elements(before)


def chain(x, y):
    z = (x * 2 + y).relu()
    return z * x.sigmoid() - (y / 3).exp()


def kernels():
    return {k["name"]: k for k in _C.program_generated_kernels()}


def test_the_same_bits_before_and_with_the_kernel():
    compiled = vt.compile(chain)
    for shape in ((N,), (N + 3,), (256, 256)):
        x, y = vt.randn(*shape, device="cuda"), vt.randn(*shape, device="cuda")
        eager = bits(chain(x, y))
        assert bits(compiled(x, y)) == eager
        _C.program_finish_compiling()
        assert bits(compiled(x, y)) == eager
    made = [k for name, k in kernels().items() if name.startswith("fused_mul_add_relu")]
    assert made and all(k["state"] == "ready" for k in made), made
    assert "x + alpha * y" in made[0]["source"]


@pytest.mark.parametrize("dtype", [vt.float32, vt.float64, vt.float16, vt.bfloat16])
def test_broadcast_and_transposed_operands(dtype):
    x = vt.randn(96, 64, device="cuda").to(dtype)
    others = [
        vt.randn(64, device="cuda"),
        vt.randn(96, 1, device="cuda"),
        vt.randn(64, 96, device="cuda").t(),
        vt.randn((), device="cuda"),
        vt.randn(96, 128, device="cuda")[:, ::2],
        vt.randn(97, 65, device="cuda")[1:, 1:],
    ]
    for other in others:
        y = other.to(dtype) if other.dim() else other
        eager = bits(chain(x, y))
        compiled = vt.compile(chain)
        compiled(x, y)
        _C.program_finish_compiling()
        assert bits(compiled(x, y)) == eager, (dtype, tuple(other.shape), other.stride())
    assert not [k["reason"] for k in kernels().values() if k["state"] == "refused"]


def test_gradients():
    def gated(v):
        return (v * v.sigmoid() + v.tanh()).exp2() * (v > 0)

    x = vt.randn(64, 1024, device="cuda")
    for _ in range(2):
        results = []
        for f in (gated, vt.compile(gated)):
            leaf = x.clone().requires_grad_()
            out = f(leaf)
            out.backward(vt.ones_like(out))
            results.append([bits(out.detach()), bits(leaf.grad)])
        assert results[0] == results[1]
        _C.program_finish_compiling()


def on_cuda(value):
    return value.cuda() if isinstance(value, vt.Tensor) and value.dim() else value


@pytest.mark.parametrize("part", range(4))
def test_random_programs(part):
    fused = 0
    for seed in range(part * 20, part * 20 + 20):
        program = RandomProgram(seed)
        eager = [bits(v) for v in program.run([on_cuda(v) for v in program.make_inputs()])]
        for _ in range(2):
            seen = explain(program.run, [on_cuda(v) for v in program.make_inputs()])
            assert [bits(v) for v in seen.result] == eager, f"seed {seed}\n{seen}"
            fused += seen.fused_calls
            _C.program_finish_compiling()
    assert fused > 0
    refused = {k["name"]: k["reason"] for k in kernels().values() if k["state"] == "refused"}
    assert not refused, refused


def test_numbers_are_parameters():
    random.seed(0)
    x = vt.randn(N, device="cuda")
    scale = vt.compile(lambda v, s: (v * s + 1).tanh())
    scale(x, 2.0)
    _C.program_finish_compiling()
    before = len(_C.program_generated_kernels())
    for _ in range(50):
        s = random.random()
        assert bits(scale(x, s)) == bits((x * s + 1).tanh())
    assert len(_C.program_generated_kernels()) == before


def test_in_a_graph():
    x, y = vt.randn(N, device="cuda"), vt.randn(N, device="cuda")
    compiled = vt.compile(chain)
    compiled(x, y)
    _C.program_finish_compiling()
    out = vt.empty(N, device="cuda")
    graph = vt.cuda.CUDAGraph()
    stream = vt.cuda.Stream()
    with vt.cuda.stream(stream):
        compiled(x, y)
    vt.cuda.synchronize()
    with vt.cuda.graph(graph):
        out.copy_(compiled(x, y))
    x.copy_(vt.randn(N))
    graph.replay()
    assert bits(out) == bits(chain(x, y))
