"""Adam, and what AdamW shares with it."""

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
)
from vibetensor.torch.optim.optimizer import check_kernels, take_back

Tensor: Any = _C.Tensor


class Adam(ListOptimizer):
    """Adam (https://arxiv.org/abs/1412.6980), one multi-tensor kernel a step for parameters of one device and dtype.

    `foreach`, `fused` and `capturable` are accepted and change nothing: the kernel is all of them. A step makes no
    wait for the device, so that it can be part of a CUDA graph; there, `lr` may be a one-element CUDA tensor, since a
    number would stay what it was at the capture. With `differentiable` the step is made of ops that autograd records.
    State per parameter: step (float32, no dimensions), exp_avg, exp_avg_sq, max_exp_avg_sq with amsgrad.
    """

    _vt_takes_tensor_lr = True
    _vt_sparse_advice = ", please consider SparseAdam instead"

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1e-3,
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
        check_not_negative(lr=lr, eps=eps)
        if isinstance(lr, Tensor) and foreach and not capturable:
            raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
        if isinstance(betas[0], Tensor) != isinstance(betas[1], Tensor):
            raise ValueError("betas must be either both floats or both Tensors")
        if isinstance(betas[0], Tensor):
            if foreach and not capturable:
                raise ValueError("betas[0] as a Tensor is not supported for capturable=False and foreach=True")
            raise NotImplementedError("Adam: betas as tensors are not there yet")
        check_betas(betas)
        check_not_negative(weight_decay=weight_decay)
        check_kernels(foreach, fused, differentiable)
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

    @property
    def _step_supports_amp_scaling(self) -> bool:
        return not self.defaults["differentiable"]

    def _vt_counter(self, p: Any, group: dict[str, Any], value: Any = 0.0) -> Any:
        # on the device always: the kernel reads it
        return _C.ops.full((), float(value), dtype=_C.float32, device=p.device)

    def _vt_place_counter(self, group: dict[str, Any], param: Any, value: Any) -> Any:
        return value.to(device=param.device, dtype=_C.float32, copy=True)

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq", *(("max_exp_avg_sq",) if group["amsgrad"] else ()))

    def _vt_apart(self, group: dict[str, Any]) -> bool:
        return bool(group["differentiable"])

    def _vt_apply(self, group: dict[str, Any], batch: Batch) -> None:
        if group["differentiable"]:
            return super()._vt_apply(group, batch)
        # set by a GradScaler, which leaves unscaling to the kernel
        grad_scale, found_inf = getattr(self, "grad_scale", None), getattr(self, "found_inf", None)
        kernel = _C.ops._fused_adamw_ if group["decoupled_weight_decay"] else _C.ops._fused_adam_
        beta1, beta2 = group["betas"]
        kernel(
            batch.params,
            batch.grads,
            batch["exp_avg"],
            batch["exp_avg_sq"],
            batch["max_exp_avg_sq"] if group["amsgrad"] else [],
            batch.counters("step"),
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
        take_back(batch.counters("step"), found_inf)

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        beta1, beta2 = group["betas"]
        step = self._vt_number(group, batch.counters("step")[0])
        decay_towards(batch["exp_avg"], batch.grads, beta1)
        squares = batch["exp_avg_sq"]
        decay_towards_squares(squares, batch.grads, beta2)
        if group["amsgrad"]:
            _C.ops._foreach_maximum_(batch["max_exp_avg_sq"], squares)
            squares = batch["max_exp_avg_sq"]
        sizes = roots(divided(squares, 1 - beta2**step), group["eps"])
        add_quotients(batch.params, batch["exp_avg"], sizes, -(batch.lr / (1 - beta1**step)))
