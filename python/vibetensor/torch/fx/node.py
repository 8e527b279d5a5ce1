"""PyTorch's home of Node, and of the names of its arguments for annotations."""

from __future__ import annotations

from typing import Any, TypeAlias

from vibetensor.torch.fx import Node

__all__ = ["Argument", "Node", "Target"]

Target: TypeAlias = Any  # a function, or the name of a method or module
Argument: TypeAlias = Any
