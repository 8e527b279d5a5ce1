"""Tensors on both sides: PyTorch's CPU build as the reference, ours on the GPU."""

from __future__ import annotations

from typing import Any

import torch as reference
import vibetensor.torch as torch
from compare import identical, near, ours_of
from compare import theirs_of as theirs


def ours(theirs: Any) -> Any:
    """A contiguous CUDA tensor of ours with the values of a torch CPU tensor."""
    return ours_of(theirs.detach().contiguous(), "cuda")


def random(*shape: int, dtype: str = "float32", seed: int = 0) -> Any:
    generator = reference.Generator().manual_seed(seed + sum(shape))
    kind = getattr(reference, dtype)
    if kind == reference.bool:
        return reference.randint(0, 2, shape, generator=generator).bool()
    if not kind.is_floating_point and not kind.is_complex:
        return reference.randint(-50 if kind != reference.uint8 else 0, 100, shape, generator=generator).to(kind)
    return reference.randn(shape, generator=generator, dtype=reference.float64).to(kind)


__all__ = ["identical", "near", "ours", "random", "reference", "theirs", "torch"]
