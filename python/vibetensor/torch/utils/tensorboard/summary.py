"""Values as TensorBoard's messages."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

from vibetensor import _C


def as_array(value: Any) -> Any:
    """The NumPy array of a tensor, on any device and with any history, or of what NumPy takes."""
    if isinstance(value, _C.Tensor):
        value = value.detach().cpu()
        return (value.float() if value.dtype == _C.bfloat16 else value).numpy()
    return np.asarray(value)


def scalar(tag: str, value: Any) -> Any:
    """A message of one number."""
    found = as_array(value).squeeze()
    if found.ndim:
        raise AssertionError(f"scalar should be 0D: {tag} has shape {found.shape}")
    return Summary(value=[Summary.Value(tag=tag, simple_value=float(found))])


def default_bins() -> Any:
    """Edges of TensorBoard's own bins, each a tenth larger than the one before."""
    edges = 1e-12 * 1.1 ** np.arange(774)
    return np.concatenate([-edges[::-1], [0.0], edges])


def histogram(tag: str, values: Any, bins: Any, max_bins: int | None = None) -> Any:
    """A message of how the values are distributed. bins: "tensorflow" for TensorBoard's own, or as numpy.histogram's."""
    found = as_array(values).astype(np.float64).reshape(-1)
    if found.size == 0:
        raise ValueError("The input has no element.")
    edges = default_bins() if isinstance(bins, str) and bins == "tensorflow" else bins
    counts, limits = np.histogram(found, bins=edges)
    if max_bins is not None and len(counts) > max_bins:
        step = -(-len(counts) // max_bins)
        starts = np.arange(0, len(counts), step)
        counts = np.add.reduceat(counts, starts)
        limits = np.append(limits[starts], limits[-1])
    used = np.flatnonzero(counts)
    first, last = (used[0], used[-1]) if used.size else (0, 0)
    message = HistogramProto(
        min=float(found.min()),
        max=float(found.max()),
        num=int(found.size),
        sum=float(found.sum()),
        sum_squares=float(found.dot(found)),
        bucket_limit=[float(limits[first]), *map(float, limits[first + 1 : last + 2])],
        bucket=[0.0, *map(float, counts[first : last + 1])],
    )
    return Summary(value=[Summary.Value(tag=tag, histo=message)])


def pixels_of(value: Any, dataformats: str) -> Any:
    """uint8 pixels (H, W, C) of an image, or of a batch in a grid; floating point values are 0..1."""
    found = as_array(value)
    order = dataformats.upper()
    if len(order) != found.ndim or not set(order) <= set("NHWC") or len(set(order)) != len(order):
        raise AssertionError(f"size of input tensor and input format are different: {found.shape} and {dataformats!r}")
    if found.dtype != np.uint8:
        found = (found.astype(np.float32) * 255.0).clip(0, 255).astype(np.uint8)
    for missing in set("NHWC") - set(order):
        found, order = found[None], missing + order
    found = found.transpose([order.index(axis) for axis in "NHWC"])
    count, height, width, channels = found.shape
    across = min(count, 8)
    down = -(-count // across)
    grid = np.zeros((down * height, across * width, channels), np.uint8)
    for i, image in enumerate(found):
        top, left = i // across * height, i % across * width
        grid[top : top + height, left : left + width] = image
    return np.repeat(grid, 3, axis=2) if channels == 1 else grid


def image(tag: str, value: Any, dataformats: str) -> Any:
    """A message of an image as PNG. ImportError without PIL."""
    from PIL import Image

    pixels = pixels_of(value, dataformats)
    height, width, channels = pixels.shape
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    message = Summary.Image(height=height, width=width, colorspace=channels, encoded_image_string=file.getvalue())
    return Summary(value=[Summary.Value(tag=tag, image=message)])


def plugin(name: str, content: bytes = b"") -> Any:
    return SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=name, content=content))


def pr_curve(tag: str, labels: Any, predictions: Any, num_thresholds: int = 127, weights: Any = None) -> Any:
    """A message of precision and recall over thresholds: labels of 0 and 1, predictions 0..1, at most 127 thresholds."""
    from tensorboard.plugins.pr_curve.plugin_data_pb2 import PrCurvePluginData

    steps = min(num_thresholds, 127)
    wanted, given = as_array(labels).reshape(-1).astype(np.float64), as_array(predictions).reshape(-1)
    shares = np.ones_like(wanted) if weights is None else as_array(weights).reshape(-1).astype(np.float64)
    bins = np.floor(given * (steps - 1)).astype(np.int64).clip(0, steps - 1)
    # from each threshold on: how much is found rightly and wrongly
    right, wrong = (np.bincount(bins, of * shares, steps)[::-1].cumsum()[::-1] for of in (wanted, 1.0 - wanted))
    missed, left = right[0] - right, wrong[0] - wrong
    precision = right / np.maximum(1e-7, right + wrong)
    recall = right / np.maximum(1e-7, right + missed)
    return curve(
        tag, np.stack((right, wrong, left, missed, precision, recall)), PrCurvePluginData(num_thresholds=steps)
    )


