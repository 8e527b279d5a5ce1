"""SparseAdam, which has to wait for sparse tensors."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.optim.optimizer import Optimizer


class SparseAdam(Optimizer):
    """NotImplementedError: it updates the rows that a sparse gradient holds, and there are no sparse tensors yet."""

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ):
        raise NotImplementedError(
            "SparseAdam: sparse gradients are not there yet; use Adam, with embeddings whose gradients are dense"
        )
