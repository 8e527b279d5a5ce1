"""Sound, films and shapes in space as TensorBoard's messages."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Mapping
from typing import Any

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

from vibetensor.torch.utils.tensorboard.summary import as_array


def audio(tag: str, value: Any, sample_rate: int) -> Any:
    """A message of a sound as a WAV file of one channel; samples outside of -1..1 are cut there."""
    samples = as_array(value).squeeze()
    if samples.ndim != 1:
        raise AssertionError("input tensor should be 1 dimensional.")
    data = (samples.clip(-1, 1) * np.iinfo(np.int16).max).astype("<i2").tobytes()
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(sample_rate)
        sound.writeframes(data)
    message = Summary.Audio(
        sample_rate=sample_rate,
        num_channels=1,
        length_frames=len(samples),
        encoded_audio_string=file.getvalue(),
        content_type="audio/wav",
    )
    return Summary(value=[Summary.Value(tag=tag, audio=message)])


def frames_of(value: Any) -> Any:
    """uint8 frames (T, H, W, C) of a batch of films (N, T, C, H, W), side by side in a grid."""
    films = as_array(value)
    if films.ndim != 5:
        raise AssertionError(f"expected a video of shape (N, T, C, H, W), got {films.shape}")
    if films.dtype != np.uint8:
        films = (films.astype(np.float32) * 255.0).clip(0, 255).astype(np.uint8)
    count, times, channels, height, width = films.shape
    down = 1 << (count.bit_length() // 2)
    across = -(-count // down)
    grid = np.zeros((times, down * height, across * width, channels), np.uint8)
    for i, film in enumerate(films):
        top, left = i // across * height, i % across * width
        grid[:, top : top + height, left : left + width] = film.transpose(0, 2, 3, 1)
    return grid


def video(tag: str, value: Any, fps: float) -> Any:
    """A message of a film as an animated GIF. ImportError without PIL."""
    from PIL import Image

    frames = frames_of(value)
    _, height, width, channels = frames.shape
    pictures = [Image.fromarray(frame[:, :, 0] if channels == 1 else frame) for frame in frames]
    file = io.BytesIO()
    pictures[0].save(file, format="GIF", save_all=True, append_images=pictures[1:], duration=round(1000 / fps), loop=0)
    message = Summary.Image(height=height, width=width, colorspace=channels, encoded_image_string=file.getvalue())
    return Summary(value=[Summary.Value(tag=tag, image=message)])


def mesh(
    tag: str, vertices: Any, colors: Any = None, faces: Any = None, config: Mapping[str, Any] | None = None
) -> Any:
    """A message of points in space, (N, points, 3), with their colors and the triangles between them."""
    from tensorboard.plugins.mesh import metadata
    from tensorboard.plugins.mesh.plugin_data_pb2 import MeshPluginData

    parts = [
        (as_array(part), kind)
        for part, kind in (
            (vertices, MeshPluginData.VERTEX),
            (faces, MeshPluginData.FACE),
            (colors, MeshPluginData.COLOR),
        )
        if part is not None
    ]
    components = metadata.get_components_bitmask([kind for _, kind in parts])
    settings = json.dumps(dict(config or {}), sort_keys=True)
    values = []
    for data, kind in parts:
        shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in data.shape])
        about = metadata.create_summary_metadata(
            tag, None, kind, components, list(data.shape), description=None, json_config=settings
        )
        tensor = TensorProto(dtype="DT_FLOAT", float_val=data.reshape(-1).tolist(), tensor_shape=shape)
        values.append(Summary.Value(tag=metadata.get_instance_name(tag, kind), tensor=tensor, metadata=about))
    return Summary(value=values)
