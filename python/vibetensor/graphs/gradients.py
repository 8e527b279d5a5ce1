"""The gradients that a capture finds, until it is known whether it succeeds."""

from __future__ import annotations

from typing import Any

from vibetensor import _C


def keys_of(parameters: list[Any]) -> dict[int, int]:
    """By id of each parameter that has a gradient what tells the memory of that."""
    return {id(p): p.grad._storage_key() for p in parameters if p.grad is not None}


class FoundGradients:
    """Gradients as they are now, which a capture that fails puts back.

    With `dropped` they wait on the CPU: the step that is captured frees them, so that their memory on the device is not
    held beside that of the gradients which it makes. Otherwise they are held where they are.
    """

    def __init__(self, parameters: list[Any], dropped: bool):
        self.held: list[tuple[Any, Any]] = []
        self._elsewhere: list[tuple[Any, Any, int]] = []
        for p in parameters:
            grad = p.grad
            if dropped and grad is not None and grad.is_cuda and not grad.is_sparse and not _C.is_fabric(grad):
                self._elsewhere.append((p, grad.detach().cpu(), grad._storage_key()))
            else:
                self.held.append((p, grad))

    def put_back(self) -> None:
        for p, grad in self.held:
            p.grad = grad
        for p, grad, _ in self._elsewhere:
            p.grad = grad.to(p.device)

    def are_part_of(self, memory: set[int]) -> bool:
        """Whether the memory of any of them that waits on the CPU is among the storages with these keys."""
        return any(key in memory for _, _, key in self._elsewhere)
