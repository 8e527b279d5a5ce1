"""MNIST and the datasets in its format: idx files, as they are or compressed by gzip."""

from __future__ import annotations

import gzip
import os
from math import prod
from pathlib import Path
from typing import Any, ClassVar

from vibetensor import torch
from vibetensor.vision.datasets.vision import NumberedImages, Transform, not_found

# the third byte of an idx file: the dtype of its elements, most significant byte first
ELEMENTS: dict[int, Any] = {
    8: torch.uint8,
    9: torch.int8,
    11: torch.int16,
    12: torch.int32,
    13: torch.float32,
    14: torch.float64,
}

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGITS = [f"{i} - {name}" for i, name in enumerate(NUMBERS)]
CLOTHES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
CHARACTERS = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]


def read_idx(path: str | os.PathLike[str]) -> Any:
    """The tensor in an idx file, compressed or not. ValueError, with what is wrong, for other files."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError) as error:
            raise ValueError(f"{path}: the gzip file is damaged ({error})") from error
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in ELEMENTS:
        raise ValueError(f"{path} is not an idx file: it begins with {data[:4]!r}")
    dtype, dims = ELEMENTS[data[2]], data[3]
    begin = 4 + 4 * dims
    shape = [int.from_bytes(data[at : at + 4], "big") for at in range(4, begin, 4)]
    size = dtype.itemsize
    if len(data) < begin or len(data) - begin != prod(shape) * size:
        raise ValueError(
            f"{path}: expected {prod(shape) * size} bytes of {dtype} {tuple(shape)}, got {len(data) - begin}"
        )
    if len(data) == begin:
        return torch.empty(shape, dtype=dtype)
    body = bytearray(data[begin:])
    if size > 1:
        body = bytearray(b"".join(body[at : at + size][::-1] for at in range(0, len(body), size)))
    return torch.frombuffer(body, dtype=dtype).reshape(shape)


def read_image_file(path: str | os.PathLike[str]) -> Any:
    """The uint8 images (N, H, W) in an idx file."""
    return checked(read_idx(path), 3, path)


def read_label_file(path: str | os.PathLike[str]) -> Any:
    """The labels (N) in an idx file, as int64."""
    return checked(read_idx(path), 1, path).long()


def checked(tensor: Any, dims: int, path: Any) -> Any:
    if tensor.dtype != torch.uint8 or tensor.dim() != dims:
        raise ValueError(f"{path}: expected uint8 of {dims} dims, got {tensor.dtype} of shape {tuple(tensor.shape)}")
    return tensor


class MNIST(NumberedImages):
    """70 000 handwritten digits of 28 by 28 pixels, 60 000 of them for training: (image, digit).

    The files, `train-images-idx3-ubyte` and the three like it, with or without `.gz`, are looked for in
    `root/MNIST/raw`, `root/MNIST` and `root`. Nothing is downloaded: RuntimeError where they are missing.
    """

    classes = DIGITS
    kinds: ClassVar[tuple[str, str]] = ("images-idx3-ubyte", "labels-idx1-ubyte")

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
        self.data, self.targets = read_image_file(self.file(0)), read_label_file(self.file(1))
        if len(self.data) != len(self.targets):
            raise ValueError(f"{type(self).__name__}: {len(self.data)} images and {len(self.targets)} labels in {root}")

    def file(self, kind: int) -> str:
        """Where the images (0) or labels (1) are."""
        name = f"{'train' if self.train else 't10k'}-{self.kinds[kind]}"
        for folder in (self.raw_folder, os.path.dirname(self.raw_folder), self.root):
            for path in (os.path.join(folder, name), os.path.join(folder, f"{name}.gz")):
                if os.path.exists(path):
                    return path
        raise not_found(type(self).__name__, name, self.raw_folder, f"{name}.gz")

    @property
    def raw_folder(self) -> str:
        """Where the files belong."""
        return os.path.join(self.root, type(self).__name__, "raw")

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The number of each class, by its name."""
        return {name: i for i, name in enumerate(self.classes)}


class FashionMNIST(MNIST):
    """70 000 pieces of clothing in MNIST's format: (image, number of the class)."""

    classes = CLOTHES


class KMNIST(MNIST):
    """70 000 characters of cursive Japanese in MNIST's format: (image, number of the class)."""

    classes = CHARACTERS
