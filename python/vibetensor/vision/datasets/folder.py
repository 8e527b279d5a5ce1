"""Datasets of files in one folder per class."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from vibetensor.vision.datasets.vision import Transform, VisionDataset
from vibetensor.vision.images import need_pil

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


def has_file_allowed_extension(filename: str, extensions: str | tuple[str, ...]) -> bool:
    """Whether the name ends with one of them, in letters of any size."""
    return filename.lower().endswith(extensions)


def is_image_file(filename: str) -> bool:
    """Whether the name is that of an image."""
    return has_file_allowed_extension(filename, IMG_EXTENSIONS)


def find_classes(directory: str | os.PathLike[str]) -> tuple[list[str], dict[str, int]]:
    """The folders in `directory`, sorted, and the number of each."""
    classes = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    if not classes:
        raise FileNotFoundError(f"Couldn't find any class folder in {directory}.")
    return classes, {name: i for i, name in enumerate(classes)}


def make_dataset(
    directory: str | os.PathLike[str],
    class_to_idx: dict[str, int] | None = None,
    extensions: str | tuple[str, ...] | None = None,
    is_valid_file: Callable[[str], bool] | None = None,
    allow_empty: bool = False,
) -> list[tuple[str, int]]:
    """The (path, number of the class) of all files below the classes' folders, sorted.

    Files count by their `extensions` or by `is_valid_file(path)`. FileNotFoundError for a class without any, unless
    `allow_empty`.
    """
    if (extensions is None) == (is_valid_file is None):
        raise ValueError("Both extensions and is_valid_file cannot be None or not None at the same time")
    numbers = find_classes(directory)[1] if class_to_idx is None else class_to_idx
    if not numbers:
        raise ValueError("'class_to_index' must have at least one entry to collect any samples.")
    allowed = extensions

    def counts(path: str) -> bool:
        return is_valid_file(path) if is_valid_file is not None else has_file_allowed_extension(path, allowed or ())

    found: list[tuple[str, int]] = []
    empty = []
    for name in sorted(numbers):
        before = len(found)
        for folder, _, files in sorted(os.walk(os.path.join(os.path.expanduser(directory), name), followlinks=True)):
            paths = (os.path.join(folder, file) for file in sorted(files))
            found += [(path, numbers[name]) for path in paths if counts(path)]
        if len(found) == before:
            empty.append(name)
    if empty and not allow_empty:
        names = [extensions] if isinstance(extensions, str) else list(extensions or ())
        hint = f" Supported extensions are: {', '.join(names)}" if names else ""
        raise FileNotFoundError(f"Found no valid file for the classes {', '.join(empty)}.{hint}")
    return found


def pil_loader(path: str) -> Any:
    """PIL's image in the file, with three channels."""
    with open(path, "rb") as file:
        return need_pil("ImageFolder").open(file).convert("RGB")


default_loader = pil_loader


class DatasetFolder(VisionDataset):
    """The files in `root/class/...`, by `loader(path)`: (sample, number of the class)."""

    def __init__(
        self,
        root: str | os.PathLike[str],
        loader: Callable[[str], Any],
        extensions: tuple[str, ...] | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ):
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.loader, self.extensions = loader, extensions
        self.classes, self.class_to_idx = self.find_classes(self.root)
        self.samples = self.make_dataset(self.root, self.class_to_idx, extensions, is_valid_file, allow_empty)
        self.targets = [number for _, number in self.samples]

    make_dataset = staticmethod(make_dataset)

    def find_classes(self, directory: str | os.PathLike[str]) -> tuple[list[str], dict[str, int]]:
        """The names of the classes, and the number of each; for subclasses to choose them otherwise."""
        return find_classes(directory)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, target = self.samples[index]
        return self.transformed(self.loader(path), target)

    def __len__(self) -> int:
        return len(self.samples)


class ImageFolder(DatasetFolder):
    """The images in `root/class/...`: (image of PIL, number of the class)."""

    def __init__(
        self,
        root: str | os.PathLike[str],
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        loader: Callable[[str], Any] = default_loader,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ):
        extensions = IMG_EXTENSIONS if is_valid_file is None else None
        super().__init__(root, loader, extensions, transform, target_transform, is_valid_file, allow_empty)

    @property
    def imgs(self) -> Sequence[tuple[str, int]]:
        """The paths, and the numbers of their classes."""
        return self.samples
