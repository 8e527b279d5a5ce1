"""Features of boxes, in a grid of the same size for each."""

from __future__ import annotations

from typing import Any

from vibetensor import torch
from vibetensor.torch import _torchvision_ops

__all__ = ["RoIAlign", "roi_align"]


def roi_align(
    input: Any,
    boxes: Any,
    output_size: int | tuple[int, int],
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = False,
) -> Any:
    """Features (R, C, *output_size) of R boxes in `input` (N, C, H, W), by bilinear sampling.

    boxes (R, 5): the image's number, x1, y1, x2, y2; or a list of N tensors (R_n, 4).
    """
    if not isinstance(boxes, torch.Tensor):
        numbers = [torch.full_like(part[:, :1], n) for n, part in enumerate(boxes)]
        boxes = torch.cat([torch.cat(numbers), torch.cat(list(boxes))], 1)
    height, width = (output_size, output_size) if isinstance(output_size, int) else output_size
    return _torchvision_ops.roi_align(input, boxes, spatial_scale, height, width, sampling_ratio, aligned)


class RoIAlign(torch.nn.Module):
    """roi_align as a layer."""

    def __init__(
        self,
        output_size: int | tuple[int, int],
        spatial_scale: float,
        sampling_ratio: int,
        aligned: bool = False,
    ):
        super().__init__()
        self.output_size, self.spatial_scale = output_size, spatial_scale
        self.sampling_ratio, self.aligned = sampling_ratio, aligned

    def forward(self, input: Any, rois: Any) -> Any:
        return roi_align(input, rois, self.output_size, self.spatial_scale, self.sampling_ratio, self.aligned)
