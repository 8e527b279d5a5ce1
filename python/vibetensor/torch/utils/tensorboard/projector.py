"""Points with labels and images, in the files that TensorBoard's projector reads."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from vibetensor.torch.utils.tensorboard.summary import as_array, pixels_of


def write_points(folder: str, points: Any) -> None:
    """Returns None; the rows of a matrix as tensors.tsv."""
    found = as_array(points)
    if found.ndim != 2:
        raise AssertionError("mat should be 2D, where mat.size(0) is the number of data points")
    with open(os.path.join(folder, "tensors.tsv"), "w", encoding="utf-8") as file:
        file.writelines("\t".join(map(str, row)) + "\n" for row in found.tolist())


def write_labels(folder: str, labels: Sequence[Any], header: Sequence[str] | None, count: int) -> None:
    """Returns None; a label per point, or one per column of `header`, as metadata.tsv."""
    if len(labels) != count:
        raise AssertionError("#labels should equal with #data points")
    with open(os.path.join(folder, "metadata.tsv"), "w", encoding="utf-8") as file:
        if header:
            file.write("\t".join(header) + "\n")
        for label in labels:
            file.write("\t".join(map(str, label)) + "\n" if header else f"{label}\n")


def write_images(folder: str, images: Any, count: int) -> tuple[int, int]:
    """The size (width, height) of one of the images, which are side by side in sprite.png, as many rows as columns."""
    from PIL import Image

    found = as_array(images)
    if len(found) != count:
        raise AssertionError("#images should equal with #data points")
    side = math.ceil(math.sqrt(count))
    blank = np.zeros((side * side - count, *found.shape[1:]), found.dtype)
    rows = np.concatenate([found, blank]).reshape(side, side, *found.shape[1:])
    lines = [np.concatenate([pixels_of(image, "CHW") for image in row], axis=1) for row in rows]
    Image.fromarray(np.concatenate(lines)).save(os.path.join(folder, "sprite.png"))
    return found.shape[3], found.shape[2]


def settings(tag: str, step: int, folder: str, has_labels: bool, image_size: tuple[int, int] | None) -> str:
    """An entry of projector_config.pbtxt for what is in `folder`, below the run's."""
    from google.protobuf import text_format
    from tensorboard.plugins.projector.projector_config_pb2 import EmbeddingInfo, ProjectorConfig

    info = EmbeddingInfo(tensor_name=f"{tag}:{step:05d}", tensor_path=f"{folder}/tensors.tsv")
    if has_labels:
        info.metadata_path = f"{folder}/metadata.tsv"
    if image_size is not None:
        info.sprite.image_path = f"{folder}/sprite.png"
        info.sprite.single_image_dim.extend(image_size)
    return text_format.MessageToString(ProjectorConfig(embeddings=[info]))
