"""grad, vjp, jvp and Jacobians of torch.func: PyTorch's values, nested in every way."""

from __future__ import annotations

import pytest
import torch
import vibetensor.torch as vt
from both_sides import agree, fails_on_both, values
from compare import as_ours, same


def f(t, x, w):
    return (t.tanh(x @ w) ** 2).sum()


def test_grad():
    x, w = values((3, 4), (4, 2))

    def program(t, x, w):
        def of(x, w):
            return f(t, x, w)

        return [
            t.func.grad(of)(x, w),
            t.func.grad(of, argnums=(0, 1))(x, w),
            t.func.grad(of, argnums=-1)(x, w),
            t.func.grad_and_value(of, argnums=1)(x, w),
            t.func.grad(lambda x: (of(x, w), x * 2), has_aux=True)(x),
            t.func.grad(lambda p: of(p["x"], p["w"]))({"x": x, "w": w}),
        ]

    agree(program, x, w)


def test_of_higher_order():
    def program(t, x):
        def cube(x):
            return (x**3).sum() * x.sin().sum()

        first = t.func.grad(cube)
        second = t.func.grad(lambda x: first(x).sum())
        third = t.func.grad(lambda x: second(x).sum())
        return first(x), second(x), third(x)

    agree(program, *values((3,)))


def test_levels_do_not_mix():
    """The classic trap: the inner derivative must see the outer variable as a constant."""

    def program(t, x):
        return t.func.grad(lambda x: x * t.func.grad(lambda y: x * y)(t.ones((), dtype=x.dtype)))(x)

    agree(program, *values(()))


def test_what_is_recorded_outside():
    """A level leaves alone what is differentiated outside, and its results depend on it."""
    x, w = values((3,), (3,))

    def program(t, x, w):
        outer = w.requires_grad_()
        gradient = t.func.grad(lambda x: (outer * x * x).sum())(x)
        plain = t.func.grad(lambda x: (x * x).sum())(x)
        (gradient * t.arange(3, dtype=x.dtype)).sum().backward()
        with t.no_grad():
            unrecorded = t.func.grad(lambda x: (outer * x * x).sum())(x)
        return gradient.detach(), outer.grad, gradient.requires_grad, plain.requires_grad, unrecorded.requires_grad

    agree(program, x, w)


def test_inputs_stay_as_they_are():
    x = vt.ones(3)
    vt.func.grad(lambda x: (x * x).sum())(x)
    assert x.grad is None and not x.requires_grad
    p = vt.nn.Parameter(vt.ones(3))
    found = vt.func.grad(lambda p: (p * p).sum())(p)
    assert p.grad is None and found.tolist() == [2.0] * 3


def test_writes_inside():
    def program(t, x):
        def f(x):
            y = x.clone()
            y[1:].mul_(x[0])
            y[0] = x[2] ** 2
            return (y * y).sum()

        return t.func.grad(f)(x), t.vmap(t.func.grad(f))(t.stack([x, x + 1])), t.func.hessian(f)(x)

    agree(program, *values((3,)))


def test_what_is_detached_is_constant_at_every_level():
    def program(t, x):
        def f(a):
            return (a.detach() * a).sum()

        def unrecorded(a):
            with t.no_grad():
                b = a * 2
            return (a * b).sum()

        both = [lambda x, f=f: t.vmap(f)(x).sum() for f in (f, unrecorded)]
        return [*(t.func.grad(g)(x) for g in both), t.vmap(t.func.grad(f))(x), t.vmap(t.func.grad(unrecorded))(x)]

    agree(program, *values((2, 3)))


def test_data_is_detached_too():
    """PyTorch refuses it inside vmap."""
    x = vt.tensor([[1.0, 2.0], [3.0, 4.0]])
    found = vt.func.grad(lambda x: vt.vmap(lambda a: (a.data * a).sum())(x).sum())(x)
    assert found.tolist() == x.tolist()


