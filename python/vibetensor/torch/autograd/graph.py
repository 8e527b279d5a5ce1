"""The recorded graph: its nodes, and what can be done to what they keep."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import Refused, RefusedType, module_getattr

__all__ = ["Node", "increment_version", "save_on_cpu", "saved_tensors_hooks"]

Node = _C.Node
WAY_ROUND = "torch.utils.checkpoint keeps nothing of a part of the program and computes it again"

register_multi_grad_hook = Refused("torch.autograd.graph.register_multi_grad_hook", "use register_hook of each tensor")


class saved_tensors_hooks(RefusedType, why=WAY_ROUND):
    """Context in which functions of one's own keep tensors for backward."""


class save_on_cpu(saved_tensors_hooks, why=WAY_ROUND):
    """Context in which what is kept for backward waits on the CPU."""


def increment_version(tensor: Any) -> None:
    """Returns None; marks a tensor, or several, as written to, so that backward notices."""
    _C.bump_versions([tensor] if isinstance(tensor, _C.Tensor) else list(tensor))


__getattr__ = module_getattr(__name__)
