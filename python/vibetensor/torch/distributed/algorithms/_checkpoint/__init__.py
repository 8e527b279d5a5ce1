"""Modules whose activations are computed again in backward."""

from vibetensor.torch._not_there import module_getattr

__getattr__ = module_getattr(__name__, ["checkpoint_wrapper"])
