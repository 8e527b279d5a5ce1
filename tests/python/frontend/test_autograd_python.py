"""Python's side of autograd: Function, grad, backward's arguments, grad modes, gradcheck."""

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of, same


def functions(t):
    """Functions written by hand, on either side."""

    class Square(t.autograd.Function):
        @staticmethod
        def forward(ctx, x, scale, note=None):
            ctx.save_for_backward(x)
            ctx.scale, ctx.note = scale, note
            return scale * x * x

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return 2 * ctx.scale * x * grad, None, None

    class Split(t.autograd.Function):
        """Two outputs, one of integers; checks what backward is told."""

        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x, None, y)
            rounded = (x * 10).to(t.int64)
            ctx.mark_non_differentiable(rounded)
            return x * y, x + y, rounded

        @staticmethod
        def backward(ctx, grad_product, grad_sum, grad_rounded):
            x, none, y = ctx.saved_tensors
            assert none is None
            grads = [None, None]
            if ctx.needs_input_grad[0]:
                grads[0] = grad_product * y + grad_sum
            if ctx.needs_input_grad[1]:
                grads[1] = grad_product * x + grad_sum
            return tuple(grads)

    class Apart(t.autograd.Function):
        """forward and setup_context apart."""

        @staticmethod
        def forward(x, power):
            return x**power

        @staticmethod
        def setup_context(ctx, inputs, output):
            x, ctx.power = inputs
            ctx.save_for_backward(x, output)

        @staticmethod
        def backward(ctx, grad):
            x, output = ctx.saved_tensors
            return grad * ctx.power * output / x, None

    class Doubled(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    return Square, Split, Apart, Doubled


def use_of_functions(t):
    Square, Split, Apart, Doubled = functions(t)
    log = []
    x = t.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = t.tensor([0.5, -1.0, 2.0], requires_grad=True)
    out = Square.apply(x, 3.0)
    log += [out.tolist(), out.requires_grad, t.autograd.grad(out.sum(), x)[0].tolist()]
    product, total, rounded = Split.apply(x, y.detach())
    log += [rounded.requires_grad, rounded.tolist(), t.autograd.grad((product + total).sum(), x)[0].tolist()]
    product, total, _ = Split.apply(x, y)
    log.append([g.tolist() for g in t.autograd.grad(product.sum(), (x, y))])
    log.append(t.autograd.grad(Apart.apply(x, 3).sum(), x)[0].tolist())
    z = x * 1
    doubled = Doubled.apply(z)
    log += [doubled is z, z.tolist(), t.autograd.grad((z * z).sum(), x)[0].tolist()]
    (first,) = t.autograd.grad(Square.apply(x, 1.0).pow(2).sum(), x, create_graph=True)
    log.append(t.autograd.grad(first.sum(), x)[0].tolist())
    with t.no_grad():
        log.append(Square.apply(x, 1.0).requires_grad)
    log.append(Square.apply(x.detach(), 1.0).requires_grad)
    return log


def test_functions_match():
    assert use_of_functions(vt) == use_of_functions(torch)


def test_function_errors():
    class Wrong(vt.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x + y

        @staticmethod
        def backward(ctx, grad):
            return grad

    x = vt.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="expected 2, got 1"):
        Wrong.apply(x, x).sum().backward()

    class Raises(vt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        Raises.apply(x).sum().backward()
    with pytest.raises(NotImplementedError):
        vt.autograd.Function.apply(x)

    Square = functions(vt)[0]
    base = vt.ones(2, requires_grad=True) * 1
    out = Square.apply(base, 1.0)
    base.add_(1)
    with pytest.raises(RuntimeError, match="modified"):
        out.sum().backward()
    out = Square.apply(x, 1.0)
    out.sum().backward()
    with pytest.raises(RuntimeError, match="second time"):
        out.sum().backward()


def test_missing_gradients_are_zeros_or_none():
    seen = []

    class Two(vt.autograd.Function):
        materialize = True

        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(Two.materialize)
            return x * 1, x * 2

        @staticmethod
        def backward(ctx, a, b):
            seen.append(b if b is None else b.tolist())
            return a

    x = vt.ones(2, requires_grad=True)
    Two.apply(x)[0].sum().backward()
    Two.materialize = False
    Two.apply(x)[0].sum().backward()
    assert seen == [[0.0, 0.0], None]


def test_once_differentiable():
    from vibetensor.torch.autograd.function import once_differentiable

    class Once(vt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once_differentiable
        def backward(ctx, grad):
            return 2 * ctx.saved_tensors[0] * grad

    x = vt.tensor([3.0], requires_grad=True)
    assert vt.autograd.grad(Once.apply(x), x)[0].item() == 6.0
    seed = vt.ones(1, requires_grad=True)
    (first,) = vt.autograd.grad(Once.apply(x), x, seed, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.backward()


def gradients(t):
    log = []
    x = t.tensor([1.0, 2.0], requires_grad=True)
    y = t.tensor([3.0, 4.0], requires_grad=True)
    log.append([g.tolist() for g in t.autograd.grad((x * y).sum(), [x, y])])
    log.append(t.autograd.grad(x * y, x, grad_outputs=t.tensor([1.0, 10.0]))[0].tolist())
    log.append(t.autograd.grad((x * 2).sum(), [x, y], allow_unused=True)[1])
    log.append(t.autograd.grad((x * 2).sum(), [x, y], materialize_grads=True)[1].tolist())
    t.autograd.backward([(x * y).sum(), (x * x).sum()])
    log.append([x.grad.tolist(), y.grad.tolist()])
    (x * y).sum().backward(inputs=[x])
    log.append([x.grad.tolist(), y.grad.tolist()])
    out = (x * y).sum()
    out.backward(retain_graph=True)
    out.backward()
    log.append(x.grad.tolist())
    (x * y).backward(t.tensor([1.0, 0.0]))
    log.append(x.grad.tolist())
    return log


def test_gradients_match():
    assert gradients(vt) == gradients(torch)


BAD = [
    lambda t, x: (x * 2).backward(),
    lambda t, x: (x * 2).backward(t.ones(3)),
    lambda t, x: (x * 2).backward("x"),
    lambda t, x: x.detach().sum().backward(),
    lambda t, x: t.autograd.grad((x * 2).sum(), t.ones(1, requires_grad=True)),
    lambda t, x: t.autograd.grad((x * 2).sum(), []),
    lambda t, x: (x * 2).sum().backward(inputs=[]),
    lambda t, x: t.autograd.grad(x.sum(), x, materialize_grads=True, allow_unused=False),
]


@pytest.mark.parametrize("action", BAD)
def test_bad_requests_raise_as_pytorchs(action):
    with pytest.raises(Exception) as theirs:
        action(torch, torch.ones(2, requires_grad=True))
    with pytest.raises(theirs.type):
        action(vt, vt.ones(2, requires_grad=True))


def modes(t):
    log = []
    x = t.ones(2, requires_grad=True)

    @t.no_grad()
    def quiet():
        return (x * 2).requires_grad

    @t.no_grad
    def bare():
        return (x * 2).requires_grad

    @t.enable_grad()
    def loud():
        return (x * 2).requires_grad

    @t.no_grad()
    def generator():
        received = yield (x * 2).requires_grad
        yield received, t.is_grad_enabled()
        return 5

    log += [quiet(), bare(), t.is_grad_enabled()]
    with t.no_grad():
        log += [loud(), t.is_grad_enabled()]
        with t.enable_grad():
            log.append(t.is_grad_enabled())
        log.append(t.is_grad_enabled())
        with t.set_grad_enabled(True):
            log.append(t.is_grad_enabled())
        log.append(t.is_grad_enabled())
    running = generator()
    log += [next(running), t.is_grad_enabled(), running.send("hello"), t.is_grad_enabled()]
    t.set_grad_enabled(False)
    log.append(t.is_grad_enabled())
    t.set_grad_enabled(True)
    decorator = t.set_grad_enabled(False)(lambda: t.is_grad_enabled())
    log += [t.is_grad_enabled(), decorator(), t.is_grad_enabled()]
    try:
        with t.no_grad():
            raise KeyError
    except KeyError:
        log.append(t.is_grad_enabled())
    with t.inference_mode():
        log += [t.is_inference_mode_enabled(), (x * 2).requires_grad, t.is_grad_enabled()]
        with t.inference_mode(False):
            log += [t.is_inference_mode_enabled(), (x * 2).requires_grad]
    log += [t.is_inference_mode_enabled(), t.inference_mode()(lambda: t.is_inference_mode_enabled())()]
    return log


def test_modes_match():
    assert modes(vt) == modes(torch)


def test_one_context_object_nests_in_itself():
    manager = vt.no_grad()
    with manager, manager:
        assert not vt.is_grad_enabled()
    assert vt.is_grad_enabled()


def test_gradcheck_accepts_and_refuses():
    x = vt.tensor([[0.3, -1.2], [2.0, 0.7]], dtype=vt.float64, requires_grad=True)
    y = vt.tensor([[1.3, 0.2], [-1.0, 0.4]], dtype=vt.float64, requires_grad=True)
    assert vt.autograd.gradcheck(lambda a, b: (a * b).sin() @ b.t(), (x, y))
    assert vt.autograd.gradcheck(lambda a: a.t() * 2, (x,))
    assert vt.autograd.gradgradcheck(lambda a, b: a.exp() * b, (x, y))

    class Wrong(vt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 3

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    assert not vt.autograd.gradcheck(Wrong.apply, (x,), raise_exception=False)
    with pytest.raises(RuntimeError, match="Jacobian mismatch"):
        vt.autograd.gradcheck(Wrong.apply, (x,))
    for t in (vt, torch):
        with pytest.warns(UserWarning, match="Input #1 requires gradient and is not a double precision floating point"):
            t.autograd.gradcheck(lambda n, a: a * n, (2, t.ones(1, requires_grad=True)), eps=1e-3, atol=1e-2)
    with pytest.raises(ValueError):
        vt.autograd.gradcheck(lambda a: a * 2, (vt.ones(1, dtype=vt.float64),))
    with pytest.raises(NotImplementedError):
        vt.autograd.gradcheck(lambda a: a * 2, (x,), check_batched_grad=True)


def test_deepcopy_of_tensors():
    import copy

    leaf = vt.ones(2, requires_grad=True)
    leaf.grad = vt.full((2,), 3.0)
    leaf.note = ["mine"]
    copied = copy.deepcopy(leaf)
    assert copied.requires_grad and copied.grad.tolist() == [3.0, 3.0] and copied.note == ["mine"]
    assert copied.note is not leaf.note and copied.grad is not leaf.grad
    with pytest.raises(RuntimeError, match="leaves"):
        copy.deepcopy(leaf * 2)
    same(copied.detach(), torch.ones(2))
    assert ours_of(torch.ones(2, requires_grad=True)).requires_grad


def by_edges(t):
    """Gradients from and to edges of the graph, the tensors gone."""
    x, w = t.arange(1.0, 4, requires_grad=True), t.tensor([0.5, -1, 2], requires_grad=True)
    inner, edge_of = x * w, t.autograd.graph.get_gradient_edge
    edge, end = edge_of(inner), inner.sin().sum()
    del inner
    found = [edge.output_nr, edge_of(x).output_nr, *t.autograd.grad(end, [edge, edge_of(x), w], retain_graph=True)]
    t.autograd.backward(edge, t.ones(3), inputs=[x], retain_graph=True)
    found += [x.grad, w.grad]
    t.autograd.backward(edge_of(end), inputs=edge_of(w), retain_graph=True)
    parts = t.unbind(t.ones(2, 2, requires_grad=True) * 2)
    found += [w.grad, edge_of(parts[1]).output_nr]
    stranger = edge_of(t.ones(2, requires_grad=True))
    return [*found, t.autograd.grad(end, stranger, allow_unused=True)]


def test_gradient_edges():
    same(by_edges(vt), by_edges(torch))


def test_wrong_gradient_edges():
    graph = vt.autograd.graph
    x = vt.ones(3, requires_grad=True)
    inner = x * 2
    end, edge = inner.sum(), graph.get_gradient_edge(inner)
    stranger = graph.get_gradient_edge(vt.ones(2, requires_grad=True))
    for message, call in (
        ("does not require grad", lambda: graph.get_gradient_edge(vt.ones(1))),
        ("MulBackward0 has no result 5", lambda: vt.autograd.grad(end, [graph.GradientEdge(edge.node, 5)])),
        ("does not start with a node", lambda: vt.autograd.grad(end, [(3, 4)])),
        ("only for scalar outputs", lambda: vt.autograd.backward(edge)),
        ("Mismatch in shape", lambda: vt.autograd.backward(edge, vt.ones(2))),
        ("to be leaves", lambda: vt.autograd.backward(end, inputs=[edge], retain_graph=True)),
        ("not have been used", lambda: vt.autograd.grad(end, stranger, retain_graph=True)),
        ("is a GradientEdge", lambda: vt.autograd.grad(end, stranger, retain_graph=True, materialize_grads=True)),
    ):
        with pytest.raises((RuntimeError, TypeError), match=message):
            call()
    assert vt.autograd.grad(end, edge)[0].tolist() == [1, 1, 1]
