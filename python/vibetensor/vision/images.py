"""What an image is: one of PIL's where that is installed, or a tensor (..., C, H, W)."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

from vibetensor import torch

Tensor: Any = torch.Tensor


@cache
def pil() -> Any:
    """The module PIL.Image, None where PIL is not installed."""
    try:
        from PIL import Image
    except ImportError:
        return None
    return Image


def need_pil(what: str) -> Any:
    """The module PIL.Image; ImportError that names `what` where PIL is not installed."""
    found = pil()
    if found is None:
        raise ImportError(f"{what} needs PIL (`pip install pillow`)")
    return found


def is_pil(image: Any) -> bool:
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(image, module.Image)


def is_array(image: Any) -> bool:
    module = sys.modules.get("numpy")
    return module is not None and isinstance(image, module.ndarray)


def check_image(image: Any) -> None:
    """Returns None; TypeError unless it is an image."""
    if is_pil(image):
        return
    if not isinstance(image, Tensor):
        raise TypeError(f"Unexpected type {type(image)}: expected an image of PIL or a tensor (..., H, W)")
    if image.dim() < 2:
        raise TypeError(f"expected a tensor of an image (..., H, W), got shape {tuple(image.shape)}")


def dimensions(image: Any) -> list[int]:
    """[channels, height, width]."""
    check_image(image)
    if is_pil(image):
        return [len(image.getbands()), image.height, image.width]
    return [1 if image.dim() == 2 else image.shape[-3], *image.shape[-2:]]


def pixels(image: Any) -> Any:
    """The pixels of PIL's image as a tensor (C, H, W): uint8, or int16, int32 or float32 for its other modes."""
    kinds = {"I": torch.int32, "F": torch.float32, "I;16": torch.int16}
    if image.mode == "1":
        flat = torch.frombuffer(bytearray(image.convert("L").tobytes()), dtype=torch.uint8)
    else:
        flat = torch.frombuffer(bytearray(image.tobytes()), dtype=kinds.get(image.mode, torch.uint8))
    return flat.reshape(image.height, image.width, len(image.getbands())).permute(2, 0, 1).contiguous()


def image_of(pixels: Any) -> Any:
    """An image for a uint8 array or tensor of pixels (H, W) or (H, W, 3): PIL's where that is installed, else a tensor
    (C, H, W)."""
    found = pil()
    tensor = torch.as_tensor(pixels)
    if found is None:
        return tensor.unsqueeze(0) if tensor.dim() == 2 else tensor.permute(2, 0, 1).contiguous()
    mode = "L" if tensor.dim() == 2 else "RGB"
    size = (tensor.shape[1], tensor.shape[0])
    return found.frombytes(mode, size, bytes(tensor_bytes(tensor)))


def tensor_bytes(tensor: Any) -> Any:
    from vibetensor.torch._copying import tensor_bytes as of

    return of(tensor)
