"""Tensors on both sides: PyTorch's CPU build as the reference, ours on the GPU."""

from __future__ import annotations

from typing import Any

import torch as reference
import vibetensor.torch as torch
from vibetensor import _C

TOLERANCE = {"float64": 1e-12, "float32": 2e-5, "float16": 2e-3, "bfloat16": 1.6e-2}


def ours(theirs: Any) -> Any:
    """A contiguous CUDA tensor of ours with the values of a torch CPU tensor."""
    return _C.from_dlpack(theirs.detach().contiguous()).clone().to("cuda")


def theirs(mine: Any) -> Any:
    """A torch CPU tensor with the values of a tensor of ours."""
    return reference.from_dlpack(mine.detach().cpu().contiguous())


def random(*shape: int, dtype: str = "float32", seed: int = 0) -> Any:
    generator = reference.Generator().manual_seed(seed + sum(shape))
    kind = getattr(reference, dtype)
    if kind == reference.bool:
        return reference.randint(0, 2, shape, generator=generator).bool()
    if not kind.is_floating_point and not kind.is_complex:
        return reference.randint(-50 if kind != reference.uint8 else 0, 100, shape, generator=generator).to(kind)
    return reference.randn(shape, generator=generator, dtype=reference.float64).to(kind)


def check(mine: Any, expected: Any, scale: float = 1.0) -> None:
    """Fails unless `mine` is `expected` up to the accuracy of its dtype, by the norm of the difference."""
    got = theirs(mine)
    assert list(got.shape) == list(expected.shape), f"shape {list(got.shape)}, expected {list(expected.shape)}"
    name = str(mine.dtype).removeprefix("torch.")
    if name not in TOLERANCE:
        assert reference.equal(got, expected.to(got.dtype)), "values differ"
        return
    a, b = got.double(), expected.double()
    both_nan = a.isnan() & b.isnan()
    assert reference.equal(a.isnan(), b.isnan()), "NaNs are in other places"
    same = (a == b) | both_nan
    error = reference.where(same, 0.0, a - b).norm()
    size = reference.where(both_nan | b.isinf(), 0.0, b).norm()
    limit = TOLERANCE[name] * scale * (size + 1e-6)
    assert error <= limit, f"differs by {error.item():.3g} in norm, more than {limit.item():.3g}"


def same_list(a: list[Any], b: list[Any]) -> bool:
    """Whether two lists of tensors of ours have the same values."""
    return len(a) == len(b) and all(bool((theirs(x) == theirs(y)).all()) for x, y in zip(a, b, strict=True))


__all__ = ["TOLERANCE", "check", "ours", "random", "reference", "same_list", "theirs", "torch"]
