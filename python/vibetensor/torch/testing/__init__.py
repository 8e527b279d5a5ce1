"""Comparison of results."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.testing._comparison import assert_close

__all__ = ["assert_close"]
__getattr__ = module_getattr(__name__)
