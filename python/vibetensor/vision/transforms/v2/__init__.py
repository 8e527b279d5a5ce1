"""torchvision's second namespace of transforms, so far as it is functions of one image: `functional`."""

from typing import Any

from vibetensor.vision.transforms.v2 import functional
from vibetensor.vision.transforms.v2.functional import InterpolationMode

__all__ = ["InterpolationMode", "functional"]


def __getattr__(name: str) -> Any:
    raise AttributeError(
        f"vibetensor.vision.transforms.v2 has functional and no {name!r}; vibetensor.vision.transforms has the usual ones"
    )
