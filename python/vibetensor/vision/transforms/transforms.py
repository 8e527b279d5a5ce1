"""Transforms of images: callables to put between a dataset and its samples.

Random ones draw as torchvision's do, from torch's global generator; RandomOrder and RandomChoice from Python's.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from vibetensor import torch
from vibetensor.torch import nn
from vibetensor.vision.transforms import functional as F
from vibetensor.vision.transforms.color import (  # noqa: F401
    ColorJitter,
    Grayscale,
    RandomAdjustSharpness,
    RandomAutocontrast,
    RandomEqualize,
    RandomGrayscale,
    RandomInvert,
    RandomPosterize,
    RandomSolarize,
)
from vibetensor.vision.transforms.composition import (  # noqa: F401
    Compose,
    Lambda,
    Perhaps,
    RandomApply,
    RandomChoice,
    RandomOrder,
    RandomTransforms,
    Shown,
    chance,
    draw,
    is_number,
    uniform,
)
from vibetensor.vision.transforms.functional import InterpolationMode, interpolation_mode, pair


class ToTensor:
    """An image as a float tensor (C, H, W), 8-bit pixels scaled to 0..1."""

    def __call__(self, pic: Any) -> Any:
        return F.to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PILToTensor(ToTensor):
    """PIL's image as a tensor (C, H, W), its pixels as they are."""

    def __call__(self, pic: Any) -> Any:
        return F.pil_to_tensor(pic)


class ToPILImage:
    """A tensor (C, H, W) or an array (H, W, C) as PIL's image."""

    def __init__(self, mode: str | None = None):
        self.mode = mode

    def __call__(self, pic: Any) -> Any:
        return F.to_pil_image(pic, self.mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'' if self.mode is None else f'mode={self.mode}'})"


class ConvertImageDtype(nn.Module):
    """An image tensor in another dtype, its values scaled."""

    def __init__(self, dtype: Any):
        super().__init__()
        self.dtype = dtype

    def forward(self, image: Any) -> Any:
        return F.convert_image_dtype(image, self.dtype)


class Normalize(Shown):
    """(image - mean) / std, of each channel of a floating point tensor (..., C, H, W)."""

    shown = ("mean", "std")

    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False):
        super().__init__()
        self.mean, self.std, self.inplace = mean, std, inplace

    def forward(self, tensor: Any) -> Any:
        return F.normalize(tensor, self.mean, self.std, self.inplace)


class Resize(Shown):
    """An image of (height, width) `size`; for one number, that is the smaller edge, and the larger at most `max_size`."""

    shown = ("size", "interpolation", "max_size", "antialias")

    def __init__(
        self,
        size: int | Sequence[int],
        interpolation: Any = InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ):
        super().__init__()
        if not isinstance(size, int | Sequence):
            raise TypeError(f"Size should be int or sequence. Got {type(size)}")
        if isinstance(size, Sequence) and len(size) not in (1, 2):
            raise ValueError("If size is a sequence, it should have 1 or 2 values")
        self.size, self.max_size, self.antialias = size, max_size, antialias
        self.interpolation = interpolation_mode(interpolation)

    def forward(self, img: Any) -> Any:
        return F.resize(img, self.size, self.interpolation, self.max_size, self.antialias)


class CenterCrop(Shown):
    """The middle of an image, of (height, width) `size`, with zeros around a smaller one."""

    shown = ("size",)

    def __init__(self, size: int | Sequence[int]):
        super().__init__()
        self.size = pair(size)

    def forward(self, img: Any) -> Any:
        return F.center_crop(img, self.size)


