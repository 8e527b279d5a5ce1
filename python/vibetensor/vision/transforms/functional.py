"""What the transforms do to one image, with the numbers given: of PIL's images and of tensors (..., C, H, W)."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from vibetensor import torch
from vibetensor.vision import images
from vibetensor.vision.images import Tensor, check_image, is_pil, need_pil
from vibetensor.vision.transforms.conversion import (  # noqa: F401
    convert_image_dtype,
    get_dimensions,
    get_image_num_channels,
    get_image_size,
    max_value,
    pil_to_tensor,
    to_pil_image,
    to_tensor,
)
from vibetensor.vision.transforms.resampling import resized


class InterpolationMode(Enum):
    """How the pixels between pixels are found."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"  # this one and the next two: of PIL's images only
    HAMMING = "hamming"
    LANCZOS = "lanczos"


PIL_NUMBERS = {"nearest": 0, "nearest-exact": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}
BY_PIL_NUMBER = {number: InterpolationMode(name) for name, number in PIL_NUMBERS.items() if name != "nearest-exact"}
LUMA = (0.2989, 0.587, 0.114)  # of red, green and blue


def interpolation_mode(given: Any) -> InterpolationMode:
    """The mode itself, or that of a number of PIL's; TypeError for anything else."""
    if isinstance(given, InterpolationMode):
        return given
    if isinstance(given, int) and int(given) in BY_PIL_NUMBER:
        return BY_PIL_NUMBER[int(given)]
    raise TypeError(f"interpolation: expected an InterpolationMode or a number of PIL's, got {given!r}")


