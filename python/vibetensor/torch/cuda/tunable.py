"""Matrix products whose kernel is chosen by measuring: torch.cuda.tunable.

Unlike PyTorch's, it is on at first: the first large product of a shape times cuBLASLt's candidates on its own operands, keeps
the fastest for the life of the process and remembers it in vibetensor/ in $XDG_CACHE_HOME or ~/.cache for later ones.
Nothing is measured while a CUDA graph is captured.
"""

from __future__ import annotations

from vibetensor import _C

__all__ = ["enable", "is_enabled", "tuning_enable", "tuning_is_enabled"]


def enable(val: bool = True) -> None:
    """Returns None; whether shapes that come for the first time from now on are measured. Off: cuBLASLt's first choice.

    >>> import vibetensor.torch as torch
    >>> torch.cuda.tunable.enable(False)
    >>> torch.cuda.tunable.is_enabled()
    False
    >>> torch.cuda.tunable.enable()
    """
    _C.cuda_set_gemm_measured(bool(val))


def is_enabled() -> bool:
    """Returns whether new shapes are measured."""
    return _C.cuda_gemm_is_measured()


tuning_enable = enable
tuning_is_enabled = is_enabled