def test_vjp_and_jvp():
    x, w, v = values((3, 4), (4, 2), (3, 2))

    def program(t, x, w, v):
        y, pull = t.func.vjp(lambda x, w: t.tanh(x @ w), x, w)
        several = t.func.vjp(lambda x: {"a": x.sum(), "b": (x * 2,)}, x)
        along = t.ones_like(x)
        return [
            y, pull(v), pull(v * 2),
            several[0], several[1]({"a": t.ones((), dtype=x.dtype), "b": (x,)}),
            t.func.vjp(lambda x: (x.sum(), x), x, has_aux=True)[2],
            t.func.jvp(lambda x: t.tanh(x @ w), (x,), (along,)),
            t.func.jvp(lambda x, w: (x @ w, x.sum()), (x, w), (along, t.ones_like(w))),
            t.func.jvp(lambda x: (x.exp(), x), (x,), (along,), has_aux=True),
            t.func.linearize(lambda x: t.tanh(x @ w), x)[1](along),
            t.func.jvp(lambda x: t.func.jvp(t.sin, (x,), (along,))[1], (x,), (along,)),
            t.func.jvp(t.func.grad(lambda x: f(t, x, w)), (x,), (along,)),
            t.func.grad(lambda x: t.func.jvp(lambda x: f(t, x, w), (x,), (along,))[1])(x),
        ]  # fmt: skip

    agree(program, x, w, v, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("chunk_size", [None, 1, 4])
def test_jacobians(chunk_size):
    x, w = values((3, 2), (2, 2))

    def program(t, x, w):
        def g(x, w):
            return t.tanh(x @ w), {"s": x.sum(0)}

        return [
            t.func.jacrev(g, chunk_size=chunk_size)(x, w),
            t.func.jacrev(g, argnums=(0, 1), chunk_size=chunk_size)(x, w),
            t.func.jacfwd(g, argnums=(0, 1))(x, w),
            t.func.jacrev(lambda x: (x * x, x), has_aux=True)(x),
            t.func.jacfwd(lambda p: p["x"] @ p["w"])({"x": x, "w": w}),
            t.func.hessian(lambda x, w: f(t, x, w), argnums=(0, 1))(x, w),
            t.func.jacrev(t.func.jacfwd(lambda x: f(t, x, w)))(x),
            t.func.jacfwd(t.func.jacrev(lambda x: f(t, x, w)))(x),
            t.vmap(t.func.jacrev(lambda r: t.tanh(r @ w)))(x),
            t.vmap(t.func.hessian(lambda r: t.tanh(r @ w).sum()))(x),
            t.vmap(t.func.jacfwd(lambda r: t.tanh(r @ w)))(x),
        ]

    agree(program, x, w, rtol=1e-9, atol=1e-9)


def test_jacobians_depend_on_what_is_outside():
    x, w = values((3,), (3,))

    def program(t, x, w):
        w.requires_grad_()
        for jacobian in (t.func.jacrev, t.func.jacfwd):
            jacobian(lambda x: (x * w).sin())(x).sum().backward()
        return w.grad

    agree(program, x, w)


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: t.func.grad(lambda x: x * 2)(x),
        lambda t, x: t.func.grad(lambda x: 3.0)(x),
        lambda t, x: t.func.grad(t.sum, argnums=1)(x),
        lambda t, x: t.func.grad(t.sum, argnums=())(x),
        lambda t, x: t.func.grad(t.sum, argnums="x")(x),
        lambda t, x: t.func.grad(lambda x: x.sum(), has_aux=True)(x),
        lambda t, x: t.func.grad(lambda n: x.sum() * n)(3.0),
        lambda t, x: t.func.vjp(t.sin, x)[1](x[:1]),
        lambda t, x: t.func.jvp(t.sin, (x,), (x[:1],)),
        lambda t, x: t.func.jvp(t.sin, x, x),
        lambda t, x: t.func.vjp(lambda x: 3, x),
        lambda t, x: t.func.jacrev(t.sin, chunk_size=0)(x),
    ],
)
def test_bad_calls(call):
    fails_on_both(call, *values((3,)))


