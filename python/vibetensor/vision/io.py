"""Image files as tensors (C, H, W) of uint8, read and written by PIL."""

from __future__ import annotations

from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import Any

from vibetensor import torch
from vibetensor.vision.images import need_pil
from vibetensor.vision.transforms.functional import pil_to_tensor, to_pil_image

__all__ = ["ImageReadMode", "decode_image", "read_file", "read_image", "write_file", "write_jpeg", "write_png"]


class ImageReadMode(Enum):
    """What a decoded image is made into; UNCHANGED is as many channels as the file has."""

    UNCHANGED = 0
    GRAY = 1
    GRAY_ALPHA = 2
    RGB = 3
    RGB_ALPHA = 4


PIL_MODES = {"GRAY": "L", "GRAY_ALPHA": "LA", "RGB": "RGB", "RGB_ALPHA": "RGBA"}


def read_file(path: str | Path) -> Any:
    """The bytes of a file: uint8 (n,)."""
    return torch.frombuffer(bytearray(Path(path).read_bytes()), dtype=torch.uint8)


def write_file(filename: str | Path, data: Any) -> None:
    """Returns None; writes the bytes of uint8 (n,)."""
    Path(filename).write_bytes(data.numpy().tobytes())


def decode_image(
    input: Any, mode: ImageReadMode | str = ImageReadMode.UNCHANGED, apply_exif_orientation: bool = False
) -> Any:
    """The image (C, H, W) in the bytes of a file, uint8 (n,); also from a file by its path.

    NotImplementedError for images of more than eight bits a channel.
    """
    if not isinstance(input, torch.Tensor):
        input = read_file(input)
    if isinstance(mode, str):
        mode = ImageReadMode[mode.upper()]
    image = need_pil("decode_image").open(BytesIO(input.numpy().tobytes()))
    if image.mode[0] in "IF":
        raise NotImplementedError(f"decode_image: images of mode {image.mode} are not there: only of 8 bits a channel")
    if apply_exif_orientation:
        from PIL import ImageOps

        image = ImageOps.exif_transpose(image)
    if mode is not ImageReadMode.UNCHANGED:
        image = image.convert(PIL_MODES[mode.name])
    elif image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif image.mode == "1":
        image = image.convert("L")
    return pil_to_tensor(image)


def read_image(
    path: str | Path, mode: ImageReadMode | str = ImageReadMode.UNCHANGED, apply_exif_orientation: bool = False
) -> Any:
    """decode_image of a file."""
    return decode_image(read_file(path), mode, apply_exif_orientation)


def write_png(input: Any, filename: str | Path, compression_level: int = 6) -> None:
    """Returns None; writes uint8 (C, H, W) with one or three channels as PNG."""
    to_pil_image(input).save(filename, "PNG", compress_level=compression_level)


def write_jpeg(input: Any, filename: str | Path, quality: int = 75) -> None:
    """Returns None; writes uint8 (C, H, W) with one or three channels as JPEG."""
    to_pil_image(input).save(filename, "JPEG", quality=quality)
