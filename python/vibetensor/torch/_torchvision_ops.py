"""Ops of torchvision that it has compiled for PyTorch, written in ours: nms and roi_align."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.library import Library

ops = _C.ops


def areas(boxes: Any) -> Any:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def nms(dets: Any, scores: Any, iou_threshold: float) -> Any:
    """The numbers of the boxes to keep, best score first: each overlaps those before it by at most `iou_threshold`.

    dets (N, 4): x1, y1, x2, y2. scores (N,). Result (kept,), int64.
    """
    if dets.dim() != 2 or dets.size(1) != 4:
        raise RuntimeError(f"nms: boxes should be of shape (N, 4), got {tuple(dets.shape)}")
    if scores.dim() != 1 or scores.size(0) != dets.size(0):
        raise RuntimeError(f"nms: expected {dets.size(0)} scores, got shape {tuple(scores.shape)}")
    order = scores.sort(stable=True, descending=True)[1]
    boxes = dets.detach()[order]
    # overlaps of each box with those of lower score, as one matrix: (N, N)
    top = ops.maximum(boxes[:, None, :2], boxes[None, :, :2])
    bottom = ops.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = (bottom - top).clamp(min=0).prod(2)
    size = areas(boxes)
    over = (common / (size[:, None] + size[None, :] - common) > iou_threshold).tolist()
    kept: list[int] = []
    dropped = [False] * len(over)
    for i, row in enumerate(over):
        if not dropped[i]:
            kept.append(i)
            dropped = [was or now for was, now in zip(dropped, row, strict=True)]
    return order[_C.tensor(kept, dtype=_C.int64, device=str(order.device))]


def sample(image: Any, y: Any, x: Any) -> Any:
    """`image` (R, C, H, W) between its pixels at `y` and `x` (R, P): (R, C, P); 0 beyond one pixel outside."""
    height, width = image.size(2), image.size(3)
    inside = (y >= -1) & (y <= height) & (x >= -1) & (x <= width)
    y, x = y.clamp(min=0), x.clamp(min=0)
    y0, x0 = y.floor().clamp(max=height - 1), x.floor().clamp(max=width - 1)
    y1, x1 = (y0 + 1).clamp(max=height - 1), (x0 + 1).clamp(max=width - 1)
    dy = ops.where(y0 >= height - 1, ops.zeros_like(y), y - y0)
    dx = ops.where(x0 >= width - 1, ops.zeros_like(x), x - x0)
    flat = image.flatten(2)

    def at(rows: Any, columns: Any) -> Any:
        place = (rows * width + columns).to(_C.int64)[:, None, :].expand(-1, flat.size(1), -1)
        return flat.gather(2, place)

    corners = ((y0, x0, (1 - dy) * (1 - dx)), (y0, x1, (1 - dy) * dx), (y1, x0, dy * (1 - dx)), (y1, x1, dy * dx))
    return sum(at(rows, columns) * (weight * inside)[:, None, :] for rows, columns, weight in corners)


def roi_align(
    input: Any,
    rois: Any,
    spatial_scale: float,
    pooled_height: int,
    pooled_width: int,
    sampling_ratio: int,
    aligned: bool,
) -> Any:
    """Averages of `input` (N, C, H, W) in a grid over each of `rois` (R, 5): the image's number, x1, y1, x2, y2.

    Result (R, C, pooled_height, pooled_width); each cell is the mean of sampling_ratio^2 points, of as many as it has
    pixels if that is not positive. Differentiable in `input`.
    """
    if rois.size(1) != 5:
        raise RuntimeError(f"rois must have shape as Tensor[K, 5], got {tuple(rois.shape)}")
    boxes = rois[:, 1:] * spatial_scale - (0.5 if aligned else 0.0)
    start, extent = boxes[:, :2], boxes[:, 2:] - boxes[:, :2]
    if not aligned:
        extent = extent.clamp(min=1.0)
    results = []
    for r in range(rois.size(0)):
        (width, height), (x1, y1) = extent[r].tolist(), start[r].tolist()
        down = sampling_ratio if sampling_ratio > 0 else -int(-height // pooled_height)
        across = sampling_ratio if sampling_ratio > 0 else -int(-width // pooled_width)
        image = input[int(rois[r, 0].item())][None]
        if down <= 0 or across <= 0:
            results.append(image[:, :, :1, :1].expand(1, -1, pooled_height, pooled_width) * 0)
            continue
        y = y1 + (ops.arange(pooled_height * down, device=input.device) + 0.5).to(input.dtype) * (
            height / pooled_height / down
        )
        x = x1 + (ops.arange(pooled_width * across, device=input.device) + 0.5).to(input.dtype) * (
            width / pooled_width / across
        )
        rows, columns = ops.meshgrid((y, x), indexing="ij")
        points = sample(image, rows.reshape(1, -1), columns.reshape(1, -1))
        grid = points.reshape(1, -1, pooled_height, down, pooled_width, across)
        results.append(grid.mean((3, 5)))
    if not results:
        return input.new_zeros((0, input.size(1), pooled_height, pooled_width))
    return ops.cat(results)


def cuda_version() -> int:
    """-1, which torchvision takes for a build without CUDA: it then compares no versions."""
    return -1


library = Library("torchvision", "DEF")
for schema, function in (
    ("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor", nms),
    (
        "roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width, "
        "int sampling_ratio, bool aligned) -> Tensor",
        roi_align,
    ),
    ("_cuda_version() -> int", cuda_version),
):
    library.impl(library.define(schema), function, "CompositeImplicitAutograd")
