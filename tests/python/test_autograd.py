"""Autograd's semantics: each program runs on PyTorch and on VibeTensor and must give the same numbers or the same error."""

from __future__ import annotations

import pytest
import torch as reference
import vibetensor.torch as vt
from compare import outcome, same

PROGRAMS = []


def program(fn):
    PROGRAMS.append(fn)
    return fn


def leaf(torch, *shape, seed=0):
    """A float64 leaf with the same values on both sides."""
    torch.manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64).requires_grad_()


@program
def gradient_of_a_product(torch):
    x, y = leaf(torch, 3), leaf(torch, 3, seed=1)
    (x * y).sum().backward()
    return x.grad, y.grad


@program
def gradients_accumulate(torch):
    x = leaf(torch, 3)
    (x * 2).sum().backward()
    (x * 3).sum().backward()
    return x.grad


@program
def same_leaf_twice(torch):
    x = leaf(torch, 3)
    (x * x + x).sum().backward()
    return x.grad


@program
def broadcast_gradients_are_summed(torch):
    x, y = leaf(torch, 3, 1), leaf(torch, 4)
    (x * y).sum().backward()
    return x.grad, y.grad


@program
def second_backward_raises(torch):
    x = leaf(torch, 3)
    y = (x * x).sum()
    y.backward()
    y.backward()


@program
def retain_graph(torch):
    x = leaf(torch, 3)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    return x.grad


@program
def create_graph(torch):
    x = leaf(torch, 3)
    (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
    (gg,) = torch.autograd.grad((g * g).sum(), x)
    return g, gg


@program
def grad_of_intermediate(torch):
    x = leaf(torch, 3)
    y = x.sin()
    z = (y * y).sum()
    return torch.autograd.grad(z, [y, x])


@program
def unused_input_raises(torch):
    x, y = leaf(torch, 3), leaf(torch, 3)
    return torch.autograd.grad((x * 2).sum(), [x, y])


@program
def unused_input_allowed(torch):
    x, y = leaf(torch, 3), leaf(torch, 3)
    g = torch.autograd.grad((x * 2).sum(), [x, y], allow_unused=True)
    return g[0], g[1] is None


@program
def backward_with_inputs(torch):
    x, y = leaf(torch, 3), leaf(torch, 3)
    (x * y).sum().backward(inputs=[x])
    return x.grad, y.grad is None


@program
def non_scalar_needs_gradient(torch):
    (leaf(torch, 3) * 2).backward()


@program
def given_gradient(torch):
    x = leaf(torch, 3)
    (x * 2).backward(torch.arange(3, dtype=torch.float64))
    return x.grad


@program
def gradient_of_wrong_shape(torch):
    (leaf(torch, 3) * 2).backward(torch.ones(4, dtype=torch.float64))


@program
def no_grad_stops_recording(torch):
    x = leaf(torch, 3)
    with torch.no_grad():
        y = x * 2
    return y.requires_grad, y.is_leaf


@program
def enable_grad_inside_no_grad(torch):
    x = leaf(torch, 3)
    with torch.no_grad(), torch.enable_grad():
        y = x * 2
    return y.requires_grad


@program
def detach_shares_memory(torch):
    x = leaf(torch, 3)
    d = x.detach()
    d[0] = 7
    return x, d.requires_grad


@program
def detached_write_is_noticed(torch):
    x = leaf(torch, 3)
    y = x * 2
    z = y * y
    y.detach().zero_()
    z.sum().backward()


@program
def inplace_on_leaf_raises(torch):
    leaf(torch, 3).add_(1)


@program
def inplace_on_view_of_leaf_raises(torch):
    leaf(torch, 3)[0:2].add_(1)


@program
def inplace_under_no_grad(torch):
    x = leaf(torch, 3)
    with torch.no_grad():
        x.add_(1)
    return x, x.requires_grad


@program
def inplace_spoils_saved_tensor(torch):
    x = leaf(torch, 3)
    y = x * 2
    z = y * y
    y.add_(1)
    z.sum().backward()


@program
def inplace_spoils_saved_result(torch):
    y = leaf(torch, 3).exp()
    y.mul_(2)
    y.sum().backward()


@program
def inplace_on_intermediate(torch):
    x = leaf(torch, 3)
    y = x * 2
    y.mul_(x)
    y.sum().backward()
    return x.grad


@program
def inplace_keeps_old_self(torch):
    x = leaf(torch, 3)
    y = x * 2
    y.sin_()
    y.sum().backward()
    return x.grad


@program
def inplace_on_view_of_intermediate(torch):
    x = leaf(torch, 4)
    y = x * 2
    v = y[1:3]
    v.mul_(3)
    (y * torch.arange(4, dtype=torch.float64)).sum().backward()
    return x.grad


@program
def view_sees_write_to_base(torch):
    x, w = leaf(torch, 4), leaf(torch, 4, seed=1)
    y = x * 2
    v = y[1:3]
    y.mul_(w)
    v.sum().backward()
    return x.grad, w.grad


@program
def sibling_views(torch):
    x = leaf(torch, 4)
    y = x * 2
    a, b = y[0:3], y[1:4]
    a.mul_(5)
    (b * b).sum().backward()
    return x.grad


@program
def view_of_view_written(torch):
    x = leaf(torch, 2, 3)
    y = x * 1
    y.t()[1].mul_(4)
    (y * y).sum().backward()
    return x.grad


@program
def view_of_plain_base_written_with_gradient(torch):
    w = leaf(torch, 3)
    base = torch.zeros(2, 3, dtype=torch.float64)
    row = base[0]
    row.add_(w)
    (base * 2).sum().backward()
    return w.grad, base.requires_grad, row.requires_grad


@program
def plain_base_written_then_view_read(torch):
    w = leaf(torch, 3)
    base = torch.zeros(3, dtype=torch.float64)
    view = base[0:2]
    base.mul_(2).add_(w)
    view.sum().backward()
    return w.grad


@program
def setitem_is_recorded(torch):
    x, w = leaf(torch, 4), leaf(torch, 2, seed=1)
    y = x * 1
    y[1:3] = w
    (y * y).sum().backward()
    return x.grad, w.grad


@program
def write_to_multi_output_view_raises(torch):
    y = leaf(torch, 4) * 1
    y.unbind(0)[0].mul_(2)


@program
def write_to_no_grad_view_raises(torch):
    y = leaf(torch, 4) * 1
    with torch.no_grad():
        v = y[0:2]
    v.mul_(2)


@program
def double_backward_through_inplace_view(torch):
    x = leaf(torch, 3)
    y = x * x
    y[0:2].mul_(x[1:3])
    (g,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
    (gg,) = torch.autograd.grad(g.sum(), x)
    return g, gg


@program
def leaf_hook_replaces_gradient(torch):
    x = leaf(torch, 3)
    handle = x.register_hook(lambda g: g * 10)
    (x * 2).sum().backward()
    handle.remove()
    (x * 2).sum().backward()
    return x.grad


@program
def leaf_hook_runs_where_its_gradient_is_taken_out(torch):
    x = leaf(torch, 3)
    x.register_hook(lambda g: g * 10)
    return torch.autograd.grad((x * 2).sum(), x)


@program
def non_leaf_hooks_run_in_order(torch):
    seen = []
    x = leaf(torch, 3)
    y = x * 2
    y.register_hook(lambda g: seen.append("first"))
    y.register_hook(lambda g: (seen.append("second"), g * 3)[1])
    (y * y).sum().backward()
    return x.grad, seen


@program
def retain_grad(torch):
    x = leaf(torch, 3)
    y = x * 2
    y.retain_grad()
    (y * y).sum().backward()
    return y.grad, x.grad


@program
def retain_grad_after_inplace(torch):
    x = leaf(torch, 3)
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    (y * y).sum().backward()
    return y.grad


@program
def post_accumulate_hook(torch):
    seen = []
    x = leaf(torch, 3)
    x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.tolist()))
    (x * 2).sum().backward()
    return seen


