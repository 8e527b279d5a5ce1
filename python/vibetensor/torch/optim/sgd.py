"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.optim.lists import (
    Batch,
    ListOptimizer,
    add_scaled,
    blank_like,
    check_not_negative,
    scale_all,
)
from vibetensor.torch.optim.optimizer import check_kernels

Tensor: Any = _C.Tensor


class SGD(ListOptimizer):
    """Gradient descent with momentum, one multi-tensor kernel a step for parameters of one device and dtype.

    `foreach` and `fused` are accepted and change nothing: the kernel is both. With `differentiable` the step is made of
    ops that autograd records. State per parameter: momentum_buffer, where momentum is not zero.
    """

    _vt_numbers = ("first",)

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ):
        check_not_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        check_kernels(foreach, fused, differentiable)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    _vt_takes_tensor_lr = True

    @property
    def _step_supports_amp_scaling(self) -> bool:
        # a skipped first step leaves momentum buffers of zeros, which are right only without dampening
        return not self.defaults["differentiable"] and all(
            group["momentum"] == 0 or group["dampening"] == 0 for group in self.param_groups
        )

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("momentum_buffer",) if group["momentum"] != 0 else ()

    def _vt_state_of(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        return self.state[p] if group["momentum"] != 0 else {}

    def _vt_counted(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> tuple[bool, ...]:
        # parameters at their first step go apart, which fills the buffer with the gradient
        first = group["momentum"] != 0 and state.get("momentum_buffer") is None
        if first:
            state["momentum_buffer"] = blank_like(p)
        return (first,)

    def _vt_apart(self, group: dict[str, Any]) -> bool:
        return bool(group["differentiable"])

    def _vt_apply(self, group: dict[str, Any], batch: Batch) -> None:
        if group["differentiable"]:
            return super()._vt_apply(group, batch)
        _C.ops._fused_sgd_(
            batch.params,
            batch.grads,
            batch["momentum_buffer"] if group["momentum"] != 0 else [],
            weight_decay=group["weight_decay"],
            momentum=group["momentum"],
            lr=group["lr"],
            dampening=group["dampening"],
            nesterov=group["nesterov"],
            maximize=group["maximize"],
            is_first_step=batch["first"],
            grad_scale=getattr(self, "grad_scale", None),
            found_inf=getattr(self, "found_inf", None),
        )

    def _vt_update_sparse(self, group: dict[str, Any], p: Any) -> None:
        # only the rows of the gradient are written; a momentum buffer is sparse too and comes to hold all that were
        if group["fused"]:
            raise RuntimeError("`_fused_sgd` does not support sparse gradients")
        change, lr, momentum = p.grad, self._vt_rate(group), group["momentum"]
        if group["maximize"]:
            change = -change
        if group["weight_decay"] != 0:
            change = change.add(p, alpha=group["weight_decay"])
        if momentum != 0:
            velocity = self.state[p].get("momentum_buffer")
            if velocity is None:
                velocity = self.state[p]["momentum_buffer"] = change.detach().clone()
            else:
                velocity.mul_(momentum).add_(change, alpha=1 - group["dampening"])
            change = change.add(velocity, alpha=momentum) if group["nesterov"] else velocity
        p.add_(change, alpha=-lr)

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        change = batch.grads
        if group["momentum"] != 0:
            velocity = batch["momentum_buffer"]
            if batch["first"]:
                _C.ops._foreach_copy_(velocity, change)
            else:
                scale_all(velocity, group["momentum"])
                _C.ops._foreach_add_(velocity, change, alpha=1 - group["dampening"])
            if group["nesterov"]:
                change = _C.ops._foreach_add(change, velocity, alpha=group["momentum"])
            else:
                change = velocity
        add_scaled(batch.params, change, -batch.lr)
