"""Tensors that record what is done to them, which are not there."""

from vibetensor.torch._not_there import Refused
from vibetensor.torch.fx import NO_GRAPHS

make_fx = Refused("torch.fx.experimental.proxy_tensor.make_fx", NO_GRAPHS)


def get_proxy_mode() -> None:
    """None: nothing is recorded."""