def normalize(tensor: Any, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> Any:
    """(tensor - mean) / std, of each channel of a floating point tensor (..., C, H, W)."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(tensor)}")
    if not tensor.dtype.is_floating_point:
        raise TypeError(f"Input tensor should be a float tensor. Got {tensor.dtype}.")
    if tensor.dim() < 3:
        raise ValueError(f"Expected tensor to be a tensor image of size (..., C, H, W). Got {tuple(tensor.shape)}")
    center = torch.as_tensor(mean, dtype=tensor.dtype, device=tensor.device)
    width = torch.as_tensor(std, dtype=tensor.dtype, device=tensor.device)
    if (width == 0).any():
        raise ValueError(f"std evaluated to zero after conversion to {tensor.dtype}, leading to division by zero.")
    center, width = (t.view(-1, 1, 1) if t.dim() == 1 else t for t in (center, width))
    return (tensor if inplace else tensor.clone()).sub_(center).div_(width)


def resized_size(height: int, width: int, size: Sequence[int], max_size: int | None) -> tuple[int, int]:
    """The (height, width) that resize makes: `size`, or such that the smaller edge is the one number in it."""
    if len(size) == 2:
        return size[0], size[1]
    (edge,) = size
    short, long = (width, height) if width <= height else (height, width)
    new_short, new_long = edge, int(edge * long / short)
    if max_size is not None:
        if max_size <= edge:
            raise ValueError(f"max_size = {max_size} must be strictly greater than the requested size = {edge}")
        if new_long > max_size:
            new_short, new_long = int(max_size * new_short / new_long), max_size
    return (new_long, new_short) if width <= height else (new_short, new_long)


def resize(
    img: Any,
    size: int | Sequence[int],
    interpolation: Any = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
) -> Any:
    """`img` with (height, width) `size`; for one number, that is the smaller edge, and the larger at most `max_size`.

    antialias: of tensors with bilinear and bicubic interpolation; of PIL's images always.
    """
    mode = interpolation_mode(interpolation)
    wanted = [size] if isinstance(size, int) else list(size)
    if len(wanted) not in (1, 2):
        raise ValueError(f"Size must be an int or a 1 or 2 element tuple/list, not a {len(wanted)} element tuple/list")
    if max_size is not None and len(wanted) == 2:
        raise ValueError("max_size should only be passed if size specifies the length of the smaller edge")
    _, height, width = get_dimensions(img)
    new_height, new_width = resized_size(height, width, wanted, max_size)
    if (height, width) == (new_height, new_width):
        return img
    if is_pil(img):
        if antialias is False:
            warnings.warn("antialias: images of PIL are always antialiased", stacklevel=2)
        return img.resize((new_width, new_height), PIL_NUMBERS[mode.value])
    if mode.value not in ("nearest", "nearest-exact", "bilinear", "bicubic"):
        raise ValueError(f"This interpolation mode is unsupported with Tensor input: {mode.value}")
    return resized(img, new_height, new_width, mode.value, bool(antialias))


def four_sides(padding: int | Sequence[int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of one number, of (left and right, top and bottom), or of all four."""
    if isinstance(padding, int):
        return (padding,) * 4
    if not isinstance(padding, list | tuple):
        raise TypeError("Got inappropriate padding arg")
    if len(padding) not in (1, 2, 4):
        raise ValueError(f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(padding)} element tuple")
    left, top, right, bottom = tuple(padding) * (4 // len(padding))
    return left, top, right, bottom


def fill_of(img: Any, fill: Any) -> Any:
    """`fill` as PIL wants it: a number for each band."""
    bands = len(img.getbands())
    fill = 0 if fill is None else fill
    if isinstance(fill, list | tuple):
        fill = tuple(fill) * (bands if len(fill) == 1 else 1)
        if len(fill) != bands:
            raise ValueError(
                "The number of elements in 'fill' does not match the number of channels of the image "
                f"({len(fill)} != {bands})"
            )
        return fill if img.mode == "F" else tuple(int(x) for x in fill)
    value = fill if img.mode == "F" else int(fill)
    return (value,) * bands if bands > 1 else value


def source_indices(size: int, before: int, after: int, mode: str) -> Any:
    """Which old pixel each pixel of a padded row is."""
    at = list(range(-before, size + after))
    if mode == "edge":
        at = [min(max(i, 0), size - 1) for i in at]
    else:
        whole = 2 * size if mode == "symmetric" else max(1, 2 * size - 2)
        last = whole - 1 if mode == "symmetric" else whole
        at = [i % whole if i % whole < size else last - i % whole for i in at]
    return torch.tensor(at, dtype=torch.int64)


def pad(img: Any, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant") -> Any:
    """`img` with a border: `fill`, or by mode the edge's pixel, or the image mirrored ("reflect", "symmetric")."""
    check_image(img)
    left, top, right, bottom = four_sides(padding)
    if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
        raise ValueError("Padding mode should be either constant, edge, reflect or symmetric")
    if is_pil(img):
        if padding_mode == "constant":
            from PIL import ImageOps

            padded = ImageOps.expand(img, border=(left, top, right, bottom), fill=fill_of(img, fill))
        else:
            tensor = pad(images.pixels(img), padding, padding_mode=padding_mode).permute(1, 2, 0)
            size = (tensor.shape[1], tensor.shape[0])
            padded = need_pil("pad").frombytes(img.mode, size, bytes(images.tensor_bytes(tensor)))
        if img.mode == "P":
            padded.putpalette(img.getpalette())
        return padded
    if padding_mode == "constant":
        if isinstance(fill, list | tuple):
            (fill,) = fill
        return torch.nn.functional.pad(img, [left, right, top, bottom], value=fill or 0)
    if min(left, top, right, bottom) < 0:
        height, width = img.shape[-2:]
        img = img[..., max(-top, 0) : height - max(-bottom, 0), max(-left, 0) : width - max(-right, 0)]
        left, top, right, bottom = (max(side, 0) for side in (left, top, right, bottom))
    rows = source_indices(img.shape[-2], top, bottom, padding_mode).to(img.device)
    columns = source_indices(img.shape[-1], left, right, padding_mode).to(img.device)
    return img.index_select(-2, rows).index_select(-1, columns)


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """The part of `img` of that size from (top, left) on, with zeros for what is outside."""
    if is_pil(img):
        return img.crop((left, top, left + width, top + height))
    _, whole_height, whole_width = get_dimensions(img)
    bottom, right = top + height, left + width
    inside = img[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if left < 0 or top < 0 or right > whole_width or bottom > whole_height:
        sides = [
            max(min(right, 0) - left, 0) if right < 0 else max(-left, 0),
            max(right - max(whole_width, left), 0),
            max(min(bottom, 0) - top, 0) if bottom < 0 else max(-top, 0),
            max(bottom - max(whole_height, top), 0),
        ]
        return torch.nn.functional.pad(inside, sides, value=0)
    return inside


def pair(
    size: int | Sequence[int], error: str = "Please provide only two dimensions (h, w) for size."
) -> tuple[int, int]:
    """(height, width) of one number or of two."""
    if isinstance(size, int):
        return size, size
    if len(size) not in (1, 2):
        raise ValueError(error)
    return size[0], size[-1]


def center_crop(img: Any, output_size: int | Sequence[int]) -> Any:
    """The middle of `img`, of (height, width) `output_size`, with zeros around a smaller one."""
    height, width = pair(output_size)
    _, whole_height, whole_width = get_dimensions(img)
    if width > whole_width or height > whole_height:
        across, down = max(width - whole_width, 0), max(height - whole_height, 0)
        img = pad(img, [across // 2, down // 2, (across + 1) // 2, (down + 1) // 2], 0)
        _, whole_height, whole_width = get_dimensions(img)
        if (width, height) == (whole_width, whole_height):
            return img
    return crop(img, round((whole_height - height) / 2.0), round((whole_width - width) / 2.0), height, width)


def resized_crop(
    img: Any,
    top: int,
    left: int,
    height: int,
    width: int,
    size: int | Sequence[int],
    interpolation: Any = InterpolationMode.BILINEAR,
    antialias: bool | None = True,
) -> Any:
    """A part of `img`, resized."""
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


def hflip(img: Any) -> Any:
    """`img` with left and right exchanged."""
    check_image(img)
    return img.transpose(0) if is_pil(img) else img.flip(-1)


def vflip(img: Any) -> Any:
    """`img` upside down."""
    check_image(img)
    return img.transpose(1) if is_pil(img) else img.flip(-2)


def five_crop(img: Any, size: int | Sequence[int]) -> tuple[Any, ...]:
    """The four corners and the middle: top left, top right, bottom left, bottom right, center."""
    height, width = pair(size)
    _, whole_height, whole_width = get_dimensions(img)
    if width > whole_width or height > whole_height:
        raise ValueError(
            f"Requested crop size {(height, width)} is bigger than input size {(whole_height, whole_width)}"
        )
    corners = [(top, left) for top in (0, whole_height - height) for left in (0, whole_width - width)]
    return (*(crop(img, top, left, height, width) for top, left in corners), center_crop(img, (height, width)))


def ten_crop(img: Any, size: int | Sequence[int], vertical_flip: bool = False) -> tuple[Any, ...]:
    """five_crop of `img` and of its mirror image."""
    return five_crop(img, size) + five_crop(vflip(img) if vertical_flip else hflip(img), size)


def enhanced(img: Any, kind: str, factor: float) -> Any:
    from PIL import ImageEnhance

    return getattr(ImageEnhance, kind)(img).enhance(factor)


def blend(first: Any, second: Any, ratio: float) -> Any:
    """`ratio` of the first tensor and the rest of the second, within the range of the first's dtype."""
    return (ratio * first + (1.0 - ratio) * second).clamp(0, max_value(first.dtype)).to(first.dtype)


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """`img` in shades of gray, with one or three channels."""
    if num_output_channels not in (1, 3):
        raise ValueError("num_output_channels should be either 1 or 3")
    if is_pil(img):
        gray = img.convert("L")
        return gray if num_output_channels == 1 else need_pil("to_grayscale").merge("RGB", (gray,) * 3)
    if get_dimensions(img)[0] == 1:
        gray = img.clone()
    else:
        r, g, b = img.unbind(-3)
        gray = (LUMA[0] * r + LUMA[1] * g + LUMA[2] * b).to(img.dtype).unsqueeze(-3)
    return gray if num_output_channels == 1 else gray.expand(*img.shape[:-3], 3, *img.shape[-2:])


def to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """PIL's image in shades of gray."""
    if not is_pil(img):
        raise TypeError("Input should be PIL Image")
    return rgb_to_grayscale(img, num_output_channels)


def check_factor(name: str, factor: float) -> None:
    if factor < 0:
        raise ValueError(f"{name} ({factor}) is not non-negative.")


def adjust_brightness(img: Any, brightness_factor: float) -> Any:
    """`img` lighter or darker: 0 is black, 1 is `img`."""
    check_factor("brightness_factor", brightness_factor)
    if is_pil(img):
        return enhanced(img, "Brightness", brightness_factor)
    return blend(img, torch.zeros_like(img), brightness_factor)


def adjust_contrast(img: Any, contrast_factor: float) -> Any:
    """`img` with more or less contrast: 0 is gray, 1 is `img`."""
    check_factor("contrast_factor", contrast_factor)
    if is_pil(img):
        return enhanced(img, "Contrast", contrast_factor)
    dtype = img.dtype if img.dtype.is_floating_point else torch.float32
    gray = rgb_to_grayscale(img) if get_dimensions(img)[0] == 3 else img
    return blend(img, gray.to(dtype).mean(dim=(-3, -2, -1), keepdim=True), contrast_factor)


def adjust_saturation(img: Any, saturation_factor: float) -> Any:
    """`img` with more or less color: 0 is without, 1 is `img`."""
    check_factor("saturation_factor", saturation_factor)
    if is_pil(img):
        return enhanced(img, "Color", saturation_factor)
    return img if get_dimensions(img)[0] == 1 else blend(img, rgb_to_grayscale(img), saturation_factor)


def adjust_hue(img: Any, hue_factor: float) -> Any:
    """`img` with its colors moved round the circle by `hue_factor`, -0.5 to 0.5 of it."""
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    if is_pil(img):
        if img.mode in ("L", "1", "I", "F"):
            return img
        hue, saturation, value = img.convert("HSV").split()
        moved = hue.point([(i + int(hue_factor * 255)) % 256 for i in range(256)])
        return need_pil("adjust_hue").merge("HSV", (moved, saturation, value)).convert(img.mode)
    if get_dimensions(img)[0] == 1:
        return img
    hue, saturation, value = hsv_of(convert_image_dtype(img, torch.float32))
    return convert_image_dtype(rgb_of((hue + hue_factor) % 1.0, saturation, value), img.dtype)


def hsv_of(img: Any) -> tuple[Any, Any, Any]:
    r, g, b = img.unbind(-3)
    high, low = img.amax(-3), img.amin(-3)
    spread = high - low
    gray = spread == 0
    one = torch.ones_like(high)
    saturation = spread / torch.where(gray, one, high)
    divisor = torch.where(gray, one, spread)
    from_r, from_g, from_b = ((high - c) / divisor for c in (r, g, b))
    hue = (high == r) * (from_b - from_g)
    hue = hue + ((high == g) & (high != r)) * (2.0 + from_r - from_b)
    hue = hue + ((high != g) & (high != r)) * (4.0 + from_g - from_r)
    return torch.fmod(hue / 6.0 + 1.0, 1.0), saturation, high


def rgb_of(hue: Any, saturation: Any, value: Any) -> Any:
    sector = torch.floor(hue * 6.0)
    part = hue * 6.0 - sector
    p = (value * (1.0 - saturation)).clamp(0.0, 1.0)
    q = (value * (1.0 - saturation * part)).clamp(0.0, 1.0)
    t = (value * (1.0 - saturation * (1.0 - part))).clamp(0.0, 1.0)
    number = sector.to(torch.int64) % 6
    channels = [(value, q, p, p, t, value), (t, value, value, q, p, p), (p, p, t, value, value, q)]
    picked = [torch.stack(c, -3).gather(-3, number.unsqueeze(-3)).squeeze(-3) for c in channels]
    return torch.stack(picked, -3)


def adjust_gamma(img: Any, gamma: float, gain: float = 1) -> Any:
    """gain * img ** gamma, of values 0..1."""
    check_factor("gamma", gamma)
    if is_pil(img):
        table = [int((255 + 1 - 1e-3) * gain * pow(i / 255.0, gamma)) for i in range(256)] * 3
        return img.convert("RGB").point(table).convert(img.mode)
    values = convert_image_dtype(img, torch.float32) if not img.dtype.is_floating_point else img
    return convert_image_dtype((gain * values**gamma).clamp(0, 1), img.dtype)


def only_pil(img: Any, what: str) -> None:
    """Returns None; NotImplementedError unless `img` is PIL's."""
    check_image(img)
    if not is_pil(img):
        raise NotImplementedError(f"{what} of tensors is not there yet: do it to PIL's image, before ToTensor")


def rotate(
    img: Any,
    angle: float,
    interpolation: Any = InterpolationMode.NEAREST,
    expand: bool = False,
    center: Sequence[int] | None = None,
    fill: Any = None,
) -> Any:
    """PIL's image turned by `angle` degrees, counter-clockwise, about `center` (x, y); `expand`: large enough for all."""
    only_pil(img, "rotate")
    number = PIL_NUMBERS[interpolation_mode(interpolation).value]
    return img.rotate(angle, number, expand, None if center is None else tuple(center), fillcolor=fill_of(img, fill))


def inverse_affine_matrix(
    center: Sequence[float], angle: float, translate: Sequence[float], scale: float, shear: Sequence[float]
) -> list[float]:
    """The six numbers with which PIL finds the old place of a new pixel: rotation and shear about `center`."""
    turn, across, down = (math.radians(x) for x in (angle, *shear))
    cos, sin = math.cos(turn), math.sin(turn)
    # turned * sheared down * sheared across, whose determinant is 1: its inverse exchanges and negates entries
    lower = [[1.0, 0.0], [-math.tan(down), 1.0]]
    upper = [[1.0, -math.tan(across)], [0.0, 1.0]]
    (a, b), (c, d) = product([[cos, -sin], [sin, cos]], product(lower, upper))
    m = [d / scale, -b / scale, 0.0, -c / scale, a / scale, 0.0]
    x, y = -center[0] - translate[0], -center[1] - translate[1]
    m[2] = m[0] * x + m[1] * y + center[0]
    m[5] = m[3] * x + m[4] * y + center[1]
    return m


def product(left: list[list[float]], right: list[list[float]]) -> list[list[float]]:
    """Of two matrices of rows."""
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*right)] for row in left]


def affine(
    img: Any,
    angle: float,
    translate: Sequence[int],
    scale: float,
    shear: float | Sequence[float],
    interpolation: Any = InterpolationMode.NEAREST,
    fill: Any = None,
    center: Sequence[int] | None = None,
) -> Any:
    """PIL's image rotated, moved, scaled and sheared, about its middle; angles in degrees."""
    only_pil(img, "affine")
    if scale <= 0.0:
        raise ValueError("Argument scale should be positive")
    shear = [float(shear), 0.0] if isinstance(shear, int | float) else [*shear, 0.0][:2]
    middle = [img.width * 0.5, img.height * 0.5] if center is None else center
    matrix = inverse_affine_matrix(middle, angle, translate, scale, shear)
    number = PIL_NUMBERS[interpolation_mode(interpolation).value]
    return img.transform(img.size, 0, matrix, number, fillcolor=fill_of(img, fill))


def erase(img: Any, i: int, j: int, h: int, w: int, v: Any, inplace: bool = False) -> Any:
    """A tensor with `v` in the part of size (h, w) from (i, j) on."""
    if not isinstance(img, Tensor):
        raise TypeError(f"Tensor or ndarray was expected as the first argument, but got {type(img)}")
    img = img if inplace else img.clone()
    img[..., i : i + h, j : j + w] = v
    return img


def by_pil(name: str) -> Callable[..., Any]:
    from PIL import ImageOps

    return getattr(ImageOps, name)


def invert(img: Any) -> Any:
    """The negative of `img`."""
    return by_pil("invert")(img) if is_pil(img) else max_value(img.dtype) - img


def posterize(img: Any, bits: int) -> Any:
    """`img` with the first `bits` bits of each 8-bit pixel."""
    if is_pil(img):
        return by_pil("posterize")(img, bits)
    if img.dtype != torch.uint8:
        raise TypeError(f"Only torch.uint8 image tensors are supported, but found {img.dtype}")
    return img & (256 - 2 ** (8 - bits))


def solarize(img: Any, threshold: float) -> Any:
    """`img` with the pixels from `threshold` on as negatives."""
    return by_pil("solarize")(img, threshold) if is_pil(img) else torch.where(img >= threshold, invert(img), img)


def autocontrast(img: Any) -> Any:
    """`img` with each channel stretched from black to white."""
    if is_pil(img):
        return by_pil("autocontrast")(img)
    bound = max_value(img.dtype)
    dtype = img.dtype if img.dtype.is_floating_point else torch.float32
    low, high = (f((-2, -1), keepdim=True).to(dtype) for f in (img.amin, img.amax))
    scale = bound / (high - low)
    flat = ~torch.isfinite(scale)
    scale, low = torch.where(flat, torch.ones_like(scale), scale), torch.where(flat, torch.zeros_like(low), low)
    return ((img - low) * scale).clamp(0, bound).to(img.dtype)


def equalize(img: Any) -> Any:
    """PIL's image with all shades about as frequent."""
    only_pil(img, "equalize")
    return by_pil("equalize")(img)


def adjust_sharpness(img: Any, sharpness_factor: float) -> Any:
    """PIL's image sharper or softer: 0 is blurred, 1 is `img`."""
    check_factor("sharpness_factor", sharpness_factor)
    only_pil(img, "adjust_sharpness")
    return enhanced(img, "Sharpness", sharpness_factor)


def gaussian_weights(size: int, sigma: float, dtype: Any) -> Any:
    half = (size - 1) * 0.5
    x = torch.linspace(-half, half, steps=size, dtype=dtype)
    weights = torch.exp(-0.5 * (x / sigma).pow(2))
    return weights / weights.sum()


def gaussian_blur(img: Any, kernel_size: int | Sequence[int], sigma: Any = None) -> Any:
    """`img` blurred by a Gaussian over `kernel_size` (across, down) pixels, mirrored at the edges.

    sigma: standard deviation, one or (across, down); by default 0.3 * ((kernel_size - 1) * 0.5 - 1) + 0.8.
    """
    across, down = pair(kernel_size)
    sigmas = [0.3 * ((k - 1) * 0.5 - 1) + 0.8 for k in (across, down)] if sigma is None else sigma
    sigmas = [float(sigmas)] * 2 if isinstance(sigmas, int | float) else [sigmas[0], sigmas[-1]]
    if is_pil(img):
        return to_pil_image(gaussian_blur(pil_to_tensor(img), (across, down), sigmas), mode=img.mode)
    values = img if img.dtype.is_floating_point else img.float()
    padded = pad(values, [across // 2, down // 2], padding_mode="reflect")
    rows = gaussian_weights(down, sigmas[1], values.dtype).to(img.device)
    columns = gaussian_weights(across, sigmas[0], values.dtype).to(img.device)
    blurred = (padded.unfold(-2, down, 1) * rows).sum(-1)
    blurred = (blurred.unfold(-1, across, 1) * columns).sum(-1)
    return blurred if img.dtype.is_floating_point else blurred.round().to(img.dtype)
