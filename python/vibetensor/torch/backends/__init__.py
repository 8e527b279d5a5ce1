"""Settings of the devices, and of libraries that PyTorch may be built with."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.backends import cuda, cudnn, mps

__all__ = ["cuda", "cudnn", "mps"]
__getattr__ = module_getattr(
    __name__, ["cpu", "cusparselt", "mha", "mkl", "mkldnn", "nnpack", "openmp", "opt_einsum", "quantized", "xnnpack"]
)
