"""Random images, for a first try."""

from __future__ import annotations

from typing import Any

from vibetensor import torch
from vibetensor.vision.datasets.vision import Transform, VisionDataset


class FakeData(VisionDataset):
    """Random images of `image_size` (C, H, W) with random classes, the same for the same index: (image, class)."""

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        random_offset: int = 0,
    ):
        super().__init__(None, transform=transform, target_transform=target_transform)
        self.size, self.image_size, self.num_classes = size, image_size, num_classes
        self.random_offset = random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        from vibetensor.vision import images

        if index >= len(self):
            raise IndexError(f"{type(self).__name__} index out of range")
        kept = torch.get_rng_state()
        torch.manual_seed(index + self.random_offset)
        pixels = torch.randn(*self.image_size)
        target = torch.randint(0, self.num_classes, size=(1,), dtype=torch.long)[0]
        torch.set_rng_state(kept)
        if images.pil() is None:
            image = pixels.mul(255).to(torch.uint8)
        else:
            from vibetensor.vision.transforms.functional import to_pil_image

            image = to_pil_image(pixels)
        image, target = self.transformed(image, target)
        return image, target.item() if isinstance(target, torch.Tensor) else target

    def __len__(self) -> int:
        return self.size
