"""Where functorch has make_fx."""

from vibetensor.torch.fx.experimental.proxy_tensor import make_fx

__all__ = ["make_fx"]