@program
def hook_on_tensor_without_grad_raises(torch):
    torch.ones(3).register_hook(lambda g: g)


@program
def node_hooks(torch):
    seen = []
    x = leaf(torch, 3)
    y = (x * 2).sum()
    y.grad_fn.register_hook(lambda outputs, inputs: seen.append((len(outputs), len(inputs))))
    y.backward()
    return seen


@program
def requires_grad_of_integers_raises(torch):
    torch.ones(3, dtype=torch.int64).requires_grad_()


@program
def requires_grad_of_non_leaf_raises(torch):
    y = leaf(torch, 3) * 2
    y.requires_grad = False


@program
def data_assignment(torch):
    x = leaf(torch, 3)
    x.data = torch.zeros(3, dtype=torch.float64)
    (x + 1).sum().backward()
    return x, x.grad


@program
def data_write_is_not_noticed(torch):
    x = leaf(torch, 3)
    y = x * 2
    z = y * y
    y.data.zero_()
    z.sum().backward()
    return x.grad


@program
def grad_assignment_checks_shape(torch):
    leaf(torch, 3).grad = torch.zeros(4, dtype=torch.float64)


@program
def out_with_grad_raises(torch):
    torch.add(leaf(torch, 3), 1, out=torch.empty(3, dtype=torch.float64))


@program
def inference_mode(torch):
    x = leaf(torch, 3)
    with torch.inference_mode():
        y = x * 2
    return y.requires_grad, y.is_inference()


@program
def inference_tensor_cannot_be_saved(torch):
    x = leaf(torch, 3)
    with torch.inference_mode():
        c = torch.ones(3, dtype=torch.float64)
    return (x * c).sum()


@program
def inference_tensor_written_outside(torch):
    with torch.inference_mode():
        c = torch.ones(3)
    c.add_(1)