def pr_curve_raw(tag: str, rows: Sequence[Any], num_thresholds: int = 127) -> Any:
    """The same of true and false positives, true and false negatives, precision and recall, given per threshold."""
    from tensorboard.plugins.pr_curve.plugin_data_pb2 import PrCurvePluginData

    about = PrCurvePluginData(num_thresholds=min(num_thresholds, 127))
    return curve(tag, np.stack([as_array(row) for row in rows]), about)


def curve(tag: str, data: Any, about: Any) -> Any:
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in data.shape])
    tensor = TensorProto(dtype="DT_FLOAT", float_val=data.reshape(-1).tolist(), tensor_shape=shape)
    metadata = plugin("pr_curves", about.SerializeToString())
    return Summary(value=[Summary.Value(tag=tag, metadata=metadata, tensor=tensor)])


def text(tag: str, words: str) -> Any:
    """A message of text in Markdown."""
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
    tensor = TensorProto(dtype="DT_STRING", string_val=[words.encode()], tensor_shape=shape)
    return Summary(value=[Summary.Value(tag=f"{tag}/text_summary", metadata=plugin("text"), tensor=tensor)])


def layout(categories: Mapping[str, Any]) -> Any:
    """A message of how custom charts are laid out: {category: {chart: ["Multiline" or "Margin", tags]}}."""
    from tensorboard.plugins.custom_scalar import layout_pb2

    made = []
    for title, charts in categories.items():
        inside = []
        for name, (kind, tags) in charts.items():
            if kind == "Margin":
                series = layout_pb2.MarginChartContent.Series(value=tags[0], lower=tags[1], upper=tags[2])
                inside.append(layout_pb2.Chart(title=name, margin=layout_pb2.MarginChartContent(series=[series])))
            else:
                inside.append(layout_pb2.Chart(title=name, multiline=layout_pb2.MultilineChartContent(tag=tags)))
        made.append(layout_pb2.Category(title=title, chart=inside))
    content = layout_pb2.Layout(category=made).SerializeToString()
    tensor = TensorProto(dtype="DT_STRING", string_val=[content], tensor_shape=TensorShapeProto())
    value = Summary.Value(tag="custom_scalars__config__", tensor=tensor, metadata=plugin("custom_scalars"))
    return Summary(value=[value])


def hparams(
    values: Mapping[str, Any], metrics: Sequence[str], domains: Mapping[str, Any] | None
) -> tuple[Any, Any, Any]:
    """The messages of an experiment, of the beginning and of the end of its session."""
    from google.protobuf import struct_pb2
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    start = plugin_data_pb2.SessionStartInfo()
    infos = []
    for name, given in values.items():
        if given is None:
            continue
        value = given.item() if isinstance(given, _C.Tensor) else given
        info = api_pb2.HParamInfo(name=name)
        if isinstance(value, bool):
            start.hparams[name].bool_value = value
            info.type = api_pb2.DATA_TYPE_BOOL
        elif isinstance(value, int | float):
            start.hparams[name].number_value = value
            info.type = api_pb2.DATA_TYPE_FLOAT64
        elif isinstance(value, str):
            start.hparams[name].string_value = value
            info.type = api_pb2.DATA_TYPE_STRING
        else:
            raise ValueError("value should be one of int, float, str, bool, or torch.Tensor")
        for choice in (domains or {}).get(name, ()):
            info.domain_discrete.values.append(struct_pb2.Value(**{f"{value_kind(choice)}_value": choice}))
        infos.append(info)
    named = [api_pb2.MetricInfo(name=api_pb2.MetricName(tag=metric)) for metric in metrics]
    contents = (
        ("_hparams_/experiment", {"experiment": api_pb2.Experiment(hparam_infos=infos, metric_infos=named)}),
        ("_hparams_/session_start_info", {"session_start_info": start}),
        (
            "_hparams_/session_end_info",
            {"session_end_info": plugin_data_pb2.SessionEndInfo(status=api_pb2.STATUS_SUCCESS)},
        ),
    )
    messages = []
    for tag, content in contents:
        data = plugin_data_pb2.HParamsPluginData(version=metadata.PLUGIN_DATA_VERSION, **content)
        about = plugin(metadata.PLUGIN_NAME, data.SerializeToString())
        messages.append(Summary(value=[Summary.Value(tag=tag, metadata=about)]))
    return messages[0], messages[1], messages[2]


def value_kind(value: Any) -> str:
    return "bool" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "string"
