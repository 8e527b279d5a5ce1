"""Adadelta."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.optim.lists import (
    Batch,
    ListOptimizer,
    add_scaled,
    check_not_negative,
    decay_towards_squares,
)


class Adadelta(ListOptimizer):
    """Steps in the size of past steps (https://arxiv.org/abs/1212.5701): the gradient over its root mean square, times
    that of the changes made so far.

    `rho` is the decay of both means of squares, `eps` is added under both roots. State per parameter: step, square_avg,
    acc_delta.

    >>> import vibetensor.torch as torch
    >>> x = torch.nn.Parameter(torch.tensor([4.0]))
    >>> optimizer = torch.optim.Adadelta([x], lr=10.0)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x.item() < 4
    True
    """

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ):
        check_not_negative(lr=lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        check_not_negative(eps=eps, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("square_avg", "acc_delta")

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        squares, changes = batch["square_avg"], batch["acc_delta"]
        decay_towards_squares(squares, batch.grads, group["rho"])
        over, under = (_C.ops._foreach_sqrt(_C.ops._foreach_add(t, group["eps"])) for t in (changes, squares))
        delta = _C.ops._foreach_mul(_C.ops._foreach_div(over, under), batch.grads)
        decay_towards_squares(changes, delta, group["rho"])
        add_scaled(batch.params, delta, -batch.lr)
