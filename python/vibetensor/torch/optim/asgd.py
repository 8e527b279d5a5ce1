"""Averaged stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.optim.lists import (
    Batch,
    ListOptimizer,
    add_scaled,
    check_not_negative,
    scale_all,
    scaled,
)

Tensor: Any = _C.Tensor


class ASGD(ListOptimizer):
    """Gradient descent that also keeps the average of the parameters from step `t0` on (Polyak and Juditsky, 1992).

    The rate falls as lr / (1 + lambd lr step)^alpha; `lambd` also decays the parameters. State per parameter: step, eta
    (the next rate), mu (the next weight of the average), ax (the average).
    """

    _vt_numbers = ("step", "eta", "mu")

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ):
        check_not_negative(lr=lr, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("ax",)

    def _vt_fresh(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        return {
            "eta": self._vt_counter(p, group, group["lr"]),
            "mu": self._vt_counter(p, group, 1.0),
            **super()._vt_fresh(p, group),
        }

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        step, eta, mu, averages = batch["step"], batch["eta"], batch["mu"], batch["ax"]
        scale_all(batch.params, 1 - group["lambd"] * eta)
        add_scaled(batch.params, batch.grads, -eta)
        if isinstance(mu, Tensor) or mu != 1:
            _C.ops._foreach_add_(averages, scaled(_C.ops._foreach_sub(batch.params, averages), mu))
        else:
            _C.ops._foreach_copy_(averages, batch.params)
        rate = batch.lr / ((1 + group["lambd"] * batch.lr * step) ** group["alpha"])
        since = step - group["t0"]
        weight = 1 / (_C.ops.clamp_min(since, 1) if isinstance(since, Tensor) else max(1, since))
        for name, value in (("eta", rate), ("mu", weight)):
            for counter in batch.counters(name):
                if isinstance(value, Tensor):
                    counter.copy_(value)
                else:
                    counter.fill_(value)
