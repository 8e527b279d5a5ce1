"""Boxes as tensors (N, 4): x1, y1, x2, y2 with x1 <= x2 and y1 <= y2."""

from __future__ import annotations

from typing import Any

from vibetensor import torch
from vibetensor.torch._torchvision_ops import nms

__all__ = [
    "batched_nms",
    "box_area",
    "box_convert",
    "box_iou",
    "clip_boxes_to_image",
    "generalized_box_iou",
    "nms",
    "remove_small_boxes",
]


def wide(boxes: Any) -> Any:
    """The boxes in a dtype in which areas do not overflow."""
    if boxes.is_floating_point():
        return boxes if boxes.dtype in (torch.float32, torch.float64) else boxes.float()
    return boxes if boxes.dtype in (torch.int32, torch.int64) else boxes.int()


def box_area(boxes: Any) -> Any:
    """Areas (N,)."""
    boxes = wide(boxes)
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def common_and_union(boxes1: Any, boxes2: Any) -> tuple[Any, Any]:
    """Areas that each of boxes1 (N, 4) and each of boxes2 (M, 4) have in common, and together: two of (N, M)."""
    top = torch.max(boxes1[:, None, :2], boxes2[:, :2])
    bottom = torch.min(boxes1[:, None, 2:], boxes2[:, 2:])
    extent = wide(bottom - top).clamp(min=0)
    common = extent[..., 0] * extent[..., 1]
    return common, box_area(boxes1)[:, None] + box_area(boxes2) - common


def box_iou(boxes1: Any, boxes2: Any) -> Any:
    """Intersection over union (N, M) of each of boxes1 (N, 4) with each of boxes2 (M, 4)."""
    common, union = common_and_union(boxes1, boxes2)
    return common / union


def generalized_box_iou(boxes1: Any, boxes2: Any) -> Any:
    """box_iou less the part of the box around both that neither covers: (N, M) in (-1, 1]."""
    common, union = common_and_union(boxes1, boxes2)
    top = torch.min(boxes1[:, None, :2], boxes2[:, :2])
    bottom = torch.max(boxes1[:, None, 2:], boxes2[:, 2:])
    extent = wide(bottom - top).clamp(min=0)
    around = extent[..., 0] * extent[..., 1]
    return common / union - (around - union) / around


def box_convert(boxes: Any, in_fmt: str, out_fmt: str) -> Any:
    """Boxes (..., 4) from one format into another: "xyxy", "xywh" (corner and size), "cxcywh" (centre and size).

    ValueError for others.
    """
    for name in (in_fmt, out_fmt):
        if name not in ("xyxy", "xywh", "cxcywh"):
            raise ValueError(f"box_convert: unsupported format {name!r}: expected xyxy, xywh or cxcywh")
    if in_fmt == out_fmt:
        return boxes.clone()
    a, b, c, d = boxes.unbind(-1)
    if in_fmt == "xywh":
        a, b, c, d = a, b, a + c, b + d
    elif in_fmt == "cxcywh":
        a, b, c, d = a - 0.5 * c, b - 0.5 * d, a + 0.5 * c, b + 0.5 * d
    if out_fmt == "xywh":
        a, b, c, d = a, b, c - a, d - b
    elif out_fmt == "cxcywh":
        a, b, c, d = (a + c) / 2, (b + d) / 2, c - a, d - b
    return torch.stack((a, b, c, d), -1)


def clip_boxes_to_image(boxes: Any, size: tuple[int, int]) -> Any:
    """Boxes (..., 4) with what is outside an image of size (height, width) cut off."""
    height, width = size
    x, y = boxes[..., 0::2].clamp(min=0, max=width), boxes[..., 1::2].clamp(min=0, max=height)
    return torch.stack((x, y), -1).reshape(boxes.shape)


def remove_small_boxes(boxes: Any, min_size: float) -> Any:
    """The numbers of the boxes whose sides are both at least `min_size`."""
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return torch.where((width >= min_size) & (height >= min_size))[0]


def batched_nms(boxes: Any, scores: Any, idxs: Any, iou_threshold: float) -> Any:
    """nms within each class: idxs (N,) says which class a box is of. Numbers of the boxes to keep, best score first."""
    if boxes.numel() == 0:
        return torch.empty((0,), dtype=torch.int64, device=boxes.device)
    # classes are moved so far from each other that their boxes cannot overlap
    far = idxs.to(boxes) * (boxes.max() + 1)
    return nms(boxes + far[:, None], scores, iou_threshold)
