"""Images of another size, by products with matrices of weights: one for the rows, one for the columns."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from vibetensor import torch


def triangle(x: float) -> float:
    return max(0.0, 1.0 - abs(x))


def cubic(a: float) -> Callable[[float], float]:
    """The interpolating cubic with slope `a` at 1."""

    def weight(x: float) -> float:
        x = abs(x)
        if x < 1:
            return ((a + 2) * x - (a + 3)) * x * x + 1
        return (((x - 5) * x + 8) * x - 4) * a if x < 2 else 0.0

    return weight


# the kernel, its radius, with and without antialiasing
KERNELS: dict[str, tuple[Callable[[float], float], Callable[[float], float], int]] = {
    "bilinear": (triangle, triangle, 1),
    "bicubic": (cubic(-0.5), cubic(-0.75), 2),
}


@lru_cache(maxsize=64)
def weights(size: int, new_size: int, mode: str, antialias: bool) -> Any:
    """The matrix (new_size, size) that makes new pixels of old ones along one dimension, float32."""
    scale = size / new_size
    rows = [[0.0] * size for _ in range(new_size)]
    for i, row in enumerate(rows):
        if mode in ("nearest", "nearest-exact"):
            at = i * scale if mode == "nearest" else (i + 0.5) * scale
            row[min(int(at), size - 1)] = 1.0
            continue
        smooth, sharp, radius = KERNELS[mode]
        center = (i + 0.5) * scale
        if antialias:
            stretch = max(scale, 1.0)
            first = max(0, int(center - radius * stretch + 0.5))
            last = min(size, int(center + radius * stretch + 0.5))
            found = [smooth((j - center + 0.5) / stretch) for j in range(first, last)]
            total = math.fsum(found)
            for j, weight in zip(range(first, last), found, strict=True):
                row[j] = weight / total
        else:
            at = max(0.0, center - 0.5) if mode == "bilinear" else center - 0.5
            base = math.floor(at)
            for j in range(base - radius + 1, base + radius + 1):
                row[min(max(j, 0), size - 1)] += sharp(at - j)
    return torch.tensor(rows)


def resized(image: Any, height: int, width: int, mode: str, antialias: bool) -> Any:
    """The tensor (..., H, W) with other last dimensions, of its own dtype; integers are rounded and clipped."""
    old_height, old_width = image.shape[-2:]
    if mode in ("nearest", "nearest-exact"):
        rows = weights(old_height, height, mode, False).argmax(1).to(image.device)
        columns = weights(old_width, width, mode, False).argmax(1).to(image.device)
        return image.index_select(-2, rows).index_select(-1, columns)
    values = image if image.dtype in (torch.float32, torch.float64) else image.float()
    across = weights(old_width, width, mode, antialias).to(values)
    down = weights(old_height, height, mode, antialias).to(values)
    values = down @ (values @ across.t())
    if image.dtype.is_floating_point:
        return values.to(image.dtype)
    limits = torch.iinfo(image.dtype)
    return values.round().clamp(limits.min, limits.max).to(image.dtype)
