"""Compiled functions: pointwise calls that run together give eager's bits, and nobody can tell but by the time."""

import gc
import os
import threading
import weakref

import numpy as np
import pytest
import vibetensor.torch as vt
from random_programs import RandomProgram, bits
from vibetensor import _C
from vibetensor.programs import deferred, explain

N = 1 << 14
RUNS = int(os.environ.get("VT_PROGRAMS", "300"))


def chain(x, y):
    z = (x * 2 + y).relu()
    return z * x.sigmoid() - (y / 3).exp()


def test_a_chain_is_one_pass_and_what_nobody_holds_is_not_written():
    x, y = vt.randn(N), vt.randn(N)
    seen = explain(chain, x, y)
    assert bits(seen.result) == bits(chain(x, y))
    assert (seen.fused_calls, seen.passes) == (8, 1)
    assert seen.groups[0]["outputs"] == (7,) and seen.groups[0]["bytes_written"] == 4 * N
    assert seen.groups[0]["bytes_read"] == 2 * 4 * N
    assert seen.bytes_saved == (11 + 8 - 3) * 4 * N  # reads and writes of the calls one by one, less those of the pass


@pytest.fixture
def all_sizes():
    """Calls of few elements are deferred too."""
    before = _C.program_exchange_fewest_elements(2)
    yield
    _C.program_exchange_fewest_elements(before)


@pytest.mark.parametrize("part", range(10))
def test_random_programs_have_eagers_bits(part, all_sizes):
    deferred_calls = 0
    for seed in range(part * RUNS // 10, (part + 1) * RUNS // 10):
        program = RandomProgram(seed)
        eager = [bits(v) for v in program.run(program.make_inputs())]
        seen = explain(program.run, program.make_inputs())
        deferred_calls += seen.fused_calls
        assert [bits(v) for v in seen.result] == eager, f"seed {seed}\n{seen}"
    assert deferred_calls > 0


def gradients(model_of, x):
    x = x.clone().requires_grad_()
    out = model_of(x)
    out.sum().backward()
    return [bits(out), bits(x.grad)]


def test_gradients_have_eagers_bits():
    x = vt.randn(64, 256)

    def norm(v):
        m = v.mean(-1, keepdim=True)
        return (v - m) * (((v - m) ** 2).mean(-1, keepdim=True) + 1e-5).rsqrt()

    def gated(v):
        return vt.nn.functional.silu(v * 2) * vt.tanh(v + 1) + v.exp().log1p()

    for f in (norm, gated, lambda v: gated(norm(v))):
        assert gradients(f, x) == gradients(vt.compile(f), x)


def rms_norm(x):
    return x * (x.square().mean(-1, keepdim=True) + 1e-6).rsqrt()


def softmax(x):
    e = (x - x.amax(-1, keepdim=True)).exp()
    return e / e.sum(-1, keepdim=True)


def layer_norm(x):
    mean = x.mean(-1, keepdim=True)
    d = x - mean
    return d * ((d * d).mean(-1) + 1e-5).rsqrt().unsqueeze(-1) + mean


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "float16"])
@pytest.mark.parametrize("shape", [(64, 256), (8, 16, 100), (1, 8192), (16, 8192)])
@pytest.mark.parametrize("fn", [rms_norm, softmax, layer_norm])
def test_norms_and_softmaxes_by_hand_are_one_pass(fn, shape, dtype):
    x = vt.randn(shape).to(getattr(vt, dtype))
    seen = explain(fn, x)
    assert bits(seen.result) == bits(fn(x))
    assert seen.passes == 1, seen


def test_reductions_that_end_a_group():
    def f(x):
        h = x * 2
        return [
            h.sum(),
            h.sum(0),
            h.t().sum(-1),
            h.mean((0, 1), keepdim=True),
            h[:, :8].sum(-1),
            (h.view(-1, 2) + 1).sum(-1),
            h.amax(-1),
            h.amin(-1, keepdim=True) + vt.ones(128, 1),
            (h > 0).sum(-1) * vt.arange(128),
            h.sum(-1, dtype=vt.float64),
        ]

    x = vt.randn(128, 128)
    assert [bits(t) for t in vt.compile(f)(x)] == [bits(t) for t in f(x)]


