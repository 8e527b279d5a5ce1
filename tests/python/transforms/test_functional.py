"""torch.autograd.functional and torch.autograd.forward_ad against PyTorch's."""

from __future__ import annotations

import pytest
import vibetensor.torch as vt
import vibetensor.torch.autograd.forward_ad as fwAD
from both_sides import agree, fails_on_both, values


@pytest.mark.parametrize("create_graph", [False, True])
def test_products(create_graph):
    x, y, v = values((3, 2), (2,), (3,))

    def program(t, x, y, v):
        F = t.autograd.functional

        def f(x, y):
            return (x @ y).sin()

        def number(x, y):
            return (x @ y).sin().sum()

        return [
            F.vjp(f, (x, y), v, create_graph=create_graph),
            F.vjp(lambda x: x.sum(), x, create_graph=create_graph),
            F.jvp(f, (x, y), (x * 2, y), create_graph=create_graph),
            F.jvp(lambda x: (x.exp(), x.sum()), x, x, create_graph=create_graph),
            F.vhp(number, (x, y), (x, y), create_graph=create_graph),
            F.hvp(number, (x, y), (x, y), create_graph=create_graph),
            F.hvp(lambda x: (x**3).sum(), x, x, create_graph=create_graph),
        ]

    agree(program, x, y, v, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("vectorize", [False, True])
def test_matrices(vectorize):
    x, y = values((3, 2), (2,))

    def program(t, x, y):
        F = t.autograd.functional

        def f(x, y):
            return (x @ y).sin()

        return [
            F.jacobian(f, (x, y), vectorize=vectorize),
            F.jacobian(t.exp, x, vectorize=vectorize),
            F.jacobian(lambda x: (x.sum(0), x.exp()), x, vectorize=vectorize),
            F.jacobian(lambda x: y, x, vectorize=vectorize),
            F.hessian(lambda x, y: f(x, y).sum(), (x, y), vectorize=vectorize),
            F.hessian(lambda x: (x**3).sum(), x, vectorize=vectorize),
        ]

    agree(program, x, y, rtol=1e-9, atol=1e-9)


def test_forward_mode():
    def program(t, x, y):
        F = t.autograd.functional
        options = {"vectorize": True, "strategy": "forward-mode"}
        return F.jacobian(lambda x, y: (x @ y).sin(), (x, y), **options), F.jacobian(t.exp, x, **options)

    agree(program, *values((3, 2), (2,)))


def test_graphs_of_matrices():
    def program(t, x):
        x.requires_grad_()
        t.autograd.functional.jacobian(lambda x: x**3, x, create_graph=True).sum().backward()
        return x.grad

    agree(program, *values((3,)))


@pytest.mark.parametrize(
    "call",
    [
        lambda F, x: F.jacobian(lambda x: 3, x),
        lambda F, x: F.jacobian(lambda x: x.detach() * 0 + 1, x, strict=True),
        lambda F, x: F.vjp(lambda x: x * 2, x),
        lambda F, x: F.vjp(lambda x: x * 2, x, x[:1]),
        lambda F, x: F.hessian(lambda x: x * 2, x),
        lambda F, x: F.jvp(lambda x: x * 2, [x], x),
        lambda F, x: F.jacobian(lambda x: x, x, strategy="sideways"),
    ],
)
def test_bad_calls(call):
    fails_on_both(lambda t, x: call(t.autograd.functional, x), *values((3,)))


def test_dual_tensors():
    x, y = values((3,), (3,))

    def program(t, x, y):
        import importlib

        fw = importlib.import_module(f"{t.__name__}.autograd.forward_ad")
        with fw.dual_level():
            dual = fw.make_dual(x, y)
            of = dual.sin() * dual
            view = of.view(3, 1)[1:]
            plain = fw.unpack_dual(x.sin())
            parts = fw.unpack_dual(dual)
            return [parts.primal, parts.tangent, fw.unpack_dual(of), fw.unpack_dual(view), plain.primal, plain.tangent]

    agree(program, x, y)


def test_dual_tensors_and_gradients():
    """Forward over reverse: a product with the Hessian."""
    x, v = vt.tensor([1.0, 2.0]), vt.tensor([1.0, -1.0])
    with fwAD.dual_level():
        dual = fwAD.make_dual(x, v)
        gradient = vt.func.grad(lambda x: (x**3).sum())(dual)
        assert fwAD.unpack_dual(gradient).tangent.tolist() == [6.0, -12.0]
    assert vt.is_grad_enabled()


def test_dual_tensors_are_refused():
    with pytest.raises(RuntimeError, match="no level exists"):
        fwAD.make_dual(vt.ones(2), vt.ones(2))
    with fwAD.dual_level():
        with pytest.raises(ValueError, match="floating point"):
            fwAD.make_dual(vt.ones(2, dtype=vt.int64), vt.ones(2))
        with pytest.raises(RuntimeError, match="like its primal"):
            fwAD.make_dual(vt.ones(2), vt.ones(3))
        with pytest.raises(RuntimeError, match="Nested"):
            fwAD.enter_dual_level()
    with pytest.raises(RuntimeError, match="last one"):
        fwAD.exit_dual_level()
