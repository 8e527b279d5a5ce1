"""triton.jit and triton.autotune kernels as they are, and through our own launcher."""

from __future__ import annotations

import pytest
import triton
import triton.language as tl
import vibetensor.torch as torch
from vibetensor import _C
from vibetensor import triton as ours

SIZE = 3000


@triton.jit
def add_kernel(x, y, out, n, BLOCK: tl.constexpr):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = at < n
    tl.store(out + at, tl.load(x + at, mask=inside) + tl.load(y + at, mask=inside), mask=inside)


@triton.jit
def fill_kernel(out, a, b, c, d, flag, n: tl.constexpr):
    at = tl.arange(0, 8)
    values = tl.where(at == 0, a, 0).to(tl.float64)
    values = tl.where(at == 1, b, values)
    values = tl.where(at == 2, c, values)
    values = tl.where(at == 3, d, values)
    values = tl.where(at == 4, flag.to(tl.int32), values)
    tl.store(out + at, tl.where(at == 5, n, values))


@triton.jit
def scratch_kernel(x, out, n: tl.constexpr):
    # A tensor descriptor made on the device, which wants memory beside the arguments.
    source = tl.make_tensor_descriptor(x, shape=[n, n], strides=[n, 1], block_shape=[n, n])
    target = tl.make_tensor_descriptor(out, shape=[n, n], strides=[n, 1], block_shape=[n, n])
    target.store([0, 0], source.load([0, 0]) * 2)


@triton.jit
def double_kernel(x, n, BLOCK: tl.constexpr):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(x + at, tl.load(x + at, mask=at < n) * 2, mask=at < n)


CONFIGS = [triton.Config({"BLOCK": block}, num_warps=warps) for block, warps in ((128, 2), (512, 4), (1024, 4))]
tuned_double = triton.autotune(CONFIGS, key=["n"], restore_value=["x"])(double_kernel)


def launchers():
    return [pytest.param(lambda kernel: kernel, id="triton"), pytest.param(ours.wrap, id="ours")]


def pair(dtype=torch.float32, size=SIZE):
    return (torch.randn(size, device="cuda").to(dtype) for _ in range(2))


@pytest.mark.parametrize("launcher", launchers())
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.uint8], ids=str)
@pytest.mark.parametrize("offset", [0, 1])
def test_elementwise(launcher, dtype, offset):
    x, y = (t[offset:] for t in pair(dtype))
    out = torch.empty_like(x)
    launcher(add_kernel)[lambda meta: (triton.cdiv(x.numel(), meta["BLOCK"]),)](x, y, out, x.numel(), BLOCK=512)
    assert torch.equal(out, x + y)


@pytest.mark.parametrize("launcher", launchers())
@pytest.mark.parametrize("numbers", [(1, 2, 3, 0.5), (16, -(2**31), 2**40, 1e-3), (-1, 2**31, 2**62, 3.0)])
def test_numbers(launcher, numbers):
    a, b, c, d = numbers
    out = torch.zeros(8, dtype=torch.float64, device="cuda")
    for flag in (True, False):
        launcher(fill_kernel)[(1,)](out, a, b, c, d, flag, n=7)
        expected = [a, b, c, torch.tensor(d, dtype=torch.float32).item(), int(flag), 7, 0, 0]
        assert out.tolist() == [float(value) for value in expected]


@pytest.mark.parametrize("launcher", launchers())
def test_current_stream(launcher):
    x, y = pair()
    out = torch.zeros_like(x)
    launcher(add_kernel)[(6,)](x, y, out, SIZE, BLOCK=512)
    slow = torch.zeros(4096, 4096, device="cuda")
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(30):
            slow = slow @ slow
        late = x * 2 + slow.flatten()[:SIZE]
        launcher(add_kernel)[(6,)](late, y, out, SIZE, BLOCK=512)
    stream.synchronize()
    assert torch.equal(out, x * 2 + y)


@pytest.mark.parametrize("launcher", launchers())
def test_capture_keeps_memory(launcher):
    x, y = pair()
    out = torch.empty_like(x)
    launcher(add_kernel)[(6,)](x, y, out, SIZE, BLOCK=512)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        between = x * 3
        launcher(add_kernel)[(6,)](between, y, out, SIZE, BLOCK=512)
    del between
    taken = [torch.full((SIZE,), 7.0, device="cuda") for _ in range(8)]
    x.copy_(torch.randn(SIZE, device="cuda"))
    graph.replay()
    assert torch.equal(out, x * 3 + y)
    assert all((t == 7).all().item() for t in taken)


def test_first_launch_in_a_capture():
    x, y = pair(torch.float64)
    out = torch.empty_like(x)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        ours.wrap(add_kernel)[(6,)](x, y, out, SIZE, BLOCK=512)
    graph.replay()
    assert torch.equal(out, x + y)


