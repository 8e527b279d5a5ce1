"""Transforms of colors."""

from __future__ import annotations

from typing import Any

from vibetensor import torch
from vibetensor.vision.transforms import functional as F
from vibetensor.vision.transforms.composition import (
    Perhaps,
    Shown,
    is_number,
    uniform,
)


class RandomGrayscale(Perhaps):
    """With probability `p`, in shades of gray, with as many channels as before."""

    def __init__(self, p: float = 0.1):
        super().__init__(p)

    def change(self, img: Any) -> Any:
        return F.rgb_to_grayscale(img, F.get_dimensions(img)[0])


class RandomInvert(Perhaps):
    """With probability `p`, the negative."""

    def change(self, img: Any) -> Any:
        return F.invert(img)


class RandomAutocontrast(Perhaps):
    """With probability `p`, with all of the contrast there is."""

    def change(self, img: Any) -> Any:
        return F.autocontrast(img)


class RandomEqualize(Perhaps):
    """With probability `p`, with all shades about as frequent."""

    def change(self, img: Any) -> Any:
        return F.equalize(img)


class RandomPosterize(Perhaps):
    """With probability `p`, with the first `bits` bits of each pixel."""

    shown = ("bits", "p")

    def __init__(self, bits: int, p: float = 0.5):
        super().__init__(p)
        self.bits = bits

    def change(self, img: Any) -> Any:
        return F.posterize(img, self.bits)


class RandomSolarize(Perhaps):
    """With probability `p`, with the pixels from `threshold` on as negatives."""

    shown = ("threshold", "p")

    def __init__(self, threshold: float, p: float = 0.5):
        super().__init__(p)
        self.threshold = threshold

    def change(self, img: Any) -> Any:
        return F.solarize(img, self.threshold)


class RandomAdjustSharpness(Perhaps):
    """With probability `p`, sharper or softer."""

    shown = ("sharpness_factor", "p")

    def __init__(self, sharpness_factor: float, p: float = 0.5):
        super().__init__(p)
        self.sharpness_factor = sharpness_factor

    def change(self, img: Any) -> Any:
        return F.adjust_sharpness(img, self.sharpness_factor)


class ColorJitter(Shown):
    """Random brightness, contrast, saturation and hue, in random order.

    Each is a number x, for factors from 1 - x to 1 + x (hue: -x to x), or (lowest, highest).
    """

    shown = ("brightness", "contrast", "saturation", "hue")

    def __init__(self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0):
        super().__init__()
        self.brightness = self.limits(brightness, "brightness")
        self.contrast = self.limits(contrast, "contrast")
        self.saturation = self.limits(saturation, "saturation")
        self.hue = self.limits(hue, "hue", center=0, bound=(-0.5, 0.5), clip=False)

    @staticmethod
    def limits(
        value: Any, name: str, center: float = 1, bound: tuple[float, float] = (0, float("inf")), clip: bool = True
    ) -> tuple[float, float] | None:
        """(lowest, highest), None where nothing is to be done."""
        if is_number(value):
            if value < 0:
                raise ValueError(f"If {name} is a single number, it must be non negative.")
            low, high = center - float(value), center + float(value)
            low = max(low, 0.0) if clip else low
        elif isinstance(value, list | tuple) and len(value) == 2:
            low, high = float(value[0]), float(value[1])
        else:
            raise TypeError(f"{name} should be a single number or a list/tuple with length 2.")
        if not bound[0] <= low <= high <= bound[1]:
            raise ValueError(f"{name} values should be between {bound}, but got {[low, high]}.")
        return None if low == high == center else (low, high)

    @staticmethod
    def get_params(brightness: Any, contrast: Any, saturation: Any, hue: Any) -> tuple[Any, ...]:
        """A random order, and a random factor for each of the four that is not None."""
        order = torch.randperm(4)
        return (order, *(None if pair is None else uniform(*pair) for pair in (brightness, contrast, saturation, hue)))

    def forward(self, img: Any) -> Any:
        order, *factors = self.get_params(self.brightness, self.contrast, self.saturation, self.hue)
        adjust = (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue)
        for i in order.tolist():
            if factors[i] is not None:
                img = adjust[i](img, factors[i])
        return img


class Grayscale(Shown):
    """The image in shades of gray."""

    shown = ("num_output_channels",)

    def __init__(self, num_output_channels: int = 1):
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img: Any) -> Any:
        return F.rgb_to_grayscale(img, self.num_output_channels)
