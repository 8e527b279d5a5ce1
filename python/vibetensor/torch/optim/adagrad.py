"""Adagrad."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.optim.lists import Batch, ListOptimizer, add_quotients, check_not_negative, roots, with_values
from vibetensor.torch.optim.optimizer import check_kernels


class Adagrad(ListOptimizer):
    """The gradient over the root of the sum of its squares so far (https://jmlr.org/papers/v12/duchi11a.html).

    The rate falls as lr / (1 + (step - 1) lr_decay). `foreach` and `fused` ask for several parameters a call. State per
    parameter, there from the start: step, sum.
    """

    _vt_numbers = ("step",)

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ):
        check_not_negative(
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        check_kernels(foreach, fused, differentiable)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                self._vt_state_of(p, group)

    def share_memory(self) -> None:
        """Returns None; moves the sums to memory that other processes can map."""
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["sum"].share_memory_()

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("sum",)

    def _vt_fresh(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        start = group["initial_accumulator_value"]
        return {"sum": _C.ops.full_like(p, complex(start, start) if p.dtype.is_complex else start).detach()}

    def _vt_update_sparse(self, group: dict[str, Any], p: Any) -> None:
        if group["weight_decay"] != 0:
            raise RuntimeError("weight_decay option is not compatible with sparse gradients")
        state = self.state[p]
        state["step"] += 1
        rate = self._vt_rate(group) / (1 + (state["step"].item() - 1) * group["lr_decay"])
        grad = (-p.grad if group["maximize"] else p.grad).coalesce()
        values = grad.values()
        state["sum"].add_(with_values(grad, values * values))
        root = state["sum"].sparse_mask(grad).values().sqrt().add(group["eps"])
        p.add_(with_values(grad, values / root), alpha=-rate)

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        rate = batch.lr / (1 + (batch["step"] - 1) * group["lr_decay"])
        _C.ops._foreach_addcmul_(batch["sum"], batch.grads, batch.grads)
        add_quotients(batch.params, batch.grads, roots(batch["sum"], group["eps"]), -rate)
