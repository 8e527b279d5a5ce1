"""Resilient backpropagation."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.optim.lists import Batch, ListOptimizer, blank_like, check_not_negative


class Rprop(ListOptimizer):
    """Steps of a size of their own per element, by the sign of the gradient alone; for full batches.

    A size grows by `etas[1]` while the sign stays, shrinks by `etas[0]` where it changed (and that element rests for a
    step), within `step_sizes`. State per parameter: step, prev, step_size.
    """

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ):
        check_not_negative(lr=lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("prev", "step_size")

    def _vt_fresh(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        size = float(group["lr"])
        return {
            "prev": blank_like(p),
            "step_size": _C.ops.full_like(p, complex(size, size) if p.dtype.is_complex else size).detach(),
        }

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        shrink, grow = group["etas"]
        where = _C.ops.where
        for p, grad, prev, size in zip(batch.params, batch.grads, batch["prev"], batch["step_size"], strict=True):
            agreement = grad * prev
            turned = agreement < 0
            size.mul_(
                where(agreement > 0, grow, where(turned, shrink, _C.ops.ones((), dtype=p.dtype, device=p.device)))
            )
            size.clamp_(*group["step_sizes"])
            grad = where(turned, 0, grad)
            p.addcmul_(grad.sign(), size, value=-1)
            prev.copy_(grad)
