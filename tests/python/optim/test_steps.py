"""Every optimizer beside PyTorch's: twenty steps, state dicts both ways, options, bad input. One row each."""

import copy
import inspect
import pickle
import warnings

import pytest
import torch
import vibetensor.torch as vt
from compare import as_ours, as_theirs, ours_of, same, theirs_of
from optimizers import ROWS

BY_NAME = {row.name: row for row in ROWS}
CASES = [pytest.param(row, options, id=f"{row.name}-{i}") for row in ROWS for i, options in enumerate(row.options)]
# what two orders of the same sums and a bfloat16 product may differ by after twenty steps
TOLERANCE = {"Muon": {"rtol": 2e-2, "atol": 2e-2}}
CLOSE = {"rtol": 2e-5, "atol": 2e-6}


def shapes(name):
    if name == "Muon":
        return [(4, 3), (5, 2)]
    # PyTorch's Adafactor divides by the number of elements
    return [(4, 3), (5,), (), (2, 3, 2), *([(0,)] if name != "Adafactor" else [])]


def gradients(name, steps, dtype=torch.float32):
    generator = torch.Generator().manual_seed(len(name))
    return [[torch.randn(s, generator=generator, dtype=dtype) for s in shapes(name)] for _ in range(steps)]


def parameters(name, dtype=torch.float32):
    values = gradients(name, 1, dtype)[0]
    return [vt.nn.Parameter(ours_of(v)) for v in values], [torch.nn.Parameter(v.clone()) for v in values]


def run(optimizer, params, steps, convert=lambda g: g, skip=()):
    for i, grads in enumerate(steps):
        for j, (p, g) in enumerate(zip(params, grads, strict=True)):
            p.grad = None if (i, j) in skip else convert(g.clone())
        optimizer.step()


def pair(row, options, dtype=torch.float32):
    ours, theirs = parameters(row.name, dtype)
    return (
        getattr(vt.optim, row.name)(ours, **options),
        getattr(torch.optim, row.name)(theirs, **options),
        ours,
        theirs,
    )


def state_of(optimizer):
    return optimizer.state_dict()["state"]


def agree(a, b, ours, theirs, name):
    tolerance = TOLERANCE.get(name, CLOSE)
    for p, q in zip(ours, theirs, strict=True):
        same(p, q, **tolerance)
    same(state_of(a), state_of(b), **tolerance)
    assert a.state_dict()["param_groups"] == b.state_dict()["param_groups"]


def test_every_optimizer_of_pytorch_has_a_row():
    names = {
        name
        for name, kind in vars(torch.optim).items()
        if isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer)
    }
    assert names - {"Optimizer", "LBFGS", "SparseAdam"} == set(BY_NAME)


@pytest.mark.parametrize("row, options", CASES)
def test_twenty_steps_match(row, options):
    a, b, ours, theirs = pair(row, options)
    steps = gradients(row.name, 20)
    # a parameter that joins late has its own count of steps
    skip = {(0, 1), (7, 0)}
    run(a, ours, steps, ours_of, skip)
    run(b, theirs, steps, skip=skip)
    agree(a, b, ours, theirs, row.name)
    assert repr(a) == repr(b)


@pytest.mark.parametrize("name", BY_NAME)
def test_signature_is_pytorchs(name):
    def parameters_of(kind):
        return [(p.name, p.default, p.kind) for p in inspect.signature(kind.__init__).parameters.values()]

    assert parameters_of(getattr(vt.optim, name)) == parameters_of(getattr(torch.optim, name))


