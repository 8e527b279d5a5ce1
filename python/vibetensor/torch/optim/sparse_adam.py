"""SparseAdam: Adam that moves the rows that a sparse gradient holds, and leaves the others and their averages alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.optim.lists import check_betas, with_values
from vibetensor.torch.optim.optimizer import Optimizer

Tensor: Any = _C.Tensor


class SparseAdam(Optimizer):
    """Adam for parameters in memory with sparse gradients, as nn.Embedding(sparse=True) gives them.

    Only the averages and the rows at the gradient's entries are read and written. RuntimeError for a dense gradient.
    State per parameter: step, a number; exp_avg, exp_avg_sq.

    >>> import vibetensor.torch as torch
    >>> table = torch.nn.Embedding(1000, 4, sparse=True)
    >>> optimizer = torch.optim.SparseAdam(table.parameters(), lr=0.1)
    >>> table(torch.tensor([3, 7])).sum().backward()
    >>> optimizer.step()
    """

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ):
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if not lr > 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not eps > 0.0:
            raise ValueError(f"Invalid epsilon value: {eps}")
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        places = [(i, j, p) for i, group in enumerate(self.param_groups) for j, p in enumerate(group["params"])]
        if sparse := [[i, j] for i, j, p in places if p.is_sparse]:
            raise ValueError(f"Sparse params at indices {sparse}: SparseAdam requires dense parameter tensors")
        if complex_ones := [[i, j] for i, j, p in places if p.is_complex()]:
            raise ValueError(
                f"Complex params at indices {complex_ones}: SparseAdam does not support complex parameters"
            )

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """The closure's loss, or None; updates the rows that the gradients hold."""
        loss = self._vt_evaluate(closure)
        with no_grad():
            for group in self.param_groups:
                ready = [p for p in group["params"] if p.grad is not None]
                if not all(p.grad.is_sparse for p in ready):
                    raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
                for p in ready:
                    self._vt_update(group, p, self._vt_state_of(p))
        return loss

    def _vt_state_of(self, p: Any) -> dict[str, Any]:
        state: dict[str, Any] = self.state[p]
        if not state:
            state["step"] = 0
            state["exp_avg"] = _C.ops.zeros_like(p).detach()
            state["exp_avg_sq"] = _C.ops.zeros_like(p).detach()
        return state

    @staticmethod
    def _vt_update(group: dict[str, Any], p: Any, state: dict[str, Any]) -> None:
        state["step"] += 1
        grad = (-p.grad if group["maximize"] else p.grad).coalesce()  # the step is not linear in the gradient
        if grad._nnz() == 0:
            return
        values = grad.values()
        beta1, beta2 = group["betas"]
        averages = []
        for name, new, beta in (("exp_avg", values, beta1), ("exp_avg_sq", values * values, beta2)):
            old = state[name].sparse_mask(grad).values()
            change = (new - old) * (1 - beta)
            state[name].add_(with_values(grad, change))
            averages.append(change + old)
        mean, square = averages
        rate = float(group["lr"]) * (1 - beta2 ** state["step"]) ** 0.5 / (1 - beta1 ** state["step"])
        p.add_(with_values(grad, mean / square.sqrt().add(group["eps"])), alpha=-rate)
