"""PyTorch's own name of an older home of torch.library's functions."""

from vibetensor.torch.library import get_ctx, impl, impl_abstract

__all__ = ["get_ctx", "impl", "impl_abstract"]