def test_functionalize_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="functionalize is not there yet"):
        vt.func.functionalize(vt.sin)


def models(kind):
    """(theirs, ours) with the same parameters."""

    def make(t):
        if kind == "mlp":
            return t.nn.Sequential(t.nn.Linear(6, 5), t.nn.Tanh(), t.nn.Linear(5, 3))
        if kind == "norms":
            return t.nn.Sequential(t.nn.Linear(6, 8), t.nn.LayerNorm(8), t.nn.ReLU(), t.nn.Linear(8, 3))
        return t.nn.Sequential(
            t.nn.Conv2d(1, 4, 3, stride=2, padding=1), t.nn.GroupNorm(2, 4), t.nn.ReLU(), t.nn.MaxPool2d(2),
            t.nn.Conv2d(4, 6, 2, groups=2), t.nn.Flatten(), t.nn.Linear(6, 3),
        )  # fmt: skip

    torch.manual_seed(0)
    theirs = make(torch).double()
    ours = make(vt).double()
    ours.load_state_dict(as_ours(dict(theirs.state_dict())))
    return theirs, ours


@pytest.mark.parametrize("kind", ["mlp", "norms", "conv"])
def test_gradients_of_each_sample(kind):
    """As PyTorch's tutorial on per-sample gradients has it, with cross entropy."""
    x = values((5, 1, 8, 8) if kind == "conv" else (5, 6))[0]
    target = torch.tensor([0, 2, 1, 1, 0])
    results = []
    for t, model, a, b in zip((torch, vt), models(kind), (x, as_ours(x)), (target, as_ours(target)), strict=True):
        params = {k: v.detach() for k, v in model.named_parameters()}

        def loss(params, sample, label, t=t, model=model):
            out = t.func.functional_call(model, params, (sample.unsqueeze(0),))
            return t.nn.functional.cross_entropy(out, label.unsqueeze(0))

        each = t.vmap(t.func.grad(loss), in_dims=(None, 0, 0))(params, a, b)
        chunked = t.vmap(t.func.grad(loss), in_dims=(None, 0, 0), chunk_size=2)(params, a, b)
        results.append([each, chunked])
    assert same(results[1], results[0], kind, 1e-9, 1e-10) == 2 * len(params)
    # and they are the gradients of samples one by one
    theirs = models(kind)[0]
    for i in range(5):
        theirs.zero_grad()
        torch.nn.functional.cross_entropy(theirs(x[i : i + 1]), target[i : i + 1]).backward()
        for name, p in theirs.named_parameters():
            same(results[1][0][name][i], p.grad, name, 1e-9, 1e-10)


def test_ensembles():
    x, *_ = values((4, 6))
    results = []
    for t, a in ((torch, x), (vt, as_ours(x))):
        made = [models("mlp")[0 if t is torch else 1] for _ in range(3)]
        for i, model in enumerate(made):
            for p in model.parameters():
                p.data.mul_(i + 1)
        params, buffers = t.func.stack_module_state(made)
        base = made[0]

        def call(p, b, x, t=t, base=base):
            return t.func.functional_call(base, (p, b), (x,))

        one_batch = t.vmap(call, in_dims=(0, 0, None))(params, buffers, a)
        own_batches = t.vmap(call, in_dims=(0, 0, 0))(params, buffers, t.stack([a, a + 1, a - 1]))
        one_batch.sum().backward()
        results.append([one_batch, own_batches, {k: p.grad for k, p in params.items()}])
        for i, model in enumerate(made):
            assert t.allclose(one_batch[i], model(a))
    assert same(results[1], results[0], "ensemble", 1e-9, 1e-10) > 3