@pytest.mark.parametrize("row, options", CASES)
def test_state_dict_goes_both_ways(row, options):
    a, b, ours, theirs = pair(row, options)
    steps = gradients(row.name, 12)
    run(a, ours, steps[:4], ours_of)
    run(b, theirs, steps[:4])
    others = parameters(row.name)
    with torch.no_grad():
        for p, q, mine, their in zip(ours, theirs, *others, strict=True):
            mine.data.copy_(ours_of(q.detach())), their.data.copy_(theirs_of(p.detach()))
    c = getattr(vt.optim, row.name)(others[0], lr=123.0)
    d = getattr(torch.optim, row.name)(others[1], lr=123.0)
    c.load_state_dict(as_ours(b.state_dict()))
    d.load_state_dict(as_theirs(copy.deepcopy(a.state_dict())))
    for optimizer, params, convert in (
        (a, ours, ours_of),
        (b, theirs, copy.copy),
        (c, others[0], ours_of),
        (d, others[1], copy.copy),
    ):
        run(optimizer, params, steps[4:], convert)
    agree(a, b, ours, theirs, row.name)
    agree(c, b, others[0], theirs, row.name)
    agree(a, d, ours, others[1], row.name)


@pytest.mark.parametrize("dtype", ["float64", "bfloat16", "complex64"])
@pytest.mark.parametrize("name", BY_NAME)
def test_other_dtypes(name, dtype):
    row = BY_NAME[name]
    dtype = getattr(torch, dtype)
    if dtype.is_complex and not row.complex:
        a, _, ours, _ = pair(row, {}, dtype)
        with pytest.raises(RuntimeError, match="complex"):
            run(a, ours, gradients(name, 1, dtype), ours_of)
        return
    a, b, ours, theirs = pair(row, row.options[0], dtype)
    steps = gradients(name, 5, dtype)
    run(a, ours, steps, ours_of)
    run(b, theirs, steps)
    tolerance = {"rtol": 2e-2, "atol": 2e-2} if dtype == torch.bfloat16 or name == "Muon" else CLOSE
    for p, q in zip(ours, theirs, strict=True):
        same(p, q, **tolerance)


@pytest.mark.parametrize("name", [row.name for row in ROWS if row.foreach])
def test_foreach_is_the_same_step(name):
    results = []
    for foreach in (True, False, None):
        ours, _ = parameters(name)
        run(getattr(vt.optim, name)(ours, foreach=foreach), ours, gradients(name, 5), ours_of)
        results.append(ours)
    same(results[0], results[1], rtol=0, atol=0)
    same(results[0], results[2], rtol=0, atol=0)


@pytest.mark.parametrize("name", [row.name for row in ROWS if row.capturable])
def test_capturable_is_the_same_step(name):
    for options in BY_NAME[name].options:
        plain, _ = parameters(name)
        captured, _ = parameters(name)
        a = getattr(vt.optim, name)(plain, **options)
        b = getattr(vt.optim, name)(captured, **options, capturable=True)
        run(a, plain, gradients(name, 12), ours_of)
        run(b, captured, gradients(name, 12), ours_of)
        same(captured, plain, rtol=2e-4, atol=1e-5)
        c = getattr(vt.optim, name)(captured, **options, capturable=True)
        c.load_state_dict(b.state_dict())
        assert c.state[captured[0]]["step"].tolist() == 12


