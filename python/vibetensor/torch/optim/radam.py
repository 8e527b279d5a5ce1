"""Rectified Adam."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.optim.lists import (
    Batch,
    ListOptimizer,
    add_scaled,
    check_betas,
    check_not_negative,
    decay_towards,
    decay_towards_squares,
    divided,
    roots,
    scaled,
)

Tensor: Any = _C.Tensor


class RAdam(ListOptimizer):
    """Adam that starts as momentum alone while the mean square is of too few gradients (https://arxiv.org/abs/1908.03265).

    State per parameter: step, exp_avg, exp_avg_sq.
    """

    _vt_numbers = ("step",)

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ):
        check_not_negative(lr=lr, eps=eps)
        check_betas(betas)
        check_not_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq")

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        beta1, beta2 = group["betas"]
        step = batch["step"]
        decay_towards(batch["exp_avg"], batch.grads, beta1)
        decay_towards_squares(batch["exp_avg_sq"], batch.grads, beta2)
        correction = 1 - beta2**step
        # the length of the moving average: at most, and now
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * step * (beta2**step) / correction
        change = scaled(divided(batch["exp_avg"], 1 - beta1**step), batch.lr)
        if isinstance(length, Tensor):
            factor = rectification(_C.ops.clamp_min(length, 5.0), longest) * correction**0.5
            adapted = [_C.ops.where(length > 5.0, factor / t, 1.0) for t in roots(batch["exp_avg_sq"], group["eps"])]
            change = _C.ops._foreach_mul(change, adapted)
        elif length > 5.0:
            inverse = _C.ops._foreach_reciprocal(roots(batch["exp_avg_sq"], group["eps"]))
            change = _C.ops._foreach_mul(change, scaled(inverse, correction**0.5))
            change = scaled(change, rectification(length, longest))
        add_scaled(batch.params, change, -1.0)


def rectification(length: Any, longest: float) -> Any:
    """By how much the variance of the rate is larger than it will be, for a moving average of that length."""
    now = (length - 4) * (length - 2) * longest
    return (now / ((longest - 4) * (longest - 2) * length)) ** 0.5