def test_hessian_of_a_small_network():
    x = values((2, 6))[0]
    results = []
    for t, model, a in zip((torch, vt), models("mlp"), (x, as_ours(x)), strict=True):
        params = {k: v.detach() for k, v in model.named_parameters()}
        results.append(
            t.func.hessian(lambda p, t=t, m=model, a=a: t.func.functional_call(m, p, (a,)).pow(2).mean())(params)
        )
    assert same(results[1], results[0], "hessian", 1e-8, 1e-9) == 16


def test_neural_tangent_kernel():
    """The sum over parameters of J(x1) J(x2)^T, as the tutorial computes it."""
    x1, x2 = values((3, 6), (2, 6))
    results = []
    for t, model, a, b in zip((torch, vt), models("mlp"), (x1, as_ours(x1)), (x2, as_ours(x2)), strict=True):
        params = {k: v.detach() for k, v in model.named_parameters()}

        def one(p, x, t=t, m=model):
            return t.func.functional_call(m, p, (x.unsqueeze(0),)).squeeze(0)

        jac = [t.vmap(t.func.jacrev(one), (None, 0))(params, v) for v in (a, b)]
        flat = [[j.flatten(2) for j in side.values()] for side in jac]
        results.append(sum(t.einsum("Naf,Mbf->NMab", p, q) for p, q in zip(*flat, strict=True)))
    same(results[1], results[0], "ntk", 1e-9, 1e-9)


def test_batches_of_gradients():
    x, y = values((3,), (5, 4))

    def program(t, x, basis):
        x.requires_grad_()
        w = t.arange(12, dtype=x.dtype).view(3, 4)
        out = (x @ w).tanh()
        return t.autograd.grad(out, x, basis, is_grads_batched=True)

    agree(program, x, y)


def test_nothing_is_kept_alive():
    before = vt._C.live_counters() if hasattr(vt._C, "live_counters") else None
    from vibetensor import _C

    before = _C.live_counters()
    for _ in range(3):
        vt.vmap(vt.func.grad(lambda x: (x * x).sum()))(vt.ones(2, 3))
        vt.func.hessian(lambda x: (x**3).sum())(vt.ones(3))
        vt.func.jacfwd(vt.sin)(vt.ones(3))
    assert _C.live_counters() == before


WRITTEN_IN_COMPOSITES = {
    "index": lambda t, x: x[t.tensor([1, 0, 1]), t.tensor([2, 0, 0])],
    "index of rows": lambda t, x: x[t.tensor([1, 0, 1])],
    "index_put": lambda t, x: t.zeros(2, 3, dtype=x.dtype).index_put((t.tensor([1, 0]), t.tensor([2, 0])), x[:, 1]),
    "index_put accumulates": lambda t, x: (x * 2).index_put((t.tensor([1, 1]),), x[0], accumulate=True),
    "fill": lambda t, x: t.fill(t.zeros(2, 3, dtype=x.dtype), x[0, 1] ** 2),
}


@pytest.mark.parametrize("name", WRITTEN_IN_COMPOSITES)
def test_what_is_written_to_a_constant_is_recorded(name):
    """In vmap of grad, where the constant is one for all examples and what is written is a variable of the level.

    PyTorch gives twice the gradient of select_scatter here, so that has no row.
    """
    f = WRITTEN_IN_COMPOSITES[name]

    def program(t, x, w):
        def loss(x):
            return (f(t, x) ** 3).sum()

        batch = t.stack([x, w])
        found = [t.vmap(t.func.grad(loss))(batch), t.func.grad(lambda b: t.vmap(loss)(b).sum())(batch)]
        return [
            *found,
            *(getattr(t.func, way)(lambda x: f(t, x))(x) for way in ("jacrev", "jacfwd")),
            t.func.hessian(loss)(x),
        ]

    agree(program, *values((2, 3), (2, 3)))


