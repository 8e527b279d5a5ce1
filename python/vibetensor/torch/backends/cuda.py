"""Settings of CUDA."""

from __future__ import annotations

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr


def is_built() -> bool:
    """True: the CUDA code is always built, whether there is a GPU or not."""
    return True


class MatmulSettings:
    """How matrix products are computed."""

    __slots__ = ()

    @property
    def allow_tf32(self) -> bool:
        """Whether float32 products may round their inputs to TF32, faster and with 10 bits; off at first."""
        return _C.cuda_allow_tf32()

    @allow_tf32.setter
    def allow_tf32(self, allow: bool) -> None:
        _C.cuda_set_allow_tf32(bool(allow))


matmul = MatmulSettings()

__getattr__ = module_getattr(__name__)
