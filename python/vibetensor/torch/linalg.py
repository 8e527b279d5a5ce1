"""Linear algebra: factorizations, solvers, norms and functions of matrices, ops of the registry.

Matrices are the last two dims of a tensor, the dims in front of them a batch. On the CPU LAPACK does the work: that of
the package scipy-openblas32, or of the machine; VIBETENSOR_LAPACK names another file. It is opened at the first call.
"""

from __future__ import annotations

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

globals().update(_C.functions_of("torch.linalg"))

LinAlgError = _C.LinAlgError

__getattr__ = module_getattr(__name__)
