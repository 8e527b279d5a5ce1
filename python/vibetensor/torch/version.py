"""Which version this is, and the CUDA version that it was built with."""

from vibetensor import _C
from vibetensor.torch.torch_version import torch_version as __version__


def cuda_version() -> str:
    release: int = _C.system_info()["cuda"]["runtime"]
    return f"{release // 1000}.{release % 1000 // 10}"


cuda = cuda_version()
hip = None
xpu = None
debug = False
git_version = "Unknown"  # builds do not know the commit that they are of

__all__ = ["__version__", "cuda", "debug", "git_version", "hip", "xpu"]