def test_scratch_memory():
    x = torch.randn(32, 32, device="cuda")
    for launcher in (lambda kernel: kernel, ours.wrap):
        out = torch.zeros_like(x)
        launcher(scratch_kernel)[(1,)](x, out, n=32)
        assert torch.equal(out, x * 2)


def test_autotune_measures_once_and_restores():
    x = torch.ones(SIZE, device="cuda")
    tuned_double[lambda meta: (triton.cdiv(SIZE, meta["BLOCK"]),)](x, SIZE)
    assert (x == 2).all().item() and len(tuned_double.cache) == 1
    ours.wrap(tuned_double)[lambda meta: (triton.cdiv(SIZE, meta["BLOCK"]),)](x, SIZE)
    assert (x == 4).all().item() and len(tuned_double.cache) == 1
    graph = torch.cuda.CUDAGraph()
    with pytest.raises(RuntimeError, match="capture"), torch.cuda.graph(graph):
        ours.wrap(tuned_double)[lambda meta: (triton.cdiv(SIZE, meta["BLOCK"]),)](x, SIZE - 1)


def test_benchmarker():
    x = torch.ones(1 << 20, device="cuda")
    low, high = triton.runtime.driver.active.get_benchmarker()(lambda: x.mul_(1.0), quantiles=(0.2, 0.8), rep=5)
    assert 0 < low <= high < 1
    assert 0 < triton.testing.do_bench(lambda: x.mul_(1.0), rep=5) < 1


@pytest.mark.parametrize("launcher", launchers())
def test_refusals_name_the_kernel(launcher):
    x, y = pair()
    for wrong, error in ((y.cpu(), ValueError), ("text", Exception)):
        with pytest.raises(error):
            launcher(add_kernel)[(1,)](x, wrong, x, SIZE, BLOCK=512)
    with pytest.raises(ValueError, match="add_kernel: argument y"):
        launcher(add_kernel)[(1,)](x, y.cpu(), x, SIZE, BLOCK=512)
    with pytest.raises(ValueError, match=r"add_kernel.*grid"):
        launcher(add_kernel)[(1, 70000)](x, y, x, SIZE, BLOCK=512)
    pinned = y.cpu().pin_memory()
    launcher(add_kernel)[(6,)](x, pinned, x, SIZE, BLOCK=512)
    torch.cuda.synchronize()


def test_what_was_compiled():
    kernel = add_kernel.warmup(torch.ones(16, device="cuda"), *pair(), SIZE, BLOCK=256, grid=(1,))
    major, minor = torch.cuda.get_device_capability()
    assert kernel.metadata.target.arch == major * 10 + minor
    kernel._init_handles()
    assert 0 < kernel.n_regs < 256 and kernel.n_spills == 0
    assert isinstance(kernel.function, _C.LoadedKernel)


STEP = tl.constexpr(2)


@triton.jit
def step_kernel(x, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    tl.store(x + at, tl.load(x + at) + STEP)


def test_later_launches_are_ours_and_know_what_triton_checks():
    x, y = pair(size=64)
    first, second = (add_kernel[(1,)](x, y, x, 64, BLOCK=64) for _ in range(2))
    assert first is second and "ptx" in second.asm and "run" in vars(add_kernel)
    seen = []
    hooks = triton.knobs.runtime.launch_enter_hook
    hooks.add(lambda said: seen.append(said.get()["name"]))
    try:
        add_kernel[(1,)](x, y, x, 64, BLOCK=64)
    finally:
        hooks.calls.clear()
    assert seen == ["add_kernel"]
    with pytest.raises(RuntimeError, match="meta"):
        add_kernel[(1,)](torch.empty(64, device="meta"), y, x, 64, BLOCK=64)
    counts = torch.zeros(16, device="cuda")
    for _ in range(2):
        step_kernel[(1,)](counts, BLOCK=16)
    assert (counts == 4).all().item()
    global STEP
    before, STEP = STEP, tl.constexpr(3)
    try:
        with pytest.raises(RuntimeError, match="Global variable STEP has changed"):
            step_kernel[(1,)](counts, BLOCK=16)
    finally:
        STEP = before


def test_reinterpreted_tensor():
    x = torch.arange(16, device="cuda", dtype=torch.int32)
    out = torch.empty_like(x)
    seen = [triton.reinterpret(t, tl.uint32) for t in (x, x, out)]
    for launcher in (lambda kernel: kernel, ours.wrap):
        out.zero_()
        launcher(add_kernel)[(1,)](*seen, 16, BLOCK=16)
        assert torch.equal(out, x + x)