def test_values_per_row_meet_memory_per_row_and_transposes():
    def f(x, scale, square):
        s = x.sum(-1, keepdim=True)
        t = s * scale + scale.t().contiguous().t()
        u = x * t - s.squeeze(-1).unsqueeze(-1)
        v = s.expand(128, 128).t() + u  # every index sees another row's
        s += 1
        w = u + s
        return s, t, u, v, w, square.t() * s + square, s.squeeze(-1) + 1, s.view(-1)

    inputs = vt.randn(128, 128), vt.randn(128, 1), vt.randn(128, 128)
    assert [bits(t) for t in vt.compile(f)(*inputs)] == [bits(t) for t in f(*inputs)]


def test_two_forwards_before_their_backwards():
    f = lambda v: (v * 3).sigmoid() * v  # noqa: E731
    compiled = vt.compile(f)
    found = []
    for call in (f, compiled):
        a, b = (vt.linspace(-s, s, N).requires_grad_() for s in (1, 2))
        first, second = call(a), call(b)
        second.sum().backward()
        first.sum().backward()
        found.append([bits(t) for t in (first, second, a.grad, b.grad)])
    assert found[0] == found[1]


def test_a_forward_without_backward_lets_its_memory_go():
    compiled = vt.compile(lambda v: (v * 3).sigmoid() * v)
    x = vt.ones(N).requires_grad_()
    compiled(x)
    gc.collect()
    before = _C.live_counters()
    kept = weakref.ref(compiled(x))
    gc.collect()
    assert kept() is None
    assert _C.live_counters() == before


def test_retained_graphs_run_again():
    compiled = vt.compile(lambda v: (v * 3).sigmoid() * v)
    x = vt.linspace(-1, 1, N).requires_grad_()
    out = compiled(x).sum()
    out.backward(retain_graph=True)
    once = x.grad.clone()
    out.backward()
    assert bits(x.grad) == bits(once + once)
    with pytest.raises(RuntimeError, match="second time"):
        out.backward()


def test_an_exception_leaves_every_value_that_somebody_holds():
    held = []

    def fails(v):
        held.append(v * 2)
        held.append(held[0] + 1)
        raise KeyError("ours")

    x = vt.randn(N)
    with pytest.raises(KeyError, match="ours"):
        vt.compile(fails)(x)
    assert bits(held[0]) == bits(x * 2) and bits(held[1]) == bits(x * 2 + 1)
    assert not _C.program_is_deferring()


def test_outputs_belong_to_the_caller():
    compiled = vt.compile(lambda v: (v + 1) * 2)
    x = vt.zeros(N)
    first = compiled(x)
    second = compiled(x + 1)
    first.add_(100)
    assert float(first[0]) == 102 and float(second[-1]) == 4
    assert first.data_ptr() != second.data_ptr()


def test_live_handles_and_views_are_written():
    held = {}

    def f(v):
        held["middle"] = v * 2
        held["view"] = (v + 1).view(64, -1)[1:, ::2]
        return held["middle"] - 3

    x = vt.randn(N)
    out = vt.compile(f)(x)
    assert bits(held["middle"]) == bits(x * 2)
    assert bits(held["view"]) == bits((x + 1).view(64, -1)[1:, ::2])
    assert bits(out) == bits(x * 2 - 3)


