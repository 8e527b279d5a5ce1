"""Schedules: the learning rates of forty steps, equal to PyTorch's."""

import pytest
import torch
import vibetensor.torch as vt


def swa_of(schedulers):
    return (vt if schedulers is vt.optim.lr_scheduler else torch).optim.swa_utils


SCHEDULES = {
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda epoch: 0.95**epoch),
    "LambdaLR list": lambda s, o: s.LambdaLR(o, [lambda e: 1 / (1 + e), lambda e: 0.5]),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda epoch: 0.9),
    "StepLR": lambda s, o: s.StepLR(o, 7, gamma=0.3),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [3, 3, 20], gamma=0.5),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.93),
    "ConstantLR": lambda s, o: s.ConstantLR(o, factor=0.25, total_iters=6),
    "LinearLR": lambda s, o: s.LinearLR(o, start_factor=0.1, end_factor=0.8, total_iters=15),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, total_iters=25, power=2.0),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, T_max=11, eta_min=0.01),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 5, T_mult=2, eta_min=0.01),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, max_lr=0.5, total_steps=41),
    "OneCycleLR three": lambda s, o: s.OneCycleLR(
        o, max_lr=[0.5, 0.1], epochs=10, steps_per_epoch=5, three_phase=True, anneal_strategy="linear"
    ),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, total_iters=5), s.CosineAnnealingLR(o, 20), s.ConstantLR(o, 0.5)], [5, 25]
    ),
    "CyclicLR": lambda s, o: s.CyclicLR(o, 0.01, [0.5, 0.1], step_size_up=3, step_size_down=7),
    "CyclicLR half": lambda s, o: s.CyclicLR(o, [0.01, 0.02], 0.5, 4, mode="triangular2", base_momentum=0.7),
    "CyclicLR decay": lambda s, o: s.CyclicLR(o, 0.01, 0.5, 4, mode="exp_range", gamma=0.95, cycle_momentum=False),
    "CyclicLR own": lambda s, o: s.CyclicLR(o, 0.01, 0.5, 4, scale_fn=lambda x: 1 / x, scale_mode="cycle"),
    "SWALR": lambda s, o: swa_of(s).SWALR(o, swa_lr=[0.5, 0.3], anneal_epochs=7),
    "SWALR line": lambda s, o: swa_of(s).SWALR(o, swa_lr=0.01, anneal_epochs=12, anneal_strategy="linear"),
    "SWALR at once": lambda s, o: swa_of(s).SWALR(o, swa_lr=0.01, anneal_epochs=0),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 4), s.ExponentialLR(o, 0.9)]),
}


def optimizer(t, name="SGD"):
    groups = [{"params": [t.nn.Parameter(t.ones(1))]}, {"params": [t.nn.Parameter(t.ones(1))], "lr": 0.02}]
    options = {"momentum": 0.9} if name == "SGD" else {}
    return getattr(t.optim, name)(groups, lr=0.1, **options)


def rates(t, build, kind, steps=40):
    opt = optimizer(t, kind)
    schedule = build(t.optim.lr_scheduler, opt)
    seen = []
    for _ in range(steps):
        group = opt.param_groups[0]
        seen.append([*schedule.get_last_lr(), opt.param_groups[1]["lr"], group.get("momentum"), group.get("betas")])
        opt.step()
        schedule.step()
    return seen


