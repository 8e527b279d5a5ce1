"""PyTorch's home of Graph."""

from vibetensor.torch.fx import Graph

__all__ = ["Graph"]
