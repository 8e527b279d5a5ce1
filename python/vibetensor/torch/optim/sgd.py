"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.optim.optimizer import Batches, Optimizer, check_kernels, refuse_options

Tensor: Any = _C.Tensor


class SGD(Optimizer):
    """Gradient descent with momentum, one multi-tensor kernel a step for parameters of one device and dtype.

    `foreach` and `fused` are accepted and change nothing: the kernel is both. State per parameter:
    momentum_buffer, where momentum is not zero.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
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
        if isinstance(lr, Tensor):
            if lr.numel() != 1:
                raise ValueError("Tensor lr must be 1-element")
        elif lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if momentum < 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        refuse_options("SGD", differentiable=differentiable)
        check_kernels(foreach, fused)
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

    _takes_tensor_lr = True

    @property
    def _step_supports_amp_scaling(self) -> bool:
        # a skipped first step leaves momentum buffers of zeros, which are right only without dampening
        return all(group["momentum"] == 0 or group["dampening"] == 0 for group in self.param_groups)

    def _momentum_buffer(self, p: Any) -> tuple[Any, bool]:
        """The parameter's buffer, and whether it is new: the first step fills it with the gradient."""
        state = self.state[p]
        buffer = state.get("momentum_buffer")
        if buffer is not None:
            return buffer, False
        state["momentum_buffer"] = _C.ops.zeros_like(p).detach()
        return state["momentum_buffer"], True

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """The closure's loss, or None; updates every parameter that has a gradient."""
        loss = self._evaluate(closure)
        with no_grad():
            for group in self.param_groups:
                # parameters at their first step go apart: the kernel treats all of a call alike
                batches = {True: Batches("SGD", 1), False: Batches("SGD", 1)}
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    if group["momentum"] == 0:
                        batches[False].add(p, None)
                    else:
                        buffer, first = self._momentum_buffer(p)
                        batches[first].add(p, buffer)
                for first, kinds in batches.items():
                    for params, grads, buffers in kinds:
                        _C.ops._fused_sgd_(
                            params,
                            grads,
                            buffers,
                            weight_decay=group["weight_decay"],
                            momentum=group["momentum"],
                            lr=group["lr"],
                            dampening=group["dampening"],
                            nesterov=group["nesterov"],
                            maximize=group["maximize"],
                            is_first_step=first,
                            grad_scale=getattr(self, "grad_scale", None),
                            found_inf=getattr(self, "found_inf", None),
                        )
        return loss
