"""What the datasets of images have in common."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from vibetensor.torch.utils.data import Dataset

Transform = Callable[[Any], Any]


def indented(head: str, value: Any) -> list[str]:
    """The lines of repr(value) behind `head`."""
    first, *rest = repr(value).splitlines()
    return [head + first, *(" " * len(head) + line for line in rest)]


class StandardTransform:
    """One transform for the image and one for its target."""

    def __init__(self, transform: Transform | None = None, target_transform: Transform | None = None):
        self.transform, self.target_transform = transform, target_transform

    def __call__(self, input: Any, target: Any) -> tuple[Any, Any]:
        if self.transform is not None:
            input = self.transform(input)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return input, target

    def __repr__(self) -> str:
        lines = [type(self).__name__]
        for head, value in (("Transform: ", self.transform), ("Target transform: ", self.target_transform)):
            if value is not None:
                lines += indented(head, value)
        return "\n".join(lines)


class VisionDataset(Dataset[Any]):
    """Base of datasets of images in a folder `root`: define __getitem__ and __len__.

    transform and target_transform change images and targets; `transforms` takes and gives both together.
    """

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        transforms: Callable[..., Any] | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
    ):
        self.root: Any = os.path.expanduser(root) if isinstance(root, str) else root
        separate = transform is not None or target_transform is not None
        if transforms is not None and separate:
            raise ValueError("Only transforms or transform/target_transform can be passed as argument")
        self.transform, self.target_transform = transform, target_transform
        self.transforms = StandardTransform(transform, target_transform) if separate else transforms

    def transformed(self, image: Any, target: Any) -> tuple[Any, Any]:
        """Both, as the program gets them."""
        return (image, target) if self.transforms is None else self.transforms(image, target)

    def __len__(self) -> int:
        raise NotImplementedError("Subclasses of VisionDataset should implement __len__.")

    def extra_repr(self) -> str:
        """Lines for the repr."""
        return ""

    def __repr__(self) -> str:
        lines = [f"Number of datapoints: {len(self)}"]
        if self.root is not None:
            lines.append(f"Root location: {self.root}")
        lines += self.extra_repr().splitlines()
        if self.transforms is not None:
            lines += repr(self.transforms).splitlines()
        return "\n".join([f"Dataset {type(self).__name__}", *("    " + line for line in lines)])


class NumberedImages(VisionDataset):
    """Base of datasets whose images are all in memory, in `data`, and have a number in `targets`."""

    data: Any
    targets: Any
    train: bool
    classes: list[str]

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """The (image, target), transformed; the image is PIL's, or, where that is not installed, a tensor (C, H, W)."""
        from vibetensor.vision.images import image_of

        return self.transformed(image_of(self.data[index]), int(self.targets[index]))

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"


def not_found(name: str, missing: str, where: str, files: str) -> RuntimeError:
    """The error of a dataset whose files are not there."""
    return RuntimeError(
        f"Dataset not found: {name} needs {missing}. Nothing is downloaded here: get {files} and put it into {where}"
    )
