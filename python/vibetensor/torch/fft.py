"""Discrete Fourier transforms, ops of the registry: of any length, over any dims, with derivatives.

They are our own, and on the CPU; on CUDA they raise NotImplementedError.
"""

from __future__ import annotations

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

globals().update(_C.functions_of("torch.fft"))

Tensor = _C.Tensor

__getattr__ = module_getattr(__name__)
