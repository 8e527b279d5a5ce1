"""Optimizers: ten steps beside PyTorch's, state dicts that load across, hooks and bad input."""

import copy
import pickle

import pytest
import torch
import vibetensor.torch as vt
from compare import as_ours, copy_weights, ours_of, same

CONFIGURATIONS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "dampening": 0.3, "maximize": True}),
    ("Adam", {"lr": 0.01}),
    ("Adam", {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.01, "amsgrad": True, "maximize": True}),
    ("AdamW", {"lr": 0.01}),
    ("AdamW", {"lr": 0.01, "weight_decay": 0.5, "amsgrad": True}),
    ("AdamW", {"lr": 0.01, "foreach": True}),
    ("AdamW", {"lr": 0.01, "fused": True}),
]


def models():
    torch.manual_seed(0)
    theirs = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
    ours = vt.nn.Sequential(vt.nn.Linear(4, 8), vt.nn.Tanh(), vt.nn.Linear(8, 1))
    copy_weights(ours, theirs)
    return ours, theirs


def step(model, optimizer, x, y):
    optimizer.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    optimizer.step()


@pytest.mark.parametrize("name, options", CONFIGURATIONS)
def test_ten_steps_match(name, options):
    ours, theirs = models()
    a = getattr(vt.optim, name)(ours.parameters(), **options)
    b = getattr(torch.optim, name)(theirs.parameters(), **options)
    assert repr(a) == repr(b)
    x, y = torch.randn(16, 4), torch.randn(16, 1)
    for _ in range(10):
        step(ours, a, ours_of(x), ours_of(y))
        step(theirs, b, x, y)
    same(dict(ours.state_dict()), dict(theirs.state_dict()), rtol=2e-5, atol=1e-6)
    mine, other = a.state_dict(), b.state_dict()
    assert mine["param_groups"] == other["param_groups"]
    same(mine["state"], other["state"], rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name, options", [CONFIGURATIONS[1], CONFIGURATIONS[6], CONFIGURATIONS[7]])
def test_state_dict_of_pytorch_loads(name, options):
    ours, theirs = models()
    a = getattr(vt.optim, name)(ours.parameters(), lr=123.0)
    b = getattr(torch.optim, name)(theirs.parameters(), **options)
    x, y = torch.randn(16, 4), torch.randn(16, 1)
    for _ in range(3):
        step(theirs, b, x, y)
    copy_weights(ours, theirs)
    a.load_state_dict(as_ours(b.state_dict()))
    for _ in range(3):
        step(ours, a, ours_of(x), ours_of(y))
        step(theirs, b, x, y)
    same(dict(ours.state_dict()), dict(theirs.state_dict()), rtol=2e-5, atol=1e-6)


def test_groups_and_options_per_group():
    ours, theirs = models()

    def build(t, model):
        weights = [p for p in model.parameters() if p.dim() > 1]
        optimizer = t.optim.AdamW([{"params": weights, "weight_decay": 0.3}], lr=0.1)
        optimizer.add_param_group({"params": [p for p in model.parameters() if p.dim() == 1], "lr": 0.01})
        return optimizer

    a, b = build(vt, ours), build(torch, theirs)
    x, y = torch.randn(16, 4), torch.randn(16, 1)
    for _ in range(3):
        step(ours, a, ours_of(x), ours_of(y))
        step(theirs, b, x, y)
    assert a.state_dict()["param_groups"] == b.state_dict()["param_groups"]
    same(dict(ours.state_dict()), dict(theirs.state_dict()), rtol=2e-5, atol=1e-6)


def test_parameters_without_gradient_are_left_alone():
    a, b = vt.nn.Parameter(vt.ones(2)), vt.nn.Parameter(vt.ones(2))
    optimizer = vt.optim.AdamW([a, b], lr=0.1)
    a.grad = vt.ones(2)
    optimizer.step()
    assert b.tolist() == [1.0, 1.0] and len(optimizer.state) == 1


def test_mixed_dtypes_in_one_group():
    parameters = [vt.nn.Parameter(vt.ones(3, dtype=d)) for d in (vt.float32, vt.float64, vt.bfloat16)]
    theirs = [torch.nn.Parameter(torch.ones(3, dtype=d)) for d in (torch.float32, torch.float64, torch.bfloat16)]
    a, b = vt.optim.AdamW(parameters, lr=0.5), torch.optim.AdamW(theirs, lr=0.5)
    for p, q in zip(parameters, theirs, strict=True):
        p.grad, q.grad = vt.ones_like(p), torch.ones_like(q)
    a.step(), b.step()
    same(parameters, theirs)


def test_step_with_closure_and_hooks():
    p = vt.nn.Parameter(vt.tensor([2.0]))
    optimizer = vt.optim.SGD([p], lr=0.25)
    log = []
    optimizer.register_step_pre_hook(lambda o, args, kwargs: log.append("pre"))
    handle = optimizer.register_step_post_hook(lambda o, args, kwargs: log.append("post"))

    def closure():
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with vt.no_grad():
        assert optimizer.step(closure).item() == 4.0
    assert p.item() == 1.0 and log == ["pre", "post"]
    handle.remove()
    optimizer.step()
    assert log == ["pre", "post", "pre"]


def test_state_dict_hooks():
    p = vt.nn.Parameter(vt.ones(1))
    optimizer = vt.optim.SGD([p], lr=0.1, momentum=0.9)
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "note": 1})
    loaded = []
    optimizer.register_load_state_dict_pre_hook(lambda o, state: loaded.append(state["note"]))
    optimizer.register_load_state_dict_post_hook(lambda o: loaded.append("after"))
    optimizer.load_state_dict(optimizer.state_dict())
    assert loaded == [1, "after"]


