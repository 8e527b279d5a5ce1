"""Adamax."""

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
    scale_all,
)


class Adamax(ListOptimizer):
    """Adam with the largest gradient of late in the place of the root mean square (https://arxiv.org/abs/1412.6980).

    State per parameter: step, exp_avg, exp_inf.
    """

    _vt_numbers = ("step",)

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ):
        check_not_negative(lr=lr, eps=eps)
        check_betas(betas)
        check_not_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_inf")

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        beta1, beta2 = group["betas"]
        averages, largest = batch["exp_avg"], batch["exp_inf"]
        decay_towards(averages, batch.grads, beta1)
        scale_all(largest, beta2)
        _C.ops._foreach_maximum_(largest, _C.ops._foreach_add(_C.ops._foreach_abs(batch.grads), group["eps"]))
        add_quotients(batch.params, averages, largest, -(batch.lr / (1 - beta1 ** batch["step"])))
