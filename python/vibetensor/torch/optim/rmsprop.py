"""RMSprop."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.optim.lists import (
    Batch,
    ListOptimizer,
    add_quotients,
    add_scaled,
    check_not_negative,
    decay_towards,
    decay_towards_squares,
    roots,
    scale_all,
)


class RMSprop(ListOptimizer):
    """The gradient over its root mean square of late (Hinton's lecture 6e), with momentum on top if asked.

    `centered` takes the variance in the place of the mean square. State per parameter: step, square_avg,
    momentum_buffer where momentum is not zero, grad_avg where centered.
    """

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ):
        check_not_negative(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        momentum = ("momentum_buffer",) if group["momentum"] > 0 else ()
        return ("square_avg", *momentum, *(("grad_avg",) if group["centered"] else ()))

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        alpha, squares = group["alpha"], batch["square_avg"]
        decay_towards_squares(squares, batch.grads, alpha)
        if group["centered"]:
            averages = batch["grad_avg"]
            decay_towards(averages, batch.grads, alpha)
            squares = _C.ops._foreach_addcmul(squares, averages, averages, -1)
        sizes = roots(squares, group["eps"])
        if group["momentum"] > 0:
            velocity = batch["momentum_buffer"]
            scale_all(velocity, group["momentum"])
            add_quotients(velocity, batch.grads, sizes, 1)
            add_scaled(batch.params, velocity, -batch.lr)
        else:
            add_quotients(batch.params, batch.grads, sizes, -batch.lr)
