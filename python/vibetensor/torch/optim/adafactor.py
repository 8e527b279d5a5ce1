"""Adafactor."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.optim.lists import Batch, ListOptimizer, blank_like, scale_all

Tensor: Any = _C.Tensor


class Adafactor(ListOptimizer):
    """Adam's second moment from its row and column means alone, in sublinear memory (https://arxiv.org/abs/1804.04235).

    `lr` is the largest rate; a step's is relative to the root mean square of the parameter, at least `eps[1]`, and the
    update's is kept at `d` or below. `beta2_decay` says how fast the moving average lengthens; `eps[0]` is None for the
    dtype's. State per parameter: step, and row_var and col_var of matrices, variance of vectors.
    """

    _vt_numbers = ("step",)

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ):
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if not lr >= 0.0:
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not beta2_decay <= 0.0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None and not eps[0] >= 0.0:
            raise ValueError(f"epsilon1 should be >= 0 but is: {eps[0]}")
        if not eps[1] >= 0.0:
            raise ValueError(f"epsilon2 should be >= 0 but is: {eps[1]}")
        if not d >= 1.0:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        if not weight_decay >= 0.0:
            raise ValueError(f"weight_decay should be >= 0 but is: {weight_decay}")
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ()  # a parameter has other state by its number of dimensions

    def _vt_fresh(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        if p.dtype.is_complex:
            raise RuntimeError("Adafactor does not support complex parameters")
        if p.grad.dim() < 2:
            return {"variance": blank_like(p.grad)}
        *batch, rows, columns = p.grad.shape
        return {"row_var": p.grad.new_zeros((*batch, rows, 1)), "col_var": p.grad.new_zeros((*batch, 1, columns))}

    def _vt_decay(self, group: dict[str, Any], batch: Batch) -> None:
        pass  # relative to a rate that needs the parameters as they were: in the formula

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        eps1, eps2 = group["eps"]
        if eps1 is None:
            eps1 = _C.finfo(batch.params[0].dtype).eps
        step = batch["step"]
        weight = step ** group["beta2_decay"]
        rate = min(batch.lr, 1 / step**0.5)
        for p, grad, state in zip(batch.params, batch.grads, batch.states, strict=True):
            if p.numel() == 0:
                continue
            alpha = max(eps2, root_mean_square(p)) * rate
            if group["weight_decay"] != 0:
                scale_all([p], 1 - batch.lr * group["weight_decay"])
            update = second_moment(grad, state, weight, eps1).clamp_(min=eps1 * eps1).rsqrt_().mul_(grad)
            p.add_(update, alpha=-alpha / max(1.0, root_mean_square(update) / group["d"]))


def root_mean_square(t: Any) -> float:
    value: float = t.norm(2).item() / (t.numel() ** 0.5)
    return value


def second_moment(grad: Any, state: dict[str, Any], weight: float, eps: float) -> Any:
    """The estimate of the squared gradient, after its moving averages took this one in."""
    if grad.dim() < 2:
        state["variance"].lerp_(grad * grad, weight)
        return state["variance"].clone()
    rows, columns = state["row_var"], state["col_var"]
    for dim, means in ((-1, rows), (-2, columns)):
        means.lerp_(_C.ops.linalg_vector_norm(grad, 2, [dim], True).square_().div_(grad.size(dim)), weight)
    return (rows @ columns).div_(rows.mean(dim=-2, keepdim=True).clamp_(min=eps))
