"""Settings of the devices, and of libraries that PyTorch may be built with."""

from collections.abc import Iterator
from contextlib import contextmanager

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.backends import cuda, cudnn, mps

__all__ = ["cuda", "cudnn", "mps"]


@contextmanager
def __allow_nonbracketed_mutation() -> Iterator[None]:
    """Context in which settings may be assigned to even after disable_global_flags(); here they always may."""
    yield


__getattr__ = module_getattr(
    __name__, ["cpu", "cusparselt", "mha", "mkl", "mkldnn", "nnpack", "openmp", "opt_einsum", "quantized", "xnnpack"]
)
