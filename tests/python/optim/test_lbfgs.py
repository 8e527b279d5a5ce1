"""LBFGS beside PyTorch's: the same points on hard functions, evaluations, state dicts both ways."""

import copy

import pytest
import torch
import vibetensor.torch as vt
from compare import as_ours, as_theirs, same

OPTIONS = [
    {"lr": 0.1, "max_iter": 4},
    {"line_search_fn": "strong_wolfe", "max_iter": 3},
    {"line_search_fn": "strong_wolfe", "max_iter": 5, "history_size": 2},
    {"line_search_fn": "strong_wolfe", "max_iter": 30, "max_eval": 7},
    {"line_search_fn": "strong_wolfe", "tolerance_change": 1e-2},
    {"lr": 0.5, "tolerance_grad": 1.0},
    {"lr": 1e-3, "tolerance_change": 1e-3},
]


def rosenbrock(t, x, y):
    return ((1 - x) ** 2).sum() + 100 * ((y - x * x) ** 2).sum()


def wavy(t, x, y):
    return (t.cos(3 * x) + 0.1 * x * x).sum() + ((y - 0.5) ** 4).sum()


def problem(t, function, options):
    x, y = (
        t.nn.Parameter(t.tensor([-1.2, 0.3], dtype=t.float64)),
        t.nn.Parameter(t.tensor([[1.0, 2.0]], dtype=t.float64)),
    )
    optimizer = t.optim.LBFGS([x, y], **options)

    def closure():
        optimizer.zero_grad()
        loss = function(t, x, y)
        loss.backward()
        return loss

    return optimizer, closure, [x, y]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("function", [rosenbrock, wavy])
def test_same_points(function, options):
    a, mine, ours = problem(vt, function, options)
    b, their, theirs = problem(torch, function, options)
    for _ in range(6):
        same(a.step(mine).detach(), b.step(their).detach(), rtol=1e-8, atol=1e-10)
        same(ours, theirs, rtol=1e-8, atol=1e-10)
        mine_state, their_state = a.state[ours[0]], b.state[theirs[0]]
        assert {k: mine_state[k] for k in ("n_iter", "func_evals")} == {
            k: their_state[k] for k in ("n_iter", "func_evals")
        }


def test_strong_wolfe_reaches_the_minimum():
    optimizer, closure, (x, y) = problem(vt, rosenbrock, {"line_search_fn": "strong_wolfe", "max_iter": 200})
    for _ in range(3):
        optimizer.step(closure)
    same([x.detach(), y.detach()], [torch.ones(2).double(), torch.ones(1, 2).double()], rtol=1e-4, atol=0)


@pytest.mark.parametrize("options", OPTIONS[:3], ids=str)
def test_state_dict_goes_both_ways(options):
    a, mine, ours = problem(vt, rosenbrock, options)
    b, their, theirs = problem(torch, rosenbrock, options)
    for _ in range(2):
        a.step(mine), b.step(their)
    assert set(a.state[ours[0]]) == set(b.state[theirs[0]])
    c, third, others = problem(vt, rosenbrock, options)
    d, fourth, lasts = problem(torch, rosenbrock, options)
    with torch.no_grad():
        for p, q, mine_too, their_too in zip(ours, theirs, others, lasts, strict=True):
            mine_too.data.copy_(as_ours(q.detach())), their_too.data.copy_(as_theirs(p.detach().clone()))
    c.load_state_dict(as_ours(copy.deepcopy(b.state_dict())))
    d.load_state_dict(as_theirs(copy.deepcopy(a.state_dict())))
    for optimizer, closure in ((a, mine), (b, their), (c, third), (d, fourth)):
        optimizer.step(closure)
    for params in (others, ours):
        same(params, theirs, rtol=1e-7, atol=1e-9)
    same(ours, lasts, rtol=1e-7, atol=1e-9)


def test_complex_parameters_and_missing_gradients():
    results = []
    for t in (vt, torch):
        z = t.nn.Parameter(t.tensor([1 + 2j, -0.5j], dtype=t.complex128))
        unused = t.nn.Parameter(t.ones(2, dtype=t.float64))
        optimizer = t.optim.LBFGS([z, unused], max_iter=5, line_search_fn="strong_wolfe")

        def closure(optimizer=optimizer, z=z):
            optimizer.zero_grad()
            loss = ((z - (0.3 + 1j)).abs() ** 4).sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        results.append(z.detach())
    same(*results, rtol=1e-8, atol=1e-10)


def test_bad_input():
    p = vt.nn.Parameter(vt.ones(2))
    with pytest.raises(ValueError, match="parameter groups"):
        vt.optim.LBFGS([{"params": [p]}, {"params": [vt.nn.Parameter(vt.ones(1))]}])
    with pytest.raises(ValueError, match="learning rate"):
        vt.optim.LBFGS([p], lr=-1)
    with pytest.raises(RuntimeError, match="strong_wolfe"):
        vt.optim.LBFGS([p], line_search_fn="armijo").step(lambda: p.sum())
    with pytest.raises(TypeError, match="closure"):
        vt.optim.LBFGS([p]).step()