class Pad(Shown):
    """An image with a border."""

    shown = ("padding", "fill", "padding_mode")

    def __init__(self, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant"):
        super().__init__()
        F.four_sides(padding)
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode

    def forward(self, img: Any) -> Any:
        return F.pad(img, self.padding, self.fill, self.padding_mode)


class RandomCrop(Shown):
    """A part of (height, width) `size` from a random place, of the image with a border of `padding`.

    pad_if_needed: widen the border until the part fits.
    """

    shown = ("size", "padding")

    def __init__(
        self,
        size: int | Sequence[int],
        padding: int | Sequence[int] | None = None,
        pad_if_needed: bool = False,
        fill: Any = 0,
        padding_mode: str = "constant",
    ):
        super().__init__()
        self.size, self.padding, self.pad_if_needed = pair(size), padding, pad_if_needed
        self.fill, self.padding_mode = fill, padding_mode

    @staticmethod
    def get_params(img: Any, output_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """A random (top, left, height, width)."""
        _, height, width = F.get_dimensions(img)
        tall, wide = output_size
        if height < tall or width < wide:
            raise ValueError(f"Required crop size {(tall, wide)} is larger than input image size {(height, width)}")
        if (height, width) == (tall, wide):
            return 0, 0, height, width
        top = draw(height - tall + 1)
        return top, draw(width - wide + 1), tall, wide

    def forward(self, img: Any) -> Any:
        if self.padding is not None:
            img = F.pad(img, self.padding, self.fill, self.padding_mode)
        _, height, width = F.get_dimensions(img)
        if self.pad_if_needed and width < self.size[1]:
            img = F.pad(img, [self.size[1] - width, 0], self.fill, self.padding_mode)
        if self.pad_if_needed and height < self.size[0]:
            img = F.pad(img, [0, self.size[0] - height], self.fill, self.padding_mode)
        return F.crop(img, *self.get_params(img, self.size))


class RandomHorizontalFlip(Perhaps):
    """With probability `p`, the mirror image."""

    def change(self, img: Any) -> Any:
        return F.hflip(img)


class RandomVerticalFlip(Perhaps):
    """With probability `p`, the image upside down."""

    def change(self, img: Any) -> Any:
        return F.vflip(img)


def random_part(area: int, scale: Sequence[float], ratio: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Ten random (a, b), with a * b in `scale` times `area` and a / b in `ratio`."""
    low, high = torch.log(torch.tensor(ratio)).tolist()
    for _ in range(10):
        size = area * uniform(*scale)
        shape = float(torch.exp(torch.empty(1).uniform_(low, high)).item())
        yield round(math.sqrt(size * shape)), round(math.sqrt(size / shape))


class RandomResizedCrop(nn.Module):
    """A random part of the image, resized to (height, width) `size`.

    The part has a share of the area in `scale`, and a width by height in `ratio`.
    """

    def __init__(
        self,
        size: int | Sequence[int],
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: Any = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ):
        super().__init__()
        if not isinstance(scale, Sequence):
            raise TypeError("Scale should be a sequence")
        if not isinstance(ratio, Sequence):
            raise TypeError("Ratio should be a sequence")
        if scale[0] > scale[1] or ratio[0] > ratio[1]:
            warnings.warn("Scale and ratio should be of kind (min, max)", stacklevel=2)
        self.size, self.scale, self.ratio, self.antialias = pair(size), scale, ratio, antialias
        self.interpolation = interpolation_mode(interpolation)

    @staticmethod
    def get_params(img: Any, scale: Sequence[float], ratio: Sequence[float]) -> tuple[int, int, int, int]:
        """A random (top, left, height, width); of the middle where ten draws did not fit."""
        _, height, width = F.get_dimensions(img)
        for wide, tall in random_part(height * width, scale, ratio):
            if 0 < wide <= width and 0 < tall <= height:
                top = draw(height - tall + 1)
                return top, draw(width - wide + 1), tall, wide
        wide, tall = width, height
        if width / height < min(ratio):
            tall = round(wide / min(ratio))
        elif width / height > max(ratio):
            wide = round(tall * max(ratio))
        return (height - tall) // 2, (width - wide) // 2, tall, wide

    def forward(self, img: Any) -> Any:
        part = self.get_params(img, self.scale, self.ratio)
        return F.resized_crop(img, *part, self.size, self.interpolation, antialias=self.antialias)

    def __repr__(self) -> str:
        scale, ratio = (tuple(round(x, 4) for x in pair) for pair in (self.scale, self.ratio))
        return (
            f"{type(self).__name__}(size={self.size}, scale={scale}, ratio={ratio}, "
            f"interpolation={self.interpolation.value}, antialias={self.antialias})"
        )


class FiveCrop(Shown):
    """The four corners and the middle, each of (height, width) `size`, as a tuple."""

    shown = ("size",)

    def __init__(self, size: int | Sequence[int]):
        super().__init__()
        self.size = pair(size)

    def forward(self, img: Any) -> Any:
        return F.five_crop(img, self.size)


class TenCrop(Shown):
    """As FiveCrop, of the image and of its mirror image."""

    shown = ("size", "vertical_flip")

    def __init__(self, size: int | Sequence[int], vertical_flip: bool = False):
        super().__init__()
        self.size, self.vertical_flip = pair(size), vertical_flip

    def forward(self, img: Any) -> Any:
        return F.ten_crop(img, self.size, self.vertical_flip)


class LinearTransformation(nn.Module):
    """A tensor (..., C, H, W), flattened, less `mean_vector` (D) and times `transformation_matrix` (D, D)."""

    def __init__(self, transformation_matrix: Any, mean_vector: Any):
        super().__init__()
        rows, columns = transformation_matrix.shape
        if rows != columns or mean_vector.shape[0] != rows:
            raise ValueError(
                f"expected a square matrix and a vector for it, got ({rows}, {columns}) and {tuple(mean_vector.shape)}"
            )
        self.transformation_matrix, self.mean_vector = transformation_matrix, mean_vector

    def forward(self, tensor: Any) -> Any:
        flat = tensor.reshape(-1, self.mean_vector.shape[0]) - self.mean_vector
        return (flat @ self.transformation_matrix).reshape(tensor.shape)


def angles(degrees: Any, name: str = "degrees") -> list[float]:
    """[lowest, highest] of one number or of two."""
    if is_number(degrees):
        if degrees < 0:
            raise ValueError(f"If {name} is a single number, it must be positive.")
        return [-float(degrees), float(degrees)]
    if not isinstance(degrees, Sequence) or len(degrees) not in (2, 4):
        raise TypeError(f"{name} should be a number or a sequence of length 2.")
    return [float(d) for d in degrees]


class RandomRotation(nn.Module):
    """The image turned by a random angle, -`degrees` to `degrees` or (lowest, highest)."""

    def __init__(
        self,
        degrees: Any,
        interpolation: Any = InterpolationMode.NEAREST,
        expand: bool = False,
        center: Sequence[int] | None = None,
        fill: Any = 0,
    ):
        super().__init__()
        self.degrees, self.interpolation = angles(degrees), interpolation_mode(interpolation)
        self.expand, self.center, self.fill = expand, center, fill

    @staticmethod
    def get_params(degrees: Sequence[float]) -> float:
        """A random angle."""
        return uniform(*degrees)

    def forward(self, img: Any) -> Any:
        return F.rotate(img, self.get_params(self.degrees), self.interpolation, self.expand, self.center, self.fill)

    def __repr__(self) -> str:
        text = f"degrees={self.degrees}, interpolation={self.interpolation.value}, expand={self.expand}"
        text += "" if self.center is None else f", center={self.center}"
        return f"{type(self).__name__}({text}{'' if self.fill is None else f', fill={self.fill}'})"


class RandomAffine(nn.Module):
    """The image turned, moved, scaled and sheared at random.

    degrees: as of RandomRotation. translate: largest shares of width and height. scale: (lowest, highest). shear: angles
    along x, or (x lowest, x highest, y lowest, y highest).
    """

    def __init__(
        self,
        degrees: Any,
        translate: Sequence[float] | None = None,
        scale: Sequence[float] | None = None,
        shear: Any = None,
        interpolation: Any = InterpolationMode.NEAREST,
        fill: Any = 0,
        center: Sequence[int] | None = None,
    ):
        super().__init__()
        if translate is not None and not all(0.0 <= t <= 1.0 for t in translate):
            raise ValueError("translation values should be between 0 and 1")
        if scale is not None and min(scale) <= 0:
            raise ValueError("scale values should be positive")
        self.degrees, self.translate, self.scale = angles(degrees), translate, scale
        self.shear = None if shear is None else angles(shear, "shear")
        self.interpolation = interpolation_mode(interpolation)
        self.fill, self.center = fill, center

    @staticmethod
    def get_params(
        degrees: Sequence[float],
        translate: Sequence[float] | None,
        scale_ranges: Sequence[float] | None,
        shears: Sequence[float] | None,
        img_size: Sequence[int],
    ) -> tuple[float, tuple[int, int], float, tuple[float, float]]:
        """Random angle, (x, y) to move by, factor and (x, y) angles of shear, for an image of (width, height)."""
        angle = uniform(*degrees)
        moves = (0, 0)
        if translate is not None:
            across, down = (float(share * size) for share, size in zip(translate, img_size, strict=True))
            x = round(uniform(-across, across))
            moves = (x, round(uniform(-down, down)))
        scale = 1.0 if scale_ranges is None else uniform(*scale_ranges)
        shear_x = shear_y = 0.0
        if shears is not None:
            shear_x = uniform(shears[0], shears[1])
            if len(shears) == 4:
                shear_y = uniform(shears[2], shears[3])
        return angle, moves, scale, (shear_x, shear_y)

    def forward(self, img: Any) -> Any:
        _, height, width = F.get_dimensions(img)
        numbers = self.get_params(self.degrees, self.translate, self.scale, self.shear, [width, height])
        return F.affine(img, *numbers, interpolation=self.interpolation, fill=self.fill, center=self.center)

    def __repr__(self) -> str:
        text = f"degrees={self.degrees}"
        for name in ("translate", "scale", "shear"):
            if getattr(self, name) is not None:
                text += f", {name}={getattr(self, name)}"
        return f"{type(self).__name__}({text})"


class RandomErasing(Shown):
    """A tensor with a random part filled, with probability `p`: with `value`, one for each channel, or "random" ones."""

    shown = ("p", "scale", "ratio", "value", "inplace")

    def __init__(
        self,
        p: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: Any = 0,
        inplace: bool = False,
    ):
        super().__init__()
        if isinstance(value, str) and value != "random":
            raise ValueError("If value is str, it should be 'random'")
        if scale[0] < 0 or scale[1] > 1:
            raise ValueError("Scale should be between 0 and 1")
        if p < 0 or p > 1:
            raise ValueError("Random erasing probability should be between 0 and 1")
        self.p, self.scale, self.ratio, self.value, self.inplace = p, scale, ratio, value, inplace

    @staticmethod
    def get_params(
        img: Any, scale: Sequence[float], ratio: Sequence[float], value: Sequence[float] | None = None
    ) -> tuple[int, int, int, int, Any]:
        """A random (top, left, height, width, values); the whole image as it is where ten draws did not fit."""
        channels, height, width = img.shape[-3:]
        for tall, wide in random_part(height * width, scale, ratio):
            if tall >= height or wide >= width:
                continue
            if value is None:
                values = torch.empty([channels, tall, wide], dtype=torch.float32).normal_()
            else:
                values = torch.tensor(value)[:, None, None]
            top = draw(height - tall + 1)
            return top, draw(width - wide + 1), tall, wide, values
        return 0, 0, height, width, img

    def forward(self, img: Any) -> Any:
        if not chance(self.p):
            return img
        value = self.value
        value = [float(value)] if is_number(value) else None if isinstance(value, str) else [float(v) for v in value]
        if value is not None and len(value) not in (1, img.shape[-3]):
            raise ValueError(
                "If value is a sequence, it should have either a single value or "
                f"{img.shape[-3]} (number of input channels)"
            )
        return F.erase(img, *self.get_params(img, self.scale, self.ratio, value), self.inplace)


class GaussianBlur(Shown):
    """The image blurred, with a random standard deviation in `sigma`."""

    shown = ("kernel_size", "sigma")

    def __init__(self, kernel_size: int | Sequence[int], sigma: Any = (0.1, 2.0)):
        super().__init__()
        self.kernel_size = pair(kernel_size, "Kernel size should be a tuple/list of two integers")
        if any(size <= 0 or size % 2 == 0 for size in self.kernel_size):
            raise ValueError("Kernel size value should be an odd and positive number.")
        self.sigma = (float(sigma), float(sigma)) if is_number(sigma) else tuple(sigma)
        if not 0.0 < self.sigma[0] <= self.sigma[1]:
            raise ValueError(f"sigma values should be positive and of the form (min, max). Got {self.sigma}")

    @staticmethod
    def get_params(sigma_min: float, sigma_max: float) -> float:
        """A random standard deviation."""
        return uniform(sigma_min, sigma_max)

    def forward(self, img: Any) -> Any:
        sigma = self.get_params(*self.sigma)
        return F.gaussian_blur(img, self.kernel_size, [sigma, sigma])
