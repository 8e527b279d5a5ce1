"""What is done with boxes in images, and the layers that go with it. Boxes (N, 4) are x1, y1, x2, y2."""

from vibetensor.torch._torchvision_ops import nms
from vibetensor.vision.ops.boxes import (
    batched_nms,
    box_area,
    box_convert,
    box_iou,
    clip_boxes_to_image,
    generalized_box_iou,
    remove_small_boxes,
)
from vibetensor.vision.ops.misc import FrozenBatchNorm2d
from vibetensor.vision.ops.pooled import RoIAlign, roi_align

__all__ = [
    "FrozenBatchNorm2d",
    "RoIAlign",
    "batched_nms",
    "box_area",
    "box_convert",
    "box_iou",
    "clip_boxes_to_image",
    "generalized_box_iou",
    "nms",
    "remove_small_boxes",
    "roi_align",
]
