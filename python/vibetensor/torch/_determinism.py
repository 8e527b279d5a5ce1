"""Whether results have to be the same in every run.

PyTorch has these functions in its long torch/__init__.py; here they are read when they are first used.
"""

from __future__ import annotations

from vibetensor import _C


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Returns None; asks for results that are the same in every run on the same machine.

    Ops on the CPU always give them. On CUDA writes and sums by index (index_add_, scatter_, index_put_ and the gradients of
    gather and indexing) are then made in the order of the index, attention's gradient is summed in a fixed order, and
    libraries take their first choice of a kernel without measuring. What has no such form (bincount with weights, the
    gradient of grid_sample) raises RuntimeError, or warns with `warn_only`. New memory is not filled, as PyTorch does it.
    """
    if not isinstance(mode, bool):
        kind = type(mode).__name__
        raise TypeError(f"_set_deterministic_algorithms(): argument 'mode' (position 1) must be bool, not {kind}")
    _C.set_determinism(0 if not mode else 1 if warn_only else 2)


def are_deterministic_algorithms_enabled() -> bool:
    """Whether use_deterministic_algorithms(True) was called last."""
    return _C.determinism() > 0


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether it was called with warn_only=True."""
    return _C.determinism() == 1


def get_deterministic_debug_mode() -> int:
    """0: not asked for, 1: with warnings, 2: with errors."""
    return _C.determinism()


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
