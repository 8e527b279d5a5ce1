"""Whether results have to be the same in every run.

PyTorch has these functions in its long torch/__init__.py; here they are read when they are first used.
"""

from __future__ import annotations

import warnings

from vibetensor import _C


class Determinism:
    """What use_deterministic_algorithms was asked for."""

    enabled = False
    warn_only = False


ON_CUDA = (
    "sums by index on CUDA (index_add_, scatter_add_, put_ with accumulate and the gradients of gather, index_select and "
    "embedding) add in an order that changes from run to run"
)


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Returns None; asks for results that are the same in every run.

    Ops on the CPU always give them, so there it only has to be remembered. On CUDA some do not: NotImplementedError where
    there is a GPU, or with `warn_only` a warning.
    """
    if mode and _C.cuda_is_available():
        if not warn_only:
            raise NotImplementedError(f"use_deterministic_algorithms: {ON_CUDA}; warn_only=True goes on with a warning")
        warnings.warn(f"use_deterministic_algorithms: {ON_CUDA}", stacklevel=2)
    _C.set_attention_deterministic(bool(mode))
    Determinism.enabled, Determinism.warn_only = bool(mode), bool(warn_only)


def are_deterministic_algorithms_enabled() -> bool:
    """Whether use_deterministic_algorithms(True) was called last."""
    return Determinism.enabled


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether it was called with warn_only=True."""
    return Determinism.warn_only


def get_deterministic_debug_mode() -> int:
    """0: not asked for, 1: with warnings, 2: with errors."""
    return (1 if Determinism.warn_only else 2) if Determinism.enabled else 0


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """Returns None; "default" (0), "warn" (1) or "error" (2)."""
    names = ["default", "warn", "error"]
    if isinstance(debug_mode, str):
        if debug_mode not in names:
            raise RuntimeError(
                f"invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got {debug_mode}"
            )
        debug_mode = names.index(debug_mode)
    if debug_mode not in (0, 1, 2):
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}")
    use_deterministic_algorithms(debug_mode > 0, warn_only=debug_mode == 1)
