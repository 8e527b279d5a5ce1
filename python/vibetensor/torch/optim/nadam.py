"""Adam with Nesterov momentum."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.optim.lists import (
    Batch,
    ListOptimizer,
    add_quotients,
    check_betas,
    check_not_negative,
    decay_towards,
    decay_towards_squares,
    divided,
    roots,
    scale_all,
)


class NAdam(ListOptimizer):
    """Adam that looks ahead as Nesterov's momentum does (https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ).

    The momentum warms up: beta1 (1 - 0.96^(step momentum_decay) / 2). State per parameter: step, mu_product (of the
    momenta so far), exp_avg, exp_avg_sq.
    """

    _vt_numbers = ("step", "mu_product")

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ):
        check_not_negative(lr=lr, eps=eps)
        check_betas(betas)
        check_not_negative(weight_decay=weight_decay, momentum_decay=momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq")

    def _vt_fresh(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        return {"mu_product": self._vt_counter(p, group, 1.0), **super()._vt_fresh(p, group)}

    @staticmethod
    def _momentum(group: dict[str, Any], step: Any) -> Any:
        return group["betas"][0] * (1.0 - 0.5 * (0.96 ** (step * group["momentum_decay"])))

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        beta1, beta2 = group["betas"]
        step = batch["step"]
        mu, next_mu = self._momentum(group, step), self._momentum(group, step + 1)
        # multiplied as a tensor: its precision is part of the result
        scale_all(batch.counters("mu_product"), mu)
        product = self._vt_number(group, batch.counters("mu_product")[0])
        decay_towards(batch["exp_avg"], batch.grads, beta1)
        decay_towards_squares(batch["exp_avg_sq"], batch.grads, beta2)
        sizes = roots(divided(batch["exp_avg_sq"], 1 - beta2**step), group["eps"])
        add_quotients(batch.params, batch.grads, sizes, -batch.lr * (1.0 - mu) / (1.0 - product))
        add_quotients(batch.params, batch["exp_avg"], sizes, (-batch.lr * next_mu) / (1.0 - product * next_mu))
