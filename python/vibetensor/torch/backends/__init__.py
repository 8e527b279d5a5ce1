"""Settings of the devices."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.backends import cuda, cudnn, mps

__all__ = ["cuda", "cudnn", "mps"]
__getattr__ = module_getattr(__name__)
