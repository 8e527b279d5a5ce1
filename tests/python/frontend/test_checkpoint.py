"""torch.utils.checkpoint beside PyTorch's: the same results and gradients, and less kept."""

import importlib

import pytest
import torch
import vibetensor.torch as vt
from compare import outcome, same

SIDES = [vt, torch]
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def checkpoint_of(t):
    return importlib.import_module(f"{t.__name__}.utils.checkpoint").checkpoint


def both(program):
    same(outcome(program, vt), outcome(program, torch))


def model_of(t):
    t.manual_seed(0)
    return t.nn.Sequential(t.nn.Linear(4, 8), t.nn.GELU(), t.nn.Dropout(0.5), t.nn.Linear(8, 4))


@pytest.mark.parametrize("use_reentrant", [True, False])
@pytest.mark.parametrize("leaf", [True, False])
def test_gradients(use_reentrant, leaf):
    def program(t, plain=False):
        model = model_of(t)
        x = t.linspace(-1, 1, 12).reshape(3, 4).requires_grad_()
        y = x if leaf else x * 2
        out = model(y) if plain else checkpoint_of(t)(model, y, use_reentrant=use_reentrant)
        out.square().sum().backward()
        return [out.detach(), x.grad, *(p.grad for p in model.parameters()), t.rand(2)]

    both(program)
    same(program(vt), program(vt, plain=True))


def test_without_gradients_of_the_inputs():
    def program(t, use_reentrant):
        model = model_of(t)
        out = checkpoint_of(t)(model, t.ones(2, 4), use_reentrant=use_reentrant)
        return [out.requires_grad, outcome(lambda t: out.sum().backward(), t), model[0].weight.grad]

    for use_reentrant in (True, False):
        both(lambda t, use_reentrant=use_reentrant: program(t, use_reentrant))


def test_what_only_the_newer_way_can():
    def program(t):
        checkpoint = checkpoint_of(t)
        weight, x = t.full((2,), 3.0, requires_grad=True), t.ones(2, requires_grad=True)

        def function(x, *, more):
            return {"a": x * weight * more[0], "b": [x.detach(), more[1], x.exp()]}

        out = checkpoint(function, x, more=[weight * 2, 5], use_reentrant=False)
        total = out["a"].sum() + out["b"][2].sum()
        grads = t.autograd.grad(total, [x, weight])
        return [out["a"].detach(), out["b"][0], out["b"][1], list(grads)]

    both(program)


def test_second_derivatives():
    def program(t):
        weight, x = t.full((2,), 3.0, requires_grad=True), t.ones(2, requires_grad=True)
        out = checkpoint_of(t)(lambda y: (y * weight).exp(), x * 2, use_reentrant=False)
        grads = t.autograd.grad(out.sum(), [x, weight], create_graph=True)
        return list(t.autograd.grad(grads[0].sum() + grads[1].sum(), [x, weight]))

    both(program)
    weight = vt.ones(2, requires_grad=True)
    out = checkpoint_of(vt)(lambda y: y * weight, weight * 2, use_reentrant=False)
    with pytest.raises(NotImplementedError, match="second derivatives"):
        vt.autograd.grad(out.sum(), [weight], create_graph=True)


def test_a_leaf_that_is_an_argument_and_reached_by_the_function_too():
    def program(t):
        x = t.full((2,), 2.0, requires_grad=True)
        checkpoint_of(t)(lambda y: y * y * x, x, use_reentrant=False).sum().backward()
        return x.grad

    both(program)


def test_nested_and_repeated():
    def program(t):
        checkpoint = checkpoint_of(t)
        x = t.ones(3, requires_grad=True)
        inner = lambda y: checkpoint(t.exp, y * 2, use_reentrant=False).sin()  # noqa: E731
        out = checkpoint(inner, x, use_reentrant=False).sum()
        out.backward(retain_graph=True)
        out.backward()
        return [out.detach(), x.grad]

    both(program)


def test_a_closure_over_what_was_computed():
    def program(t):
        x = t.ones(3, requires_grad=True)
        y = x * 3
        out = checkpoint_of(t)(lambda z: z * y, x, use_reentrant=False)
        out.sum().backward()
        return x.grad

    both(program)


def test_autocast_is_that_of_the_first_run():
    def program(t):
        linear = t.nn.Linear(4, 4)
        seen = []

        def function(x):
            y = linear(x)
            seen.append(str(y.dtype))
            return y

        with t.autocast("cpu", dtype=t.bfloat16):
            out = checkpoint_of(t)(function, t.ones(1, 4), use_reentrant=False)
        out.sum().backward()
        return set(seen)

    both(program)


def test_contexts_of_both_runs():
    def program(t):
        from contextlib import contextmanager

        seen = []

        @contextmanager
        def note(what):
            seen.append(what)
            yield

        x = t.ones(1, requires_grad=True)
        out = checkpoint_of(t)(t.exp, x, use_reentrant=False, context_fn=lambda: (note("first"), note("second")))
        seen.append("between")
        out.sum().backward()
        return seen

    both(program)


@pytest.mark.parametrize(
    "options",
    [
        {"use_reentrant": True, "debug": True},
        {"use_reentrant": True, "nonsense": 1},
        {"use_reentrant": False, "determinism_check": "never"},
    ],
)
def test_arguments_that_do_not_go_together(options):
    x = {t: t.ones(1, requires_grad=True) for t in SIDES}
    kinds = [type(outcome(lambda t: checkpoint_of(t)(lambda x: x * 2, x[t], **options).backward(), t)) for t in SIDES]
    assert kinds[0] is kinds[1] and issubclass(kinds[0], ValueError)


