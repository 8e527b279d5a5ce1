"""What a program keeps in the place of tensors saved for backward, beside PyTorch."""

import threading

import numpy as np
import pytest
import torch
import vibetensor.torch as vt

BOTH = pytest.mark.parametrize("t", [vt, torch], ids=["vibetensor", "torch"])


def test_packed_tensors_and_gradients():
    def program(t):
        packed = []

        def pack(tensor):
            packed.append((tuple(tensor.shape), tensor is w))
            return tensor.detach().numpy().copy()

        t.manual_seed(0)
        x = t.linspace(-1, 1, 6).view(2, 3).requires_grad_()
        w = t.linspace(0, 1, 12).view(3, 4).requires_grad_()
        with t.autograd.graph.saved_tensors_hooks(pack, t.from_numpy):
            loss = ((x @ w).sigmoid() * x.exp().sum()).pow(2).sum()
        loss.backward()
        return [x.grad.tolist(), w.grad.tolist()], sorted(packed)

    ours, theirs = program(vt), program(torch)
    for a, b in zip(ours[0], theirs[0], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)
    assert ours[1] == theirs[1]


@BOTH
def test_second_derivatives(t):
    x = t.tensor([1.0, 2.0], requires_grad=True)
    with t.autograd.graph.saved_tensors_hooks(lambda s: s.clone(), lambda s: s):
        y = (x**3 * x.exp().log()).sum()
        (g,) = t.autograd.grad(y, x, create_graph=True)
        (h,) = t.autograd.grad(g.sum(), x)
    assert [round(v, 3) for v in g.tolist()] == [4.0, 32.0]
    assert [round(v, 3) for v in h.tolist()] == [12.0, 48.0]


@BOTH
def test_the_inner_hooks_hold(t):
    seen = []
    hooks = t.autograd.graph.saved_tensors_hooks
    x = t.ones(2, requires_grad=True)
    with hooks(lambda s: seen.append("outer") or s, lambda s: s):
        with hooks(lambda s: seen.append("inner") or s, lambda s: seen.append("unpack") or s):
            y = x.exp()
        z = y.sin()
    z.sum().backward()
    w = x.exp()
    w.sum().backward()
    assert seen == ["inner", "outer", "unpack"]


@BOTH
def test_save_on_cpu_and_functions(t):
    class Cube(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            result = x**3
            ctx.save_for_backward(x, result)
            return result

        @staticmethod
        def backward(ctx, g):
            x, result = ctx.saved_tensors
            assert result.tolist() == (x**3).tolist()
            return g * 3 * x**2

    x = t.tensor([1.0, 2.0], requires_grad=True)
    with t.autograd.graph.save_on_cpu():
        y = Cube.apply(x * 1)
    y.sum().backward()
    assert x.grad.tolist() == [3.0, 12.0]


@BOTH
def test_what_is_refused(t):
    x = t.ones(2, requires_grad=True)
    with (
        pytest.raises(RuntimeError, match="in place"),
        t.autograd.graph.saved_tensors_hooks(lambda s: s.mul_(2), lambda s: s),
    ):
        x.exp().sin()
    with t.autograd.graph.saved_tensors_hooks(lambda s: s, lambda s: 3):
        y = x.exp()
    with pytest.raises(TypeError, match="unpack_hook expected to be a Tensor"):
        y.sum().backward()
    with pytest.raises(ZeroDivisionError), t.autograd.graph.saved_tensors_hooks(lambda s: 1 / 0, lambda s: s):
        x.exp()
    refused = t.autograd.graph.saved_tensors_hooks(lambda s: s, lambda s: s)
    with t.autograd.graph.disable_saved_tensors_hooks("not here"), pytest.raises(RuntimeError, match="not here"):
        refused.__enter__()
    x.exp().sum().backward()  # nothing is left behind


def test_hooks_are_of_their_thread_and_memory_goes():
    seen = []
    x = vt.ones(2, requires_grad=True)
    with vt.autograd.graph.saved_tensors_hooks(lambda s: seen.append(1) or s, lambda s: s):
        thread = threading.Thread(target=lambda: x.exp().sum().backward())
        thread.start()
        thread.join()
    assert not seen
    import weakref

    class Kept:
        pass

    with vt.autograd.graph.saved_tensors_hooks(lambda s: Kept(), lambda s: vt.ones(2)):
        y = x.exp()
    kept = []
    with vt.autograd.graph.saved_tensors_hooks(
        lambda s: kept.append(weakref.ref(o := Kept())) or o, lambda s: vt.ones(2)
    ):
        y = x.exp()
    assert kept[0]() is not None
    y.sum().backward()
    del y
    assert kept[0]() is None


@BOTH
def test_hook_of_several_gradients(t):
    a, b, c = (t.full((2,), float(i), requires_grad=True) for i in range(3))
    calls = []
    handle = t.autograd.graph.register_multi_grad_hook(
        (a, b, c), lambda grads: calls.append([None if g is None else g.tolist() for g in grads])
    )
    (a * b).sum().backward()
    a.sum().backward(inputs=[a])
    assert calls == [[[1.0, 1.0], [0.0, 0.0], None], [[1.0, 1.0], None, None]]
    handle.remove()
    a.sum().backward()
    assert len(calls) == 2
    firsts = []
    with t.autograd.graph.register_multi_grad_hook((a, b), firsts.append, mode="any"):
        (a * b).sum().backward()
        (a * b).sum().backward()
    assert len(firsts) == 2 and all(isinstance(g, t.Tensor) for g in firsts)
    with pytest.raises(ValueError, match="mode"):
        t.autograd.graph.register_multi_grad_hook((a,), print, mode="some")


@BOTH
def test_kept_tensors_may_be_written_to(t):
    x = t.tensor([2.0, 3.0], requires_grad=True)
    with t.autograd.graph.allow_mutation_on_saved_tensors():
        y = x.clone()
        z = (y.exp() * y).sum()
        y.sin_()
        y[0] = 7
        z.backward()
    assert x.grad.tolist() == pytest.approx([(1 + v) * float(np.exp(v)) for v in (2.0, 3.0)], rel=1e-5)
    with t.autograd.graph.allow_mutation_on_saved_tensors():
        z = (x * x).sum()
    with pytest.raises(AssertionError, match="outside of the 'allow_mutation_on_saved_tensors' context"):
        z.backward()
