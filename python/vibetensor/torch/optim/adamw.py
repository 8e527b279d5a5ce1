"""Adam with decoupled weight decay."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.optim.adam import Adam


class AdamW(Adam):
    """Adam with weight decay apart from the gradient (https://arxiv.org/abs/1711.05101); options as for Adam.

    >>> import vibetensor.torch as torch
    >>> x = torch.nn.Parameter(torch.tensor([4.0]))
    >>> optimizer = torch.optim.AdamW([x], lr=0.5, weight_decay=0.0)
    >>> for _ in range(60):
    ...     optimizer.zero_grad()
    ...     ((x - 1) ** 2).sum().backward()
    ...     optimizer.step()
    >>> abs(x.item() - 1) < 0.1
    True
    """

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ):
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
