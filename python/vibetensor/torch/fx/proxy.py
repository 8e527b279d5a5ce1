"""PyTorch's home of Proxy."""

from vibetensor.torch.fx import Proxy

__all__ = ["Proxy"]
