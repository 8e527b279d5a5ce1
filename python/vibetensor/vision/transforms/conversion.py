"""Images as tensors and as PIL's, and their sizes and dtypes."""

from __future__ import annotations

from typing import Any

from vibetensor import torch
from vibetensor.vision import images
from vibetensor.vision.images import Tensor, is_array, is_pil, need_pil

get_dimensions = images.dimensions


def get_image_size(img: Any) -> list[int]:
    """[width, height]."""
    _, height, width = get_dimensions(img)
    return [width, height]


def get_image_num_channels(img: Any) -> int:
    """How many channels the image has."""
    return get_dimensions(img)[0]


def to_tensor(pic: Any) -> Any:
    """The float tensor (C, H, W) of an image, 8-bit pixels scaled to 0..1.

    pic: PIL's, a NumPy array (H, W) or (H, W, C), or, as datasets give them without PIL, a uint8 tensor (C, H, W).
    """
    if is_pil(pic):
        tensor = images.pixels(pic)
        if pic.mode == "1":
            tensor = torch.where(tensor > 0, 255, 0).to(torch.uint8)
    elif is_array(pic):
        if pic.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
        array = pic[:, :, None] if pic.ndim == 2 else pic
        tensor = torch.from_numpy(array.copy()).permute(2, 0, 1).contiguous()
    elif isinstance(pic, Tensor) and pic.dtype == torch.uint8 and pic.dim() == 3:
        tensor = pic
    else:
        raise TypeError(f"pic should be PIL Image or ndarray. Got {type(pic)}")
    return tensor.to(torch.get_default_dtype()).div(255) if tensor.dtype == torch.uint8 else tensor


def pil_to_tensor(pic: Any) -> Any:
    """The tensor (C, H, W) of PIL's image, with its pixels as they are."""
    if not is_pil(pic):
        raise TypeError(f"pic should be PIL Image. Got {type(pic)}")
    return images.pixels(pic)


def max_value(dtype: Any) -> int:
    """What white is: the largest value of an integer dtype, 1 of others."""
    return 1 if dtype.is_floating_point or dtype == torch.bool else torch.iinfo(dtype).max


def convert_image_dtype(image: Any, dtype: Any = None) -> Any:
    """`image` in another dtype, its values scaled so that white stays white; RuntimeError where that loses digits."""
    dtype = torch.float32 if dtype is None else dtype
    if image.dtype == dtype:
        return image
    if image.dtype.is_floating_point:
        if dtype.is_floating_point:
            return image.to(dtype)
        if image.dtype == torch.float32 and dtype in (torch.int32, torch.int64):
            raise RuntimeError(f"The cast from {image.dtype} to {dtype} cannot be performed safely.")
        return image.mul(max_value(dtype) + 1.0 - 1e-3).to(dtype)
    if dtype.is_floating_point:
        return image.to(dtype) / max_value(image.dtype)
    before, after = max_value(image.dtype), max_value(dtype)
    if before > after:
        return torch.div(image, (before + 1) // (after + 1), rounding_mode="floor").to(dtype)
    return image.to(dtype) * ((after + 1) // (before + 1))


def to_pil_image(pic: Any, mode: str | None = None) -> Any:
    """PIL's image of a tensor (C, H, W) or (H, W), or of a NumPy array (H, W) or (H, W, C).

    Floating point values 0..1 of a tensor become 8-bit pixels.
    """
    pil = need_pil("to_pil_image")
    if is_array(pic):
        tensor = torch.from_numpy(pic.copy())
        tensor = tensor.unsqueeze(-1) if tensor.dim() == 2 else tensor
    elif isinstance(pic, Tensor):
        if pic.dim() not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.dim()} dimensions.")
        tensor = pic.detach().cpu()
        tensor = tensor.unsqueeze(0) if tensor.dim() == 2 else tensor
        if tensor.dtype.is_floating_point and mode != "F":
            tensor = tensor.mul(255).to(torch.uint8)
        tensor = tensor.permute(1, 2, 0)
    else:
        raise TypeError(f"pic should be Tensor or ndarray. Got {type(pic)}.")
    height, width, channels = tensor.shape
    if channels > 4:
        raise ValueError(f"pic should not have > 4 channels. Got {channels} channels.")
    if channels == 1:
        expected = {torch.uint8: "L", torch.int16: "I;16", torch.int32: "I", torch.float32: "F"}.get(tensor.dtype)
        if expected is None or (mode is not None and mode != expected and not (mode == "1" and expected == "L")):
            raise ValueError(f"Incorrect mode ({mode}) supplied for input type {tensor.dtype}. Should be {expected}")
        mode = expected
    elif tensor.dtype != torch.uint8:
        raise TypeError(f"Input type {tensor.dtype} is not supported")
    else:
        allowed = {2: ["LA"], 3: ["RGB", "YCbCr", "HSV"], 4: ["RGBA", "CMYK", "RGBX"]}[channels]
        mode = allowed[0] if mode is None else mode
        if mode not in allowed:
            raise ValueError(f"Only modes {allowed} are supported for {channels}D inputs")
    return pil.frombytes(mode, (width, height), bytes(images.tensor_bytes(tensor)))
