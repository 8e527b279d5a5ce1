"""PyTorch's home of Node."""

from vibetensor.torch.fx import Node

__all__ = ["Node"]
