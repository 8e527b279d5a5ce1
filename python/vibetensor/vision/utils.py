"""Images put together, and into files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO, Any

from vibetensor import torch
from vibetensor.vision.images import need_pil, tensor_bytes

__all__ = ["make_grid", "save_image"]


def scaled(images: Any, value_range: tuple[float, float] | None) -> Any:
    low, high = (images.min().item(), images.max().item()) if value_range is None else value_range
    return images.clamp(low, high).sub(low).div(max(high - low, 1e-5))


@torch.no_grad()
def make_grid(
    tensor: Any,
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Any:
    """One image (C, H, W) of the images of a tensor (N, C, H, W) or a list, `nrow` in a row, with lines between them.

    normalize: scale to 0..1, from `value_range` or from what is there, of all or, with `scale_each`, of each. Images of
    one channel get three.
    """
    if isinstance(tensor, Sequence):
        for image in tensor:
            if not isinstance(image, torch.Tensor):
                raise TypeError(f"tensor or list of tensors expected, got a list containing {type(image)}")
        tensor = torch.stack(list(tensor), dim=0)
    if not isinstance(tensor, torch.Tensor):
        raise TypeError(f"tensor or list of tensors expected, got {type(tensor)}")
    while tensor.dim() < 4:
        tensor = tensor.unsqueeze(0)
    if tensor.shape[1] == 1:
        tensor = tensor.expand(-1, 3, -1, -1)
    if normalize:
        if value_range is not None and not isinstance(value_range, tuple):
            raise TypeError("value_range has to be a tuple (min, max) if specified. min and max are numbers")
        parts = [scaled(image, value_range) for image in tensor] if scale_each else None
        tensor = scaled(tensor, value_range) if parts is None else torch.stack(parts)
    count, channels, height, width = tensor.shape
    if count == 1:
        return tensor.squeeze(0)
    across = min(nrow, count)
    down = -(-count // across)
    grid = tensor.new_full(
        (channels, down * (height + padding) + padding, across * (width + padding) + padding), pad_value
    )
    for i, image in enumerate(tensor):
        top, left = i // across * (height + padding) + padding, i % across * (width + padding) + padding
        grid[:, top : top + height, left : left + width] = image
    return grid


@torch.no_grad()
def save_image(tensor: Any, fp: str | os.PathLike[str] | IO[bytes], format: str | None = None, **options: Any) -> None:
    """Returns None; writes make_grid(tensor, **options), of values 0..1, into a file, by its name's ending or `format`."""
    grid = make_grid(tensor, **options)
    pixels = grid.mul(255).add_(0.5).clamp_(0, 255).permute(1, 2, 0).to("cpu", torch.uint8)
    height, width, _ = pixels.shape
    need_pil("save_image").frombytes("RGB", (width, height), bytes(tensor_bytes(pixels))).save(fp, format=format)