@program
def mixed_dtype_gradients(torch):
    x = torch.ones(3, requires_grad=True)
    y = torch.ones(3, dtype=torch.float64, requires_grad=True)
    (x * y).sum().backward()
    return str(x.grad.dtype), str(y.grad.dtype), x.grad


@program
def integer_operand_has_no_gradient(torch):
    x = leaf(torch, 3)
    (x * torch.arange(3)).sum().backward()
    return x.grad


@program
def version_counts_writes(torch):
    x = torch.zeros(4)
    v = x[0:2]
    v.add_(1)
    x.mul_(2)
    return x._version, v._version, x.detach()._version, x.data._version


@program
def clone_is_differentiable(torch):
    x = leaf(torch, 3)
    x.clone().mul_(2).sum().backward()
    return x.grad


@program
def copy_into_buffer(torch):
    x = leaf(torch, 3)
    buffer = torch.zeros(2, 3, dtype=torch.float64)
    buffer[1].copy_(x)
    (buffer * buffer).sum().backward()
    return x.grad


@program
def grad_fn_names(torch):
    x = leaf(torch, 3)
    y = (x * 2).sum()
    return y.grad_fn.name(), y.grad_fn.next_functions[0][0].name(), x.grad_fn is None


@program
def parts_of_one_tensor(torch):
    """Gradients of parts that overlap, skip and repeat, some seen by hooks on the way."""
    x = leaf(torch, 6, 8)
    y = x * 2
    seen = []
    part = y[:, 2:6]
    part.register_hook(lambda g: seen.append(g.clone()))
    parts = [y[1], y[1], y[:, 3], y[::2, 1::3], y[4:], y[:, :4], y.narrow(1, 5, 3), y[-1, 7], y[2:2], part]
    loss = sum((p * (i + 1) * p).sum() for i, p in enumerate(parts))
    loss.backward()
    return x.grad, seen


@program
def steps_of_a_sequence(torch):
    x = leaf(torch, 5, 7, 3)
    h = torch.zeros(5, 3, dtype=torch.float64)
    for t in range(7):
        h = torch.tanh(h + x[:, t])
    (h.sum() + x[:, -1].sum()).backward()
    return x.grad


@program
def parts_twice_differentiated(torch):
    x = leaf(torch, 4, 6)
    a, b = x[:, :3], x[:, 3:]
    y = torch.cat([a * b.sin() - b, b * a.cos() + a], 1)
    (g,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
    (h,) = torch.autograd.grad((g * g * g).sum(), x)
    return g, h


@program
def a_gradient_kept_beside_its_parts(torch):
    x = leaf(torch, 4, 6)
    y = x * 1
    y.retain_grad()
    (y[:, :3] * y[:, 3:]).sum().backward(retain_graph=True)
    first = y.grad.clone()
    (y[:2] * 3 + y[1] * 2).sum().backward()
    return first, y.grad, x.grad


@program
def detach_inplace(torch):
    y = leaf(torch, 3) * 2
    y.detach_()
    return y.requires_grad, y.is_leaf


@pytest.mark.parametrize("fn", PROGRAMS, ids=lambda fn: fn.__name__)
def test_program_behaves_as_on_pytorch(fn):
    same(outcome(fn, vt), outcome(fn, reference), fn.__name__, rtol=1e-12, atol=1e-12)


def test_chain_of_a_million_ops_neither_overflows_in_backward_nor_when_freed():
    x = vt.ones(1, requires_grad=True)
    y = x
    for _ in range(1_000_000):
        y = y + 0
    y.backward()
    assert x.grad.item() == 1
    z = x
    for _ in range(1_000_000):
        z = z + 0
    del z


def test_nothing_outlives_a_backward():
    from vibetensor import _C

    def step():
        x = vt.randn(8, 8, requires_grad=True)
        y = (x @ x).relu() * 1
        y[0].mul_(2)
        y.sum().backward()

    step()
    before = _C.live_counters()
    for _ in range(10):
        step()
    assert _C.live_counters() == before


def test_gradient_buffers_are_independent():
    """A gradient that two leaves receive is not shared memory between them."""
    x, y = vt.ones(3, requires_grad=True), vt.ones(3, requires_grad=True)
    (x + y).sum().backward()
    x.grad.zero_()
    assert y.grad.tolist() == [1, 1, 1]


WINDOWS = {
    "as_strided": lambda x: x.as_strided((600, 2), (0, 1)),
    "as_strided, overlapping": lambda x: x.as_strided((40, 500), (1, 1)),
    "unfold": lambda x: x.unfold(0, 500, 1),
}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", WINDOWS)
def test_gradients_of_windows_lose_no_terms(name, dtype):
    """A 16-bit sum of as many terms stops growing at 256 or 2048: the terms are added up in float32."""

    def gradient(t, dtype):
        x = t.ones(540, dtype=getattr(t, dtype), requires_grad=True)
        WINDOWS[name](x).sum().backward()
        return x.grad

    exact = gradient(reference, "float64")
    assert gradient(vt, dtype).tolist() == exact.to(getattr(reference, dtype)).tolist()