def test_zero_grad():
    p = vt.nn.Parameter(vt.ones(1))
    optimizer = vt.optim.SGD([p], lr=0.1)
    p.grad = vt.ones(1)
    optimizer.zero_grad(set_to_none=False)
    assert p.grad.item() == 0.0
    optimizer.zero_grad()
    assert p.grad is None


def test_named_parameters_and_copies():
    layer = vt.nn.Linear(1, 1)
    optimizer = vt.optim.AdamW(layer.named_parameters(), lr=0.1)
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]
    for copied in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert copied.param_groups[0]["lr"] == 0.1
        assert copied.param_groups[0]["params"][0] is not layer.weight


BAD = [
    lambda t, p: t.optim.SGD([], lr=0.1),
    lambda t, p: t.optim.SGD(p, lr=0.1),
    lambda t, p: t.optim.SGD([p], lr=-0.1),
    lambda t, p: t.optim.SGD([p], lr=0.1, momentum=-1),
    lambda t, p: t.optim.SGD([p], lr=0.1, nesterov=True),
    lambda t, p: t.optim.Adam([p], betas=(1.0, 0.9)),
    lambda t, p: t.optim.Adam([p], eps=-1),
    lambda t, p: t.optim.AdamW([p], weight_decay=-1),
    lambda t, p: (t.optim.SGD({p}, lr=0.1) and None) or t.optim.SGD([{"params": {p}}], lr=0.1),
    lambda t, p: t.optim.SGD([p * 2], lr=0.1),
    lambda t, p: t.optim.SGD(["x"], lr=0.1),
    lambda t, p: t.optim.SGD([{"params": [p]}, {"params": [p]}], lr=0.1),
    lambda t, p: t.optim.SGD([("a", p), p], lr=0.1),
    lambda t, p: t.optim.AdamW([p], foreach=True, fused=True),
    lambda t, p: t.optim.SGD([p], lr=0.1).load_state_dict({"state": {}, "param_groups": []}),
    lambda t, p: t.optim.SGD([p], lr=0.1).load_state_dict({"state": {}, "param_groups": [{"params": [0, 1]}]}),
    lambda t, p: t.optim.Optimizer([p], {}).step(),
]


@pytest.mark.parametrize("build", BAD)
def test_bad_input_raises_as_pytorchs(build):
    with pytest.raises(Exception) as theirs:
        build(torch, torch.nn.Parameter(torch.ones(1)))
    with pytest.raises(theirs.type):
        build(vt, vt.nn.Parameter(vt.ones(1)))


def test_hooks_of_all_optimizers():
    from vibetensor.torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

    log = []
    handles = [
        register_optimizer_step_pre_hook(lambda o, args, kwargs: log.append(("before", type(o).__name__))),
        register_optimizer_step_post_hook(lambda o, args, kwargs: log.append(("after", type(o).__name__))),
    ]
    optimizers = [kind([vt.nn.Parameter(vt.ones(1))]) for kind in (vt.optim.SGD, vt.optim.RMSprop)]
    for optimizer in optimizers:
        optimizer.step()
    for handle in handles:
        handle.remove()
    optimizers[0].step()
    assert log == [(when, name) for name in ("SGD", "RMSprop") for when in ("before", "after")]


def test_other_parameters_for_a_while():
    p = vt.nn.Parameter(vt.tensor([2.0]))
    optimizer = vt.optim.SGD([p], lr=0.5, momentum=0.9)
    p.grad = vt.ones(1)
    optimizer.step()
    own = optimizer.state[p]["momentum_buffer"]
    other, saved = vt.nn.Parameter(vt.tensor([8.0])), optimizer.state_dict()
    saved["state"] = {0: {"momentum_buffer": vt.tensor([4.0])}}
    saved["param_groups"][0]["lr"] = 1.0
    with pytest.raises(ZeroDivisionError), vt.optim.swap_in_optimizer_params_and_state(optimizer, {"p": other}, saved):
        other.grad = vt.ones(1)
        optimizer.step()
        1 / 0  # noqa: B018
    assert other.item() == pytest.approx(8.0 - (4.0 * 0.9 + 1)) and saved["state"][0][
        "momentum_buffer"
    ].item() == pytest.approx(4.6)
    assert optimizer.param_groups[0]["params"] == [p] and optimizer.param_groups[0]["lr"] == 0.5
    assert optimizer.state[p]["momentum_buffer"] is own and p.item() == 1.5
    with (
        pytest.raises(ValueError, match="sizes"),
        vt.optim.swap_in_optimizer_params_and_state(optimizer, {"p": other, "q": other}, saved),
    ):
        pass
