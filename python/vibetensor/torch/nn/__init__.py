"""Layers, losses and containers of neural networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.nn import functional, init, modules, parameter, utils
from vibetensor.torch.nn.modules import *  # noqa: F403
from vibetensor.torch.nn.parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    "Buffer",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "factory_kwargs",
    "functional",
    "init",
    "modules",
    "parameter",
    "utils",
    *modules.__all__,
    *modules.late,
]


def factory_kwargs(kwargs: dict[str, Any] | None) -> dict[str, Any]:
    """Of a module's keyword arguments those that its tensors are made with: device, dtype and memory_format.

    kwargs: them, and any in a dictionary "factory_kwargs"; TypeError for others and for what is given twice.
    """
    if kwargs is None:
        return {}
    names = {"device", "dtype", "memory_format"}
    unexpected = kwargs.keys() - (names | {"factory_kwargs"})
    if unexpected:
        raise TypeError(f"unexpected kwargs {unexpected}")
    result = dict(kwargs.get("factory_kwargs", {}))
    for name in names & kwargs.keys():
        if name in result:
            raise TypeError(f"{name} specified twice, in **kwargs and in factory_kwargs")
        result[name] = kwargs[name]
    return result


if TYPE_CHECKING:
    from vibetensor.torch.nn import attention as attention
    from vibetensor.torch.nn import parallel as parallel
    from vibetensor.torch.nn.modules import GRU as GRU
    from vibetensor.torch.nn.modules import LSTM as LSTM
    from vibetensor.torch.nn.modules import RNN as RNN
    from vibetensor.torch.nn.modules import AdaptiveLogSoftmaxWithLoss as AdaptiveLogSoftmaxWithLoss
    from vibetensor.torch.nn.modules import ChannelShuffle as ChannelShuffle
    from vibetensor.torch.nn.modules import CircularPad1d as CircularPad1d
    from vibetensor.torch.nn.modules import CircularPad2d as CircularPad2d
    from vibetensor.torch.nn.modules import CircularPad3d as CircularPad3d
    from vibetensor.torch.nn.modules import ConstantPad1d as ConstantPad1d
    from vibetensor.torch.nn.modules import ConstantPad2d as ConstantPad2d
    from vibetensor.torch.nn.modules import ConstantPad3d as ConstantPad3d
    from vibetensor.torch.nn.modules import CosineSimilarity as CosineSimilarity
    from vibetensor.torch.nn.modules import Fold as Fold
    from vibetensor.torch.nn.modules import GRUCell as GRUCell
    from vibetensor.torch.nn.modules import LSTMCell as LSTMCell
    from vibetensor.torch.nn.modules import PairwiseDistance as PairwiseDistance
    from vibetensor.torch.nn.modules import PixelShuffle as PixelShuffle
    from vibetensor.torch.nn.modules import PixelUnshuffle as PixelUnshuffle
    from vibetensor.torch.nn.modules import ReflectionPad1d as ReflectionPad1d
    from vibetensor.torch.nn.modules import ReflectionPad2d as ReflectionPad2d
    from vibetensor.torch.nn.modules import ReflectionPad3d as ReflectionPad3d
    from vibetensor.torch.nn.modules import ReplicationPad1d as ReplicationPad1d
    from vibetensor.torch.nn.modules import ReplicationPad2d as ReplicationPad2d
    from vibetensor.torch.nn.modules import ReplicationPad3d as ReplicationPad3d
    from vibetensor.torch.nn.modules import RNNBase as RNNBase
    from vibetensor.torch.nn.modules import RNNCell as RNNCell
    from vibetensor.torch.nn.modules import RNNCellBase as RNNCellBase
    from vibetensor.torch.nn.modules import Unfold as Unfold
    from vibetensor.torch.nn.modules import ZeroPad1d as ZeroPad1d
    from vibetensor.torch.nn.modules import ZeroPad2d as ZeroPad2d
    from vibetensor.torch.nn.modules import ZeroPad3d as ZeroPad3d
    from vibetensor.torch.nn.parallel import DataParallel as DataParallel
else:
    __getattr__ = module_getattr(
        __name__, ["attention", "parallel", "quantized"], {"DataParallel": "nn.parallel", **modules.late}
    )
