"""Tensors that record what is done to them, which are not there."""

from vibetensor.torch._not_there import Refused

make_fx = Refused("torch.fx.experimental.proxy_tensor.make_fx", "torch.fx.symbolic_trace traces modules and functions")


def get_proxy_mode() -> None:
    """None: nothing is recorded."""