CAPTURED_WRITES = {
    "add_": lambda t, c: c.add_(1),
    "of the variable": lambda t, c: c.add_(t.ones(3, dtype=t.float64)),
    "a view": lambda t, c: c[0].mul_(2),
    "an item": lambda t, c: c.__setitem__(0, 5.0),
    "detached": lambda t, c: c.detach().add_(1),
    "data": lambda t, c: c.data.add_(1),
    "copy_": lambda t, c: c.copy_(t.zeros(3, dtype=t.float64)),
    "index_add_": lambda t, c: c.index_add_(0, t.tensor([0, 0]), t.ones(2, dtype=t.float64)),
    "without grad": lambda t, c: t.no_grad()(lambda: c.add_(1))(),
}


@pytest.mark.parametrize("name", CAPTURED_WRITES)
def test_captured_tensors_are_not_written_to(name):
    """What is written to a tensor from outside would be missing in the derivative: an error, and nothing is written."""
    write = CAPTURED_WRITES[name]

    def program(t, x, c, way):
        def f(x):
            write(t, c)
            return (x * c).sum()

        if way == "jvp":
            return t.func.jvp(f, (x,), (x,))
        if way == "nested":
            return t.func.grad(lambda x: t.func.grad(f)(x).sum())(x)
        if way == "vmap inside":
            return t.func.grad(lambda x: t.vmap(f)(t.stack([x, x])).sum())(x)
        if way == "vmap outside":
            return t.vmap(t.func.grad(f))(t.stack([x, x]))
        return getattr(t.func, way)(f)(x) if way != "vjp" else t.func.vjp(f, x)

    for way in ("grad", "vjp", "jvp", "jacrev", "jacfwd", "hessian", "nested", "vmap inside", "vmap outside"):
        x, c = values((3,), (3,))
        assert "captured" in fails_on_both(lambda t, x, c, way=way: program(t, x, c, way), x, c), way
        ours, kept = as_ours(c.clone()), as_ours(c.clone())
        with pytest.raises(RuntimeError):
            program(vt, as_ours(x), ours, way)
        assert vt.equal(ours, kept)


def test_what_may_be_written_to():
    """Tensors made inside, on both sides of a vmap, and arguments that the function was given."""

    def program(t, x, c):
        def f(x, c, more):
            made = t.zeros_like(x).add_(x)
            made[0] = x[1] * 2
            made.add_(c.mul_(2)).mul_(more["b"].add_(1))
            return (made * x).sum()

        def through_vmap(x):
            total = t.zeros(3, dtype=x.dtype)
            total.add_(t.vmap(lambda v: v.clone().mul_(2).add_(v))(t.stack([x, x])).sum(0))
            return (total * x).sum()

        more = {"b": t.ones(3, dtype=x.dtype)}
        c = c.clone()
        out = [t.func.grad(f)(x, c, more), c, more["b"]]
        out += [t.func.grad(through_vmap)(x), t.vmap(t.func.grad(through_vmap))(t.stack([x, x]))]
        out += [t.func.jvp(lambda x: x.clone().mul_(x), (x,), (x,)), t.func.jacrev(lambda x: x.clone().mul_(x))(x)]
        after = c.add_(1)  # the levels are over
        return [*out, after]

    agree(program, *values((3,), (3,)))


def test_own_inputs_are_not_written_to():
    def program(t, x):
        return t.func.grad(lambda x: (x.add_(1) ** 2).sum())(x)

    fails_on_both(program, *values((3,)))


def test_dual_levels_let_anything_be_written_to():
    def program(t, x):
        seen = t.zeros((), dtype=x.dtype)
        with t.autograd.forward_ad.dual_level():
            dual = t.autograd.forward_ad.make_dual(x, t.ones_like(x))
            seen.add_(1)
            return seen, t.autograd.forward_ad.unpack_dual(dual * dual).tangent

    agree(program, *values((3,)))