def test_debug_is_not_there():
    with pytest.raises(NotImplementedError, match="debug"):
        vt.utils.checkpoint.checkpoint(vt.exp, vt.ones(1), use_reentrant=False, debug=True)


def test_a_second_run_that_differs_is_noticed():
    def program(t):
        sizes = [3, 4]
        x = t.ones(4, requires_grad=True)
        out = checkpoint_of(t)(lambda x: (x * 2)[: sizes.pop(0)].exp(), x, use_reentrant=False)
        return out.sum().backward()

    assert isinstance(outcome(program, vt), RuntimeError) and isinstance(outcome(program, torch), RuntimeError)


@pytest.mark.parametrize("use_reentrant", [True, False])
def test_nothing_inside_is_kept(use_reentrant):
    function = lambda x: x.exp().sin()  # noqa: E731
    x = vt.ones(3, requires_grad=True)
    assert {"SinBackward0", "ExpBackward0"} <= set(names_of(function(x * 1).grad_fn))
    out = checkpoint_of(vt)(function, x * 1, use_reentrant=use_reentrant)
    names = names_of(out.grad_fn)
    assert len(names) == 3 and "MulBackward0" in names and not {"SinBackward0", "ExpBackward0"} & set(names)
    out.sum().backward()
    same(x.grad, (vt.ones(3).exp().cos() * vt.ones(3).exp()))


def names_of(node):
    waiting, names = [node], []
    while waiting:
        node = waiting.pop()
        names.append(node.name())
        waiting += [following for following, _ in node.next_functions if following is not None]
    return names


@pytest.mark.parametrize("segments", [1, 2, 3])
def test_sequential(segments):
    def program(t):
        model = model_of(t)
        x = t.linspace(0, 1, 4).reshape(1, 4).requires_grad_()
        sequential = importlib.import_module(f"{t.__name__}.utils.checkpoint").checkpoint_sequential
        sequential(model, segments, x, use_reentrant=False).sum().backward()
        return [x.grad, model[0].weight.grad]

    both(program)


def test_without_recording():
    with vt.no_grad():
        same(checkpoint_of(vt)(vt.exp, vt.zeros(2), use_reentrant=False), vt.ones(2))
    with pytest.warns(UserWarning, match="use_reentrant"):
        checkpoint_of(vt)(vt.exp, vt.zeros(2, requires_grad=True))


@pytest.mark.parametrize("hooks", ["save_on_cpu", "same", "detached"])
@pytest.mark.parametrize("leaf", [True, False])
def test_inside_hooks_of_saved_tensors(hooks, leaf):
    def grads(module, inside):
        weight = module.full((3,), 2.0, requires_grad=True)
        x = module.ones(3, requires_grad=True)
        graph = module.autograd.graph
        contexts = {
            "save_on_cpu": graph.save_on_cpu,
            "same": lambda: graph.saved_tensors_hooks(lambda t: t, lambda t: t),
            "detached": lambda: graph.saved_tensors_hooks(lambda t: t.detach(), lambda t: t),
        }
        with contexts[hooks]():
            given = x if leaf else x * 1
            run = lambda t: (t * weight).sin().sum()  # noqa: E731
            out = module.utils.checkpoint.checkpoint(run, given, use_reentrant=False) if inside else run(given)
        out.backward()
        return x.grad.tolist(), weight.grad.tolist()

    assert grads(vt, True) == grads(vt, False)


@pytest.mark.parametrize("as_list", [True, False])
def test_results_that_a_policy_keeps(as_list):
    calls = []

    def program(t):
        module = importlib.import_module(f"{t.__name__}.utils.checkpoint")
        dispatch = importlib.import_module(f"{t.__name__}.utils._python_dispatch")
        mm = t.ops.aten.mm.default
        seen = []

        def policy(ctx, op, *args, **kwargs):
            return module.CheckpointPolicy.MUST_SAVE if op is mm else module.CheckpointPolicy.PREFER_RECOMPUTE

        class Count(dispatch.TorchDispatchMode):
            def __torch_dispatch__(self, func, types, args=(), kwargs=None):
                seen.append(func)
                return func(*args, **(kwargs or {}))

        x = t.linspace(-1, 1, 9).view(3, 3).requires_grad_()
        w = t.linspace(0, 1, 9).view(3, 3).requires_grad_()

        def contexts():
            return module.create_selective_checkpoint_contexts([mm] if as_list else policy)

        out = module.checkpoint(lambda x: (x @ w).exp().sum(), x, use_reentrant=False, context_fn=contexts)
        with Count():
            out.backward()
        calls.append((seen.count(mm), seen.count(t.ops.aten.exp.default)))
        return [out.detach(), x.grad, w.grad]

    both(program)
    assert calls[0] == calls[1] == (2, 1)  # the derivatives' products, and exp again


def test_a_kept_result_may_not_be_written_to():
    module = importlib.import_module("vibetensor.torch.utils.checkpoint")

    def contexts(**options):
        return module.create_selective_checkpoint_contexts([vt.ops.aten.mm.default], **options)

    def function(x):
        return (x @ x).relu_().exp()

    x = vt.ones(2, 2, requires_grad=True)
    with pytest.raises(RuntimeError, match="has been mutated"):
        module.checkpoint(function, x, use_reentrant=False, context_fn=contexts).sum().backward()
    with pytest.raises(TypeError, match="a function or a list of ops"):
        module.create_selective_checkpoint_contexts(3)
