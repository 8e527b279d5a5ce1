"""Functions of nn.functional that read images anew: resizing, and sampling at the points of a grid."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from vibetensor import _C

ops = _C.ops

GRID_MODES = ("bilinear", "nearest", "bicubic")
GRID_PADDINGS = ("zeros", "border", "reflection")


def _per_dim(value: Any, dims: int, name: str, shape: Any) -> Any:
    """A size or a scale as a list with an entry per spatial dim; None stays."""
    if value is None:
        return None
    if not isinstance(value, (list, tuple)):
        return [value] * dims
    if len(value) != dims:
        raise ValueError(
            "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of "
            f"{list(shape)} and {name} of {value}"
        )
    return list(value)


def interpolate(
    input: Any,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    """`input` (N, C, ...) with its spatial dims resized to `size`, or to their sizes times `scale_factor`.

    mode: "nearest", "nearest-exact" and "area" take one to three spatial dims, "linear" one, "bilinear", "bicubic" and
    "lanczos" two, "trilinear" three. align_corners: the centres of the first and last elements stay in place instead of
    their outer borders. recompute_scale_factor: steps are those of the rounded sizes. antialias: "bilinear", "bicubic"
    and "lanczos" weigh all elements that one of the result covers. ValueError and NotImplementedError for what does not
    go together.
    """
    shape = input.shape[2:]
    sizes = _per_dim(size, len(shape), "output size", shape)
    if sizes is not None:
        kinds = [type(s) for s in sizes]
        if any(issubclass(kind, float) for kind in kinds):
            raise TypeError(f"expected size to be one int or one for each spatial dim, but got size with types {kinds}")
        sizes = [int(s) for s in sizes]
    scales = _per_dim(scale_factor, len(shape), "scale_factor", shape)
    return ops.interpolate(input, sizes, scales, mode, align_corners, recompute_scale_factor, antialias)


def _warn_of_old_name(name: str) -> None:
    warnings.warn(f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=3)


def upsample(
    input: Any, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: Any = None
) -> Any:
    """`interpolate` by its old name."""
    _warn_of_old_name("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """`interpolate` with mode "nearest"."""
    _warn_of_old_name("upsample_nearest")
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """`interpolate` with mode "bilinear" and align_corners."""
    _warn_of_old_name("upsample_bilinear")
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def _corners_of_grid(align_corners: bool | None) -> bool:
    if align_corners is None:
        warnings.warn(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
            "align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.",
            stacklevel=3,
        )
    return bool(align_corners)


def _number_of(value: str, values: tuple[str, ...], name: str) -> int:
    if value not in values:
        raise ValueError(f"nn.functional.grid_sample(): expected {name} to be one of {values}, but got: '{value}'")
    return values.index(value)


def grid_sample(
    input: Any, grid: Any, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> Any:
    """`input` (N, C, H, W) or (N, C, D, H, W) at the points of `grid` (N, ..., 2) or (N, ..., 3): (N, C, ...).

    A point is x, y(, z) from -1 to 1, the centres of the border elements with `align_corners`, else their outer edges.
    mode: "bilinear", "nearest" or, of two spatial dims, "bicubic"; padding_mode, of what lies outside: "zeros", "border"
    or "reflection".
    """
    mode_number = _number_of(mode, GRID_MODES, "mode")
    padding_number = _number_of(padding_mode, GRID_PADDINGS, "padding_mode")
    return ops.grid_sampler(input, grid, mode_number, padding_number, _corners_of_grid(align_corners))


def affine_grid(theta: Any, size: Sequence[int], align_corners: bool | None = None) -> Any:
    """The grid with which `grid_sample` maps an image of `size` (N, C, ...) affinely.

    theta (N, 2, 3) for four sizes, (N, 3, 4) for five; the grid is (N, H, W, 2) or (N, D, H, W, 3).
    """
    align_corners = _corners_of_grid(align_corners)
    size = list(size)
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    if len(size) not in (4, 5):
        raise NotImplementedError(
            f"affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size {size}."
        )
    dims = len(size) - 2
    if theta.dim() != 3 or tuple(theta.shape[1:]) != (dims, dims + 1):
        raise ValueError(
            f"Expected a batch of {dims}D affine matrices of shape Nx{dims}x{dims + 1} for size {size}. Got {theta.shape}."
        )
    if align_corners and min(size[2:]) == 1:
        warnings.warn(
            "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is "
            "not an intended use case of affine_grid. See the documentation of affine_grid for details.",
            stacklevel=2,
        )
    elif min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {size}")
    return ops.affine_grid_generator(theta, size, align_corners)
