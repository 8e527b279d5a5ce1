"""Rows of the optimizers: what each is tested with."""

from dataclasses import dataclass, field
from typing import Any

DECAY = {"weight_decay": 0.1}
UP = {"maximize": True}


@dataclass(frozen=True)
class Row:
    name: str
    options: tuple[dict[str, Any], ...]  # of twenty steps each, beside PyTorch's
    capturable: bool = False  # has the option
    differentiable: bool = True
    foreach: bool = True
    complex: bool = True
    bad: tuple[dict[str, Any], ...] = field(default=())  # refused, with PyTorch's type


ROWS = [
    Row("SGD", ({}, {"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "dampening": 0.3, **DECAY, **UP})),
    Row("Adam", ({}, {"amsgrad": True, **DECAY}, UP, {"decoupled_weight_decay": True, **DECAY}), capturable=True),
    Row("AdamW", ({}, {"amsgrad": True, "weight_decay": 0.5}, UP), capturable=True),
    Row(
        "Adadelta",
        ({}, {"lr": 10.0, "rho": 0.8, "eps": 1e-4, **DECAY}, UP),
        capturable=True,
        bad=({"rho": 1.1}, {"rho": -0.1}, {"eps": -1}, {"weight_decay": -1}),
    ),
    Row(
        "Adagrad",
        ({}, {"lr": 0.1, "lr_decay": 0.1, **DECAY}, {"initial_accumulator_value": 0.5, **UP}, {"eps": 1e-3}),
        bad=({"lr_decay": -1}, {"initial_accumulator_value": -1}, {"eps": -1}, {"foreach": True, "fused": True}),
    ),
    Row(
        "Adamax",
        ({}, {"lr": 0.1, "betas": (0.7, 0.9), "eps": 1e-3, **DECAY}, UP),
        capturable=True,
        bad=({"betas": (1.0, 0.9)}, {"betas": (0.9, -0.1)}, {"eps": -1}),
    ),
    Row(
        "RMSprop",
        (
            {},
            {"momentum": 0.9, **DECAY},
            {"centered": True, "alpha": 0.8},
            {"centered": True, "momentum": 0.5, "eps": 1e-3, **UP},
        ),
        capturable=True,
        bad=({"alpha": -1}, {"momentum": -1}, {"eps": -1}),
    ),
    Row(
        "Rprop",
        ({}, {"lr": 0.1, "etas": (0.3, 1.5), "step_sizes": (1e-3, 0.2)}, UP),
        capturable=True,
        bad=({"etas": (1.1, 1.2)}, {"etas": (0.5, 0.9)}),
    ),
    Row(
        "NAdam",
        ({}, {"lr": 0.1, "momentum_decay": 0.1, **DECAY}, {"decoupled_weight_decay": True, **DECAY}, UP),
        capturable=True,
        bad=({"momentum_decay": -1}, {"betas": (0.9, 1.0)}),
    ),
    Row(
        "RAdam",
        ({}, {"lr": 0.1, "betas": (0.8, 0.9), **DECAY}, {"decoupled_weight_decay": True, **DECAY}, UP),
        capturable=True,
        bad=({"betas": (0.9, 1.0)}, {"weight_decay": -1}),
    ),
    Row(
        "ASGD",
        ({}, {"lr": 0.1, "lambd": 0.1, "alpha": 0.5, "t0": 5, **DECAY}, UP),
        capturable=True,
        bad=({"weight_decay": -1},),
    ),
    Row(
        "Adafactor",
        ({}, {"lr": 0.1, "beta2_decay": -0.5, "eps": (1e-5, 1e-2), "d": 2.0, **DECAY}, UP),
        differentiable=False,
        complex=False,
        bad=({"beta2_decay": 0.1}, {"eps": (-1, 1)}, {"eps": (None, -1)}, {"d": 0.5}, {"weight_decay": -1}),
    ),
    Row(
        "Muon",
        ({}, {"lr": 0.1, "momentum": 0.5, "nesterov": False}, {"adjust_lr_fn": "match_rms_adamw", "ns_steps": 3}),
        differentiable=False,
        foreach=False,
        complex=False,
        bad=({"momentum": -1}, {"weight_decay": -1}, {"adjust_lr_fn": "best"}),
    ),
]
