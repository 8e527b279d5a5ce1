"""What transforms do to one image: an image of PIL's or a tensor (..., C, H, W)."""

from __future__ import annotations

from typing import Any

from vibetensor import torch
from vibetensor.vision.images import dimensions, is_pil
from vibetensor.vision.transforms.functional import (
    InterpolationMode,
    adjust_brightness,
    adjust_contrast,
    adjust_gamma,
    adjust_hue,
    adjust_saturation,
    adjust_sharpness,
    affine,
    autocontrast,
    center_crop,
    convert_image_dtype,
    crop,
    equalize,
    erase,
    five_crop,
    gaussian_blur,
    get_image_num_channels,
    get_image_size,
    hflip,
    invert,
    normalize,
    pad,
    pil_to_tensor,
    posterize,
    resize,
    resized_crop,
    rgb_to_grayscale,
    rotate,
    solarize,
    ten_crop,
    to_grayscale,
    to_pil_image,
    to_tensor,
    vflip,
)

__all__ = [
    "InterpolationMode",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_gamma",
    "adjust_hue",
    "adjust_saturation",
    "adjust_sharpness",
    "affine",
    "autocontrast",
    "center_crop",
    "convert_image_dtype",
    "crop",
    "equalize",
    "erase",
    "five_crop",
    "gaussian_blur",
    "get_image_num_channels",
    "get_image_size",
    "grayscale_to_rgb",
    "hflip",
    "invert",
    "normalize",
    "pad",
    "pil_to_tensor",
    "posterize",
    "resize",
    "resized_crop",
    "rgb_to_grayscale",
    "rotate",
    "solarize",
    "ten_crop",
    "to_dtype",
    "to_grayscale",
    "to_image",
    "to_pil_image",
    "to_tensor",
    "vflip",
]


def to_dtype(inpt: Any, dtype: Any = torch.float32, scale: bool = False) -> Any:
    """`inpt` in another dtype; with `scale` white stays white, without it numbers stay what they are."""
    return convert_image_dtype(inpt, dtype) if scale else inpt.to(dtype)


def grayscale_to_rgb(inpt: Any) -> Any:
    """The image with three channels: one channel three times; an image with three as it is."""
    if is_pil(inpt):
        return inpt.convert("RGB")
    if dimensions(inpt)[0] >= 3:
        return inpt
    return inpt[..., :1, :, :].expand(*inpt.shape[:-3], 3, -1, -1)


def to_image(inpt: Any) -> Any:
    """The tensor (C, H, W) of PIL's image or of an array (H, W, C); a tensor as it is, (H, W) as (1, H, W)."""
    if isinstance(inpt, torch.Tensor):
        return inpt if inpt.dim() > 2 else inpt[None]
    if is_pil(inpt):
        return pil_to_tensor(inpt)
    array = torch.from_numpy(inpt)
    return (array if array.dim() > 2 else array[..., None]).permute(2, 0, 1).contiguous()
