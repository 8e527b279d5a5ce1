"""How a loss is reduced: the words for it, their numbers in the ops, and two old arguments."""

from __future__ import annotations

from vibetensor.torch._warnings import warn_user

ENUM = {"none": 0, "mean": 1, "sum": 2}
BATCH_MEAN = 3  # of kl_div alone


def get_string(reduction: str, size_average: bool | None, reduce: bool | None) -> str:
    """The reduction that the arguments ask for together, the old ones with a warning; ValueError without a meaning."""
    if size_average is not None or reduce is not None:
        old = "none" if reduce is False else "sum" if size_average is False else "mean"
        warn_user(f"size_average and reduce args will be deprecated, please use reduction='{old}' instead.")
        return old
    if reduction not in ENUM:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def get_enum(reduction: str, size_average: bool | None = None, reduce: bool | None = None) -> int:
    """The number of that reduction."""
    return ENUM[get_string(reduction, size_average, reduce)]
