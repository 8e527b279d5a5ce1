"""CIFAR-10 and CIFAR-100, from the batches of their version for Python."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar

from vibetensor import torch
from vibetensor.vision.datasets.batch_file import read_batch
from vibetensor.vision.datasets.vision import NumberedImages, Transform, not_found


class CIFAR10(NumberedImages):
    """60 000 color images of 32 by 32 pixels in 10 classes, 50 000 of them for training: (image, number of the class).

    The batches are read from `root/cifar-10-batches-py`, or from `root` where that is the folder itself. `data` is a NumPy
    array (N, 32, 32, 3), a tensor where NumPy is not installed. Nothing is downloaded: RuntimeError without the files.
    """

    base_folder: ClassVar[str] = "cifar-10-batches-py"
    filename: ClassVar[str] = "cifar-10-python.tar.gz"
    train_list: ClassVar[list[str]] = [f"data_batch_{i}" for i in range(1, 6)]
    test_list: ClassVar[list[str]] = ["test_batch"]
    meta: ClassVar[dict[str, str]] = {"filename": "batches.meta", "key": "label_names"}
    labels: ClassVar[str] = "labels"

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
    ):
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        batches = [self.read(name) for name in (self.train_list if train else self.test_list)]
        images = torch.cat([self.images_of(batch) for batch in batches])
        self.data = as_array(images.permute(0, 2, 3, 1))
        self.targets = [label for batch in batches for label in batch[self.labels]]
        if len(self.targets) != len(images):
            raise ValueError(f"{type(self).__name__}: {len(images)} images and {len(self.targets)} labels in {root}")
        self.classes = self.read(self.meta["filename"])[self.meta["key"]]
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}

    def read(self, name: str) -> dict[str, Any]:
        """The dict in a file of the dataset."""
        folder = os.path.join(self.root, self.base_folder)
        for path in (os.path.join(folder, name), os.path.join(self.root, name)):
            if os.path.exists(path):
                return read_batch(path)
        raise not_found(type(self).__name__, name, self.root, f"{self.filename}, unpack it")

    def images_of(self, batch: dict[str, Any]) -> Any:
        """The images (N, 3, 32, 32) of a batch."""
        data = batch.get("data")
        if not isinstance(data, torch.Tensor) or data.dim() != 2 or data.shape[1] != 3072 or self.labels not in batch:
            raise ValueError(
                f"{type(self).__name__}: expected 'data' (N, 3072) and {self.labels!r}, got {sorted(batch)}"
            )
        return data.reshape(-1, 3, 32, 32)


class CIFAR100(CIFAR10):
    """As CIFAR10, with 600 images of each of 100 classes."""

    base_folder = "cifar-100-python"
    filename = "cifar-100-python.tar.gz"
    train_list: ClassVar[list[str]] = ["train"]
    test_list: ClassVar[list[str]] = ["test"]
    meta: ClassVar[dict[str, str]] = {"filename": "meta", "key": "fine_label_names"}
    labels = "fine_labels"


def as_array(tensor: Any) -> Any:
    """The tensor as a NumPy array where NumPy is installed, else itself; a contiguous copy."""
    try:
        import numpy  # noqa: F401
    except ImportError:
        return tensor.contiguous()
    return tensor.contiguous().numpy()