@pytest.mark.parametrize("name", [row.name for row in ROWS if row.differentiable])
def test_differentiable_step_has_gradients(name):
    """The parameter after three steps, differentiated by the gradients of the steps, beside differences."""
    row = BY_NAME[name]
    for options in row.options:

        def final(scale, options=options):
            generator = torch.Generator().manual_seed(1)
            start, *grads = (torch.randn(4, dtype=torch.float64, generator=generator) for _ in range(4))
            p = ours_of(start).clone()
            if scale.requires_grad:
                p = p.requires_grad_().clone()
                p.retain_grad()
            p = p if scale.requires_grad else vt.nn.Parameter(p)
            optimizer = getattr(vt.optim, name)([p], **{**options, "differentiable": scale.requires_grad})
            for g in grads:
                p.grad = ours_of(g) * scale + 0.1
                optimizer.step()
            return (p * p).sum()

        scale = vt.tensor(0.7, dtype=vt.float64, requires_grad=True)
        (gradient,) = vt.autograd.grad(final(scale), [scale])
        eps = 1e-6
        high, low = (final(vt.tensor(0.7 + d, dtype=vt.float64)).item() for d in (eps, -eps))
        assert gradient.item() == pytest.approx((high - low) / (2 * eps), rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_bad_options_are_refused_as_pytorchs(row):
    cases = [{"lr": -1.0}, *row.bad]
    for options in cases:
        with pytest.raises(Exception) as theirs:
            getattr(torch.optim, row.name)(parameters(row.name)[1], **options)
        with pytest.raises(theirs.type) as ours:
            getattr(vt.optim, row.name)(parameters(row.name)[0], **options)
        assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize("name", BY_NAME)
def test_learning_rate_as_a_tensor(name):
    ours, theirs = parameters(name)
    a = getattr(vt.optim, name)(ours, lr=vt.tensor(0.05))
    b = getattr(torch.optim, name)(theirs, lr=torch.tensor(0.05))
    steps = gradients(name, 4)
    run(a, ours, steps, ours_of)
    run(b, theirs, steps)
    for p, q in zip(ours, theirs, strict=True):
        same(p, q, **TOLERANCE.get(name, CLOSE))
    with pytest.raises(ValueError, match="1-element"):
        getattr(vt.optim, name)(ours, lr=vt.ones(2))


@pytest.mark.parametrize("name", BY_NAME)
def test_copies_go_on_alike(name):
    ours, _ = parameters(name)
    a = getattr(vt.optim, name)(ours)
    steps = gradients(name, 6)
    run(a, ours, steps[:3], ours_of)
    for copied in (copy.deepcopy(a), pickle.loads(pickle.dumps(a))):
        params = copied.param_groups[0]["params"]
        assert params[0] is not ours[0]
        run(copied, params, steps[3:], ours_of)
        b, (mine, _) = None, parameters(name)
        b = getattr(vt.optim, name)(mine)
        run(b, mine, steps, ours_of)
        same(params, mine, rtol=0, atol=0)


@pytest.mark.parametrize("name", [row.name for row in ROWS if row.name not in ("SGD", "Muon")])
def test_state_of_old_files(name):
    """Counters that are plain numbers, and groups without the options that came later."""
    ours, theirs = parameters(name)
    a, b = getattr(vt.optim, name)(ours), getattr(torch.optim, name)(theirs)
    steps = gradients(name, 6)
    run(a, ours, steps[:3], ours_of)
    state = a.state_dict()
    for entry in state["state"].values():
        for counter in ("step", "eta", "mu", "mu_product"):
            if counter in entry:
                entry[counter] = entry[counter].item()
    for group in state["param_groups"]:
        for option in ("foreach", "maximize", "capturable", "differentiable"):
            group.pop(option, None)
    c = getattr(vt.optim, name)(ours)
    c.load_state_dict(state)
    assert c.param_groups[0].get("maximize") is False
    run(c, ours, steps[3:], ours_of)
    run(b, theirs, steps)
    agree(c, b, ours, theirs, name)


def test_muon_takes_matrices_only():
    for t in (vt, torch):
        with pytest.raises(ValueError, match="2D parameters"):
            t.optim.Muon([t.nn.Parameter(t.ones(3))])


def test_a_shell_around_an_optimizer():
    """accelerate's, whose class derives from Optimizer and never calls its __init__."""

    def program(t):
        class Shell(t.optim.Optimizer):
            def __init__(self, inner):
                self.inner = inner

            @property
            def param_groups(self):
                return self.inner.param_groups

            def step(self, closure=None):
                return self.inner.step(closure)

        p = t.nn.Parameter(t.ones(2))
        shell = Shell(t.optim.SGD([p], lr=1.0))
        schedule = t.optim.lr_scheduler.LambdaLR(shell, lambda epoch: 0.5**epoch)
        rates = []
        for _ in range(3):
            p.grad = t.ones(2)
            shell.step()
            schedule.step()
            rates += [*schedule.get_last_lr(), *p.tolist()]
        return rates

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert program(vt) == program(torch)
