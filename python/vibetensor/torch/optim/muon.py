"""Muon."""

from __future__ import annotations

import math
from typing import Any

from vibetensor import _C
from vibetensor.torch.optim.lists import Batch, ListOptimizer, blank_like, decay_towards, scale_all

Tensor: Any = _C.Tensor


class Muon(ListOptimizer):
    """Momentum whose update is made orthogonal, for the matrices of hidden layers (https://kellerjordan.github.io/posts/muon).

    Newton-Schulz iterations of `ns_coefficients` in bfloat16 take the singular values towards 1. Biases, embeddings and
    heads belong to another optimizer. `adjust_lr_fn`: "original" scales the rate by sqrt(max(1, rows / columns)),
    "match_rms_adamw" by 0.2 sqrt(max(rows, columns)), so that AdamW's rates fit. State per parameter: momentum_buffer.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ):
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        for label, value in (("Learning rate", lr), ("momentum", momentum), ("weight decay", weight_decay)):
            if not value >= 0.0:
                raise ValueError(f"{label} should be >= 0 but is: {value}")
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                if p.dim() != 2:
                    raise ValueError(
                        f"Muon only supports 2D parameters whereas we found a parameter with size: {p.size()}"
                    )

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("momentum_buffer",)

    def _vt_state_of(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        state: dict[str, Any] = self.state[p]
        if not state:
            if p.dtype.is_complex:
                raise RuntimeError("Muon does not support complex parameters")
            state["momentum_buffer"] = blank_like(p.grad)
        return state

    def _vt_decay(self, group: dict[str, Any], batch: Batch) -> None:
        scale_all(batch.params, 1 - batch.lr * group["weight_decay"])

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        velocity = batch["momentum_buffer"]
        decay_towards(velocity, batch.grads, group["momentum"])
        if group["nesterov"]:
            velocity = _C.ops._foreach_lerp(batch.grads, velocity, group["momentum"])
        for p, v in zip(batch.params, velocity, strict=True):
            update = orthogonal(v, group["ns_coefficients"], group["ns_steps"], group["eps"])
            p.add_(update, alpha=-batch.lr * rate_ratio(group["adjust_lr_fn"], *p.shape))


def rate_ratio(rule: str | None, rows: int, columns: int) -> float:
    """What the rate of a matrix of that shape is multiplied by."""
    if rule == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))


def orthogonal(matrix: Any, coefficients: tuple[float, float, float], steps: int, eps: float) -> Any:
    """The matrix in bfloat16 with its singular values near 1, by odd polynomials a x + b x^3 + c x^5 of them."""
    if steps >= 100:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    x = matrix.to(_C.bfloat16)
    tall = x.size(0) > x.size(1)
    if tall:
        x = x.t()
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.t()
        x = _C.ops.addmm(x, _C.ops.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.t() if tall else x
