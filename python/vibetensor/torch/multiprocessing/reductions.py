"""How tensors are sent to other processes; written in _sharing.py."""

from multiprocessing.reduction import ForkingPickler

from vibetensor.torch._sharing import init_reductions, reduce_storage, reduce_tensor

__all__ = ["ForkingPickler", "init_reductions", "reduce_storage", "reduce_tensor"]
