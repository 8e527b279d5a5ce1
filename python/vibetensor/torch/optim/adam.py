"""Adam, and what AdamW shares with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.optim.optimizer import (
    Batches,
    Optimizer,
    check_kernels,
    increment,
    refuse_options,
    take_back,
)

Tensor: Any = _C.Tensor


def check_hyperparameters(lr: Any, betas: Any, eps: float, weight_decay: float) -> None:
    if isinstance(lr, Tensor):
        if lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
    elif not lr >= 0.0:
        raise ValueError(f"Invalid learning rate: {lr}")
    if not eps >= 0.0:
        raise ValueError(f"Invalid epsilon value: {eps}")
    for i, beta in enumerate(betas):
        if isinstance(beta, Tensor):
            raise NotImplementedError("Adam: betas as tensors are not there yet")
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
    if not weight_decay >= 0.0:
        raise ValueError(f"Invalid weight_decay value: {weight_decay}")


class Adam(Optimizer):
    """Adam (https://arxiv.org/abs/1412.6980), one multi-tensor kernel a step for parameters of one device and dtype.

    `foreach`, `fused` and `capturable` are accepted and change nothing: the kernel is all of them. A step makes no
    wait for the device, so that it can be part of a CUDA graph; there, `lr` may be a one-element CUDA tensor, since a
    number would stay what it was at the capture.
    State per parameter: step (float32, no dimensions), exp_avg, exp_avg_sq, max_exp_avg_sq with amsgrad.
    """

    _step_supports_amp_scaling = True
    _takes_tensor_lr = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ):
        check_hyperparameters(lr, betas, eps, weight_decay)
        refuse_options(type(self).__name__, differentiable=differentiable)
        check_kernels(foreach, fused)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def _state_of(self, p: Any, amsgrad: bool) -> dict[str, Any]:
        state = self.state[p]
        if not state:
            state["step"] = _C.ops.zeros((), dtype=_C.float32, device=p.device)
            state["exp_avg"] = _C.ops.zeros_like(p).detach()
            state["exp_avg_sq"] = _C.ops.zeros_like(p).detach()
            if amsgrad:
                state["max_exp_avg_sq"] = _C.ops.zeros_like(p).detach()
        return state

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """The closure's loss, or None; updates every parameter that has a gradient."""
        loss = self._evaluate(closure)
        # set by a GradScaler, which leaves unscaling to the kernel
        grad_scale, found_inf = getattr(self, "grad_scale", None), getattr(self, "found_inf", None)
        with no_grad():
            for group in self.param_groups:
                batches = Batches(type(self).__name__, 4)
                for p in group["params"]:
                    if p.grad is not None:
                        s = self._state_of(p, group["amsgrad"])
                        batches.add(p, s["exp_avg"], s["exp_avg_sq"], s.get("max_exp_avg_sq"), s["step"])
                beta1, beta2 = group["betas"]
                kernel = _C.ops._fused_adamw_ if group["decoupled_weight_decay"] else _C.ops._fused_adam_
                for params, grads, averages, squares, maxima, steps in batches:
                    increment(steps)
                    kernel(
                        params,
                        grads,
                        averages,
                        squares,
                        maxima,
                        steps,
                        lr=group["lr"],
                        beta1=beta1,
                        beta2=beta2,
                        weight_decay=group["weight_decay"],
                        eps=group["eps"],
                        amsgrad=group["amsgrad"],
                        maximize=group["maximize"],
                        grad_scale=grad_scale,
                        found_inf=found_inf,
                    )
                    take_back(steps, found_inf)
        return loss