def flat(value):
    return [x for v in value for x in flat(v)] if isinstance(value, list | tuple) else [value]


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
def test_rates_match(name, kind):
    ours, theirs = rates(vt, SCHEDULES[name], kind), rates(torch, SCHEDULES[name], kind)
    for a, b in zip(flat(ours), flat(theirs), strict=True):
        assert a == b or a == pytest.approx(b, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("name", SCHEDULES)
def test_state_dict_restores(name):
    opt = optimizer(vt)
    schedule = SCHEDULES[name](vt.optim.lr_scheduler, opt)
    for _ in range(9):
        opt.step()
        schedule.step()
    other = optimizer(vt)
    restored = SCHEDULES[name](vt.optim.lr_scheduler, other)
    restored.load_state_dict(schedule.state_dict())
    other.load_state_dict(opt.state_dict())
    for _ in range(5):
        opt.step(), other.step()
        schedule.step(), restored.step()
        assert restored.get_last_lr() == schedule.get_last_lr()


def test_every_schedule_of_pytorch_is_here():
    kinds = [
        name
        for name, kind in vars(torch.optim.lr_scheduler).items()
        if isinstance(kind, type) and issubclass(kind, torch.optim.lr_scheduler.LRScheduler)
    ]
    assert len(kinds) > 15
    for name in kinds:
        assert issubclass(getattr(vt.optim.lr_scheduler, name), vt.optim.lr_scheduler.LRScheduler)
    tested = {name.split()[0] for name in SCHEDULES}
    assert {name for name in kinds if name.strip("_") != "LRScheduler"} <= tested | {"ReduceLROnPlateau"}


@pytest.mark.parametrize("name", SCHEDULES)
def test_state_dict_goes_both_ways(name):
    sides = {}
    for t in (vt, torch):
        for kind in ("saved", "loaded"):
            opt = optimizer(t)
            sides[t, kind] = opt, SCHEDULES[name](t.optim.lr_scheduler, opt)
        for _ in range(6):
            opt, schedule = sides[t, "saved"]
            opt.step()
            schedule.step()
    for here, there in ((vt, torch), (torch, vt)):
        opt, schedule = sides[here, "loaded"]
        schedule.load_state_dict(sides[there, "saved"][1].state_dict())
        for group, saved in zip(opt.param_groups, sides[there, "saved"][0].param_groups, strict=True):
            group.update({key: value for key, value in saved.items() if key != "params"})
    logs = []
    for opt, schedule in sides.values():
        logs.append([(opt.step(), schedule.step(), schedule.get_last_lr())[2] for _ in range(5)])
    for log in logs[1:]:
        assert flat(log) == pytest.approx(flat(logs[0]), rel=1e-9, abs=1e-15)


@pytest.mark.filterwarnings("ignore:The epoch parameter", "ignore:Detected call")
@pytest.mark.parametrize("name", [name for name in SCHEDULES if "Sequential" not in name and "Chained" not in name])
def test_a_given_epoch(name):
    logs = []
    for t in (vt, torch):
        schedule = SCHEDULES[name](t.optim.lr_scheduler, optimizer(t))
        logs.append([(schedule.step(epoch), list(schedule.get_last_lr()))[1] for epoch in (3, 0, 7, 1)])
    assert flat(logs[0]) == pytest.approx(flat(logs[1]), rel=1e-9, abs=1e-15)


def test_older_programs_derive_from_the_old_name():
    class Half(vt.optim.lr_scheduler._LRScheduler):
        def get_lr(self):
            return [base / 2 for base in self.base_lrs]

    schedule = Half(optimizer(vt))
    assert schedule.get_last_lr() == [0.05, 0.01]


@pytest.mark.parametrize("options", [{}, {"eps": 1.0}, {"patience": 0}])
def test_plateau_state_goes_both_ways(options):
    for here, there in ((vt, torch), (torch, vt)):
        schedules = [
            t.optim.lr_scheduler.ReduceLROnPlateau(optimizer(t), **{"patience": 1, **options}) for t in (here, there)
        ]
        for metric in (1.0, 2.0):
            schedules[1].step(metric)
        schedules[0].load_state_dict(schedules[1].state_dict())
        for metric in (3.0, 4.0, 5.0, 0.1, 3.0):
            for schedule in schedules:
                schedule.step(metric)
        assert schedules[0].state_dict().items() >= {"best": 0.1, "num_bad_epochs": schedules[1].num_bad_epochs}.items()


@pytest.mark.parametrize(
    "options",
    [{}, {"mode": "max"}, {"threshold_mode": "abs", "threshold": 0.1, "cooldown": 2}, {"min_lr": [0.01, 0.0]}],
)
def test_plateau_matches(options):
    metrics = [1.0, 0.9, 0.91, 0.92, 0.9, 0.89, 0.95, 0.96, 0.97, 0.98, 0.99, 1.2, 1.1, 1.0, 0.5, 0.6, 0.7, 0.8, 0.9]
    seen = []
    for t in (vt, torch):
        opt = optimizer(t)
        schedule = t.optim.lr_scheduler.ReduceLROnPlateau(opt, factor=0.5, patience=2, **options)
        log = []
        for metric in metrics:
            opt.step()
            schedule.step(t.tensor(metric))
            log.append(list(schedule.get_last_lr()))
        seen.append(log)
    assert seen[0] == seen[1]


def test_warm_restarts_accept_fractions():
    logs = []
    for t in (vt, torch):
        opt = optimizer(t)
        schedule = t.optim.lr_scheduler.CosineAnnealingWarmRestarts(opt, 3, T_mult=2)
        logs.append([(opt.step(), schedule.step(e), schedule.get_last_lr())[2] for e in (0.5, 1.25, 3.5, 10.0, 22.0)])
    assert flat(logs[0]) == pytest.approx(flat(logs[1]))


def test_order_warning():
    schedule = vt.optim.lr_scheduler.StepLR(optimizer(vt), 1)
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        schedule.step()


BAD = [
    lambda t, s, o: s.StepLR(3, 1),
    lambda t, s, o: s.LambdaLR(o, [lambda e: 1.0]),
    lambda t, s, o: s.StepLR(o, 1, last_epoch=3),
    lambda t, s, o: s.ConstantLR(o, factor=2.0),
    lambda t, s, o: s.LinearLR(o, start_factor=0.0),
    lambda t, s, o: s.OneCycleLR(o, 0.1),
    lambda t, s, o: s.OneCycleLR(o, 0.1, total_steps=10, anneal_strategy="square"),
    lambda t, s, o: s.SequentialLR(o, [s.StepLR(o, 1)], [3]),
    lambda t, s, o: s.SequentialLR(o, [s.StepLR(optimizer(t), 1)], []),
    lambda t, s, o: s.ReduceLROnPlateau(o, mode="up"),
    lambda t, s, o: s.ReduceLROnPlateau(o, factor=1.5),
    lambda t, s, o: s.CosineAnnealingWarmRestarts(o, 0),
    lambda t, s, o: s.CyclicLR(o, 0.1, 0.2, mode="square"),
    lambda t, s, o: s.CyclicLR(o, [0.1], 0.2),
    lambda t, s, o: s.CyclicLR(3, 0.1, 0.2),
    lambda t, s, o: s.CyclicLR(t.optim.Rprop([t.nn.Parameter(t.ones(1))]), 0.1, 0.2),
    lambda t, s, o: t.optim.swa_utils.SWALR(o, 0.1, anneal_strategy="square"),
    lambda t, s, o: t.optim.swa_utils.SWALR(o, 0.1, anneal_epochs=-1),
    lambda t, s, o: t.optim.swa_utils.SWALR(o, [0.1]),
]


@pytest.mark.parametrize("build", BAD)
def test_bad_input_raises_as_pytorchs(build):
    with pytest.raises(Exception) as theirs:
        build(torch, torch.optim.lr_scheduler, optimizer(torch))
    with pytest.raises(theirs.type):
        build(vt, vt.optim.lr_scheduler, optimizer(vt))