def test_buffers_are_written():
    class Counts(vt.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("seen", vt.zeros(N))

        def forward(self, v):
            self.seen += v
            self.latest = self.seen * 2
            return v.relu() + self.seen

    x = vt.randn(N)
    plain, compiled = Counts(), Counts()
    wrapped = vt.compile(compiled)
    for _ in range(3):
        assert bits(plain(x)) == bits(wrapped(x))
        assert bits(plain.seen) == bits(compiled.seen) and bits(plain.latest) == bits(compiled.latest)


def test_hooks_see_values_and_may_change_them():
    def run(call):
        seen = []
        x = vt.linspace(-2, 2, N).requires_grad_()

        def f(v):
            h = v * 3
            h.register_hook(lambda g: seen.append(float(g.sum())) or g * 2)
            return h.sigmoid() * v

        out = call(f)(x)
        out.grad_fn.register_prehook(lambda g: seen.append(float(g[0][5])))
        x.register_post_accumulate_grad_hook(lambda p: seen.append(float(p.grad[7])))
        out.sum().backward()
        return seen, bits(x.grad)

    assert run(lambda f: f) == run(vt.compile)


def test_grads_are_written_and_accumulate():
    def run(call):
        p, q = vt.linspace(-1, 1, N).requires_grad_(), vt.ones(N).requires_grad_()
        f = call(lambda: (p * q).tanh() + p)
        for _ in range(3):
            f().sum().backward()
        return bits(p.grad), bits(q.grad)

    assert run(lambda f: f) == run(vt.compile)


def test_a_backward_inside_a_compiled_function():
    def run(call):
        p = vt.linspace(-1, 1, N).requires_grad_()

        def step(v):
            loss = ((p * v).tanh() + p).square().mean()
            loss.backward()
            with vt.no_grad():
                p.sub_(p.grad * 0.1)
                p.grad = None
            return loss.detach()

        f = call(step)
        return [bits(f(vt.full((N,), 0.5 + i))) for i in range(4)] + [bits(p)]

    assert run(lambda f: f) == run(vt.compile)


def test_writes_are_ordered_with_reads_by_storage():
    def f(v, w):
        early = v * 2  # reads v before it is written
        v[3:10] = 7
        late = v + 1
        view = w.view(128, -1)
        row = view[0] * 1.0
        a = w + early
        view.mul_(2)
        b = w + late
        w.t_()
        c = a * 2
        a.add_(1)
        flat = a.view(-1)
        flat[::2] = 0
        return early, late, row, a, b, c, v, w

    def inputs():
        vt.manual_seed(1)
        return vt.randn(128, 128), vt.randn(128, 128)

    assert [bits(t) for t in f(*inputs())] == [bits(t) for t in vt.compile(f)(*inputs())]


def test_in_place_chains_stay_one_pass():
    def f(v):
        h = v * 2
        h += 1
        h.relu_()
        h.mul_(v)
        return h

    x = vt.randn(N)
    seen = explain(f, x)
    assert bits(seen.result) == bits(f(x)) and seen.passes == 1 and seen.fused_calls == 4
    assert seen.result._version == f(x)._version == 3


def test_a_saved_tensor_that_was_written_to_raises():
    def f(v):
        h = v.sigmoid()
        out = h * 2
        h.mul_(3)
        return out

    x = vt.zeros(N).requires_grad_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        vt.compile(f)(x).sum().backward()


def test_double_backward():
    def run(call):
        x = vt.linspace(-1, 1, N).requires_grad_()
        out = call(lambda v: (v * v).sin() * v.exp())(x)
        (g,) = vt.autograd.grad(out.sum(), x, create_graph=True)
        (gg,) = vt.autograd.grad((g * g).sum(), x)
        return bits(g), bits(gg)

    assert run(lambda f: f) == run(vt.compile)


def test_values_are_read_where_python_asks_for_them():
    def f(v):
        h = v * 2 + 1
        read = [float(h[3]), h[5].item(), h.tolist()[:2], bool((h > 0).any()), int(h.argmax()), repr(h), h.numpy()[9]]
        with memoryview(h.numpy()) as m:
            read.append(m[4])
        read.append(vt.from_dlpack(np.from_dlpack(h * 3))[1].item())
        read.append(len({h.data_ptr(), h.data_ptr()}))
        if h[0] > 0:
            h = h * 5
        return read, h * 2

    x = vt.randn(N)
    (a, h), (b, k) = f(x), vt.compile(f)(x)
    assert a == b and bits(h) == bits(k)


def test_checks_of_values_see_what_waits():
    f = lambda v: vt.nn.functional.gaussian_nll_loss(v, v * 2, v * 0 - 1)  # noqa: E731
    with pytest.raises(ValueError, match="negative entry"):
        vt.compile(f)(vt.randn(N))


def test_memory_that_numpy_knows_is_not_read_later():
    def f(v, array):
        h = v * 2
        array[:] = 5
        w = vt.from_numpy(array)
        k = w + 1
        array[:] = 6
        return h, k

    x = vt.zeros(N)
    h, k = vt.compile(f)(x, x.numpy())
    assert float(h[0]) == 0 and float(k[0]) == 6


def test_random_numbers_come_in_eagers_order():
    def f(v):
        h = vt.nn.functional.dropout(v * 2, 0.5)
        return h + vt.rand(N) * vt.randn(N), vt.rand(3)

    x = vt.randn(N)
    found = []
    for call in (f, vt.compile(f)):
        vt.manual_seed(3)
        found.append([bits(t) for t in call(x)])
    assert found[0] == found[1]


def test_autocast_and_modes_are_above():
    layer = vt.nn.Linear(128, 128)

    def f(v):
        with vt.autocast("cpu", dtype=vt.bfloat16):
            h = layer(v)
            return (h * 2).float() + v.relu(), h

    x = vt.randn(128, 128)
    assert [bits(t) for t in f(x)] == [bits(t) for t in vt.compile(f)(x)]


def test_nested_scopes_and_generators():
    inner = vt.compile(lambda v: v * 2 + 1)
    outer = vt.compile(lambda v: inner(inner(v)) - 1)
    x = vt.randn(N)
    seen = explain(outer, x)
    assert bits(seen.result) == bits(((x * 2 + 1) * 2 + 1) - 1) and seen.passes == 1

    def pieces(v):
        for i in range(3):
            yield v * i + 1

    assert [bits(t) for t in vt.compile(pieces)(x)] == [bits(t) for t in pieces(x)]


def test_another_thread_sees_values_or_an_error():
    found = []

    def f(v):
        h = v * 2
        thread = threading.Thread(target=lambda: found.append(value_or_error(h)))
        thread.start()
        thread.join()
        return h

    def value_or_error(h):
        try:
            return float((h + 1).sum())
        except RuntimeError as error:
            return str(error)

    out = vt.compile(f)(vt.ones(N))
    assert found[0] == 3.0 * N or "another thread" in found[0] or "no memory" in found[0]
    assert float(out.sum()) == 2 * N


def test_inputs_that_alias_each_other():
    def f(a, b):
        c = a + b
        a.mul_(2)
        d = a + b
        return c, d

    def inputs():
        x = vt.arange(float(2 * N))
        return x[:N], x[N // 2 : N // 2 + N]

    assert [bits(t) for t in f(*inputs())] == [bits(t) for t in vt.compile(f)(*inputs())]


def test_transforms_inside_a_compiled_function():
    def f(v):
        h = v * 2
        return vt.func.vmap(lambda r: (r * 3 + 1).sin().sum())(h.view(64, -1)), vt.func.grad(
            lambda r: (r.sin() * r).sum()
        )(h)

    x = vt.randn(N)
    assert [bits(t) for t in f(x)] == [bits(t) for t in vt.compile(f)(x)]


def test_a_checkpointed_function():
    def run(call):
        x = vt.linspace(-1, 1, N).requires_grad_()
        body = lambda v: (v * 3).sigmoid() * v.exp()  # noqa: E731
        out = call(lambda v: vt.utils.checkpoint.checkpoint(body, v * 2, use_reentrant=False) + v)(x)
        out.sum().backward()
        return bits(out), bits(x.grad)

    assert run(lambda f: f) == run(vt.compile)


def test_long_programs_run_in_parts():
    def f(v):
        for i in range(400):
            v = v * 1.001 + i % 3
        return v

    x = vt.randn(N)
    seen = explain(f, x)
    assert bits(seen.result) == bits(f(x))
    assert 400 * 2 // 96 <= seen.passes < 20


def test_debugging_backends_fuse_nothing():
    inside = []
    f = lambda v: inside.append(_C.program_is_deferring()) or v * 2  # noqa: E731
    vt.compile(f, backend="eager")(vt.ones(N))
    vt.compile(f)(vt.ones(N))
    assert inside == [False, True]


def test_explain_shows_what_was_not_fused_and_why(tmp_path):
    def f(v):
        h = v * 2
        s = h.sum()
        return (h - s).relu()

    seen = explain(f, vt.randn(N))
    table = str(seen)
    assert "mul.Tensor" in table and "ran: no row" in table and "group 0" in table
    seen.save(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert page.startswith("<!doctype html>") and "relu" in page and "http" not in page
    with pytest.raises(RuntimeError, match="from outside"):
        deferred(lambda: explain(f, vt.randn(N)))()


def test_the_same_call_is_the_same_program():
    x, y = vt.randn(N), vt.randn(N)
    first, second = explain(chain, x, y), explain(chain, x, y)
    assert first.instructions == second.instructions and first.values == second.values
    assert [g["text"] for g in first.groups] == [g["text"] for g in second.groups]
