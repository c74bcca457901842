"""TensorBoard's messages: one function for each kind of thing that it shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import arrays
from .arrays import Array, as_array
from .packages import module, proto


def scalar(tag: str, value: Any, new_style: bool = False, double_precision: bool = False) -> Any:
    """One number.

    Raises:
        AssertionError: `value` has more elements than one.
    """
    array = as_array(value).squeeze()
    if array.ndim:
        raise AssertionError(
            "Tensor should contain one element (0 dimensions).             "
            f"Was given size: {array.size} and {array.ndim} dimensions."
        )
    number = float(array)
    if not new_style:
        return _summary(tag=tag, simple_value=number)
    kind = "DOUBLE" if double_precision else "FLOAT"
    return _summary(tag=tag, tensor=_tensor(kind, [number], None), metadata=_metadata("scalars"))


def tensor(tag: str, value: Any) -> Any:
    """A tensor of floating-point numbers."""
    array = as_array(value)
    if array.dtype not in (np.float32, np.float64, np.float16):
        raise ValueError(f"add_tensor() writes floating-point tensors, but got one of dtype {array.dtype}")
    kind = "DOUBLE" if array.dtype == np.float64 else "FLOAT"
    content = _tensor(kind, array.astype(float).ravel().tolist(), array.shape)
    return _summary(tag=tag, tensor=content, metadata=_metadata("tensor"))


def histogram(tag: str, values: Any, bins: Any, max_bins: int | None = None) -> Any:
    """How often values fall into which range.

    Args:
        tag: its name.
        values: any shape.
        bins: edges, or a number or rule of `numpy.histogram`.
        max_bins: at most so many ranges; neighbours are joined.

    Raises:
        ValueError: there are no values.
    """
    array = as_array(values).ravel().astype(float)
    if not array.size:
        raise ValueError("The input has no element.")
    counts, limits = np.histogram(array, bins=bins)
    if max_bins is not None and len(counts) > max_bins:
        counts, limits = _joined(counts, limits, len(counts) // max_bins)
    filled = np.flatnonzero(counts)
    start, end = filled[0], filled[-1] + 1
    # TensorBoard reads a count for each limit: how many values lie below it and not below the one before.
    content = proto("summary").HistogramProto(
        min=array.min(), max=array.max(), num=array.size, sum=array.sum(), sum_squares=array @ array,
        bucket_limit=limits[start : end + 1].tolist(), bucket=[0, *counts[start:end].tolist()],
    )  # fmt: skip
    return _summary(tag=tag, histo=content)


def _joined(counts: Array, limits: Array, width: int) -> tuple[Array, Array]:
    """A histogram with so many neighbours made one."""
    left_over = len(counts) % width
    edges = limits[::width]
    if left_over:
        counts, edges = np.pad(counts, (0, width - left_over)), np.append(edges, limits[-1])
    return counts.reshape(-1, width).sum(axis=1), edges


def histogram_of_counts(tag: str, **fields: Any) -> Any:
    """A histogram that has been counted already."""
    return _summary(tag=tag, histo=proto("summary").HistogramProto(**fields))


def image(tag: str, value: Any, dataformats: str, rescale: float = 1) -> Any:
    """An image, or several as a grid."""
    return _image(tag, arrays.scaled(arrays.to_bytes(arrays.to_hwc(value, dataformats)), rescale))


def image_with_boxes(
    tag: str, value: Any, boxes: Any, rescale: float, dataformats: str, labels: Sequence[str] | None
) -> Any:
    """An image with boxes drawn on it."""
    levels = np.array(arrays.to_bytes(arrays.to_hwc(value, dataformats)))
    picture = arrays.draw_boxes(arrays.scaled(levels, 1), as_array(boxes), labels)
    if rescale != 1:
        picture = arrays.scaled(np.asarray(picture), rescale)
    return _image(tag, picture)


def _image(tag: str, picture: Any) -> Any:
    content = proto("summary").Summary.Image(
        height=picture.height, width=picture.width, colorspace=len(picture.getbands()),
        encoded_image_string=arrays.png(picture),
    )  # fmt: skip
    return _summary(tag=tag, image=content)


def video(tag: str, value: Any, fps: float) -> Any:
    """Videos of shape (n, time, channels, height, width), side by side, as an animated image."""
    array = as_array(value)
    if array.ndim != 5 or array.shape[2] not in (1, 3) or not array.size:
        raise ValueError(f"add_video() wants (n, time, channels of 1 or 3, height, width), but got {array.shape}")
    frames = np.stack([arrays.in_grid(part.transpose(0, 2, 3, 1), 8) for part in array.swapaxes(0, 1)])
    _, height, width, channels = frames.shape
    content = proto("summary").Summary.Image(
        height=height, width=width, colorspace=channels,
        encoded_image_string=arrays.gif(arrays.to_bytes(frames), fps),
    )  # fmt: skip
    return _summary(tag=tag, image=content)


def audio(tag: str, value: Any, sample_rate: int) -> Any:
    """A sound of one channel."""
    encoded, length = arrays.wav(value, sample_rate)
    content = proto("summary").Summary.Audio(
        sample_rate=sample_rate, num_channels=1, length_frames=length, encoded_audio_string=encoded,
        content_type="audio/wav",
    )  # fmt: skip
    return _summary(tag=tag, audio=content)


def text(tag: str, value: str) -> Any:
    """A text, which TensorBoard shows as Markdown."""
    content = _tensor("STRING", [value.encode()], (1,))
    return _summary(tag=f"{tag}/text_summary", tensor=content, metadata=_metadata("text"))


def pr_curve(tag: str, labels: Any, predictions: Any, num_thresholds: int, weights: Any) -> Any:
    """Precision over recall, for thresholds spread evenly from 0 to 1.

    Args:
        tag: its name.
        labels: which are positive, as zeros and ones or bools.
        predictions: how likely each is positive, from 0 to 1.
        num_thresholds: how many thresholds, at most 127, which TensorBoard keeps.
        weights: how much each counts; None for 1.
    """
    thresholds = min(num_thresholds, 127)
    positive = as_array(labels).ravel().astype(float)
    places = np.floor(as_array(predictions).ravel() * (thresholds - 1)).astype(int)
    weight = np.ones_like(positive) if weights is None else as_array(weights).ravel().astype(float)
    above = [
        np.bincount(places, part, minlength=thresholds)[:thresholds][::-1].cumsum()[::-1]
        for part in (positive * weight, (1 - positive) * weight)
    ]
    true_positive, false_positive = above
    true_negative, false_negative = false_positive[0] - false_positive, true_positive[0] - true_positive
    tiny = 1e-7
    precision = true_positive / np.maximum(tiny, true_positive + false_positive)
    recall = true_positive / np.maximum(tiny, true_positive + false_negative)
    rows = true_positive, false_positive, true_negative, false_negative, precision, recall
    return pr_curve_of_counts(tag, rows, thresholds)


def pr_curve_of_counts(tag: str, rows: Sequence[Any], num_thresholds: int) -> Any:
    """Precision over recall from counts: true and false positives and negatives, precision and recall."""
    data = np.stack([as_array(row) for row in rows]).astype(float)
    plugin = module("tensorboard.plugins.pr_curve.plugin_data_pb2")
    known = plugin.PrCurvePluginData(version=0, num_thresholds=min(num_thresholds, 127)).SerializeToString()
    content = _tensor("FLOAT", data.ravel().tolist(), data.shape)
    return _summary(tag=tag, tensor=content, metadata=_metadata("pr_curves", known))


def mesh(tag: str, vertices: Any, colors: Any, faces: Any, config: dict[str, Any] | None) -> Any:
    """Points in space, with colours and the triangles between them.

    Args:
        tag: its name.
        vertices: of shape (n, points, 3).
        colors: of the same shape, from 0 to 255, or None.
        faces: of shape (n, triangles, 3), numbers of points, or None.
        config: settings of the display.
    """
    metadata = module("tensorboard.plugins.mesh.metadata")
    kinds = module("tensorboard.plugins.mesh.plugin_data_pb2").MeshPluginData
    present = [
        (kind, as_array(part))
        for kind, part in ((kinds.VERTEX, vertices), (kinds.FACE, faces), (kinds.COLOR, colors)) if part is not None
    ]  # fmt: skip
    components = metadata.get_components_bitmask([kind for kind, _ in present])
    summary = proto("summary").Summary
    values = [
        summary.Value(
            tag=metadata.get_instance_name(tag, kind),
            tensor=_tensor("FLOAT", part.ravel().astype(float).tolist(), part.shape),
            metadata=metadata.create_summary_metadata(
                tag, None, kind, components, part.shape, json_config=json.dumps(config or {}, sort_keys=True)
            ),
        )
        for kind, part in present
    ]
    return summary(value=values)


def custom_scalars(layout: dict[str, dict[str, list[Any]]]) -> Any:
    """How scalars are put together in charts.

    Args:
        layout: by category and title ``["Multiline", tags]`` or ``["Margin", (value, lower, upper)]``.
    """
    messages = module("tensorboard.plugins.custom_scalar.layout_pb2")
    categories = []
    for name, charts in layout.items():
        found = []
        for title, (kind, tags) in charts.items():
            if kind == "Margin":
                value, lower, upper = tags
                series = messages.MarginChartContent.Series(value=value, lower=lower, upper=upper)
                found.append(messages.Chart(title=title, margin=messages.MarginChartContent(series=[series])))
            else:
                found.append(messages.Chart(title=title, multiline=messages.MultilineChartContent(tag=tags)))
        categories.append(messages.Category(title=name, chart=found))
    content = _tensor("STRING", [messages.Layout(category=categories).SerializeToString()], ())
    return _summary(tag="custom_scalars__config__", tensor=content, metadata=_metadata("custom_scalars"))


def _summary(**fields: Any) -> Any:
    summary = proto("summary").Summary
    return summary(value=[summary.Value(**fields)])


def _metadata(plugin: str, content: bytes = b"") -> Any:
    summary = proto("summary").SummaryMetadata
    return summary(plugin_data=summary.PluginData(plugin_name=plugin, content=content))


def _tensor(kind: str, values: Sequence[Any], shape: Sequence[int] | None) -> Any:
    fields: dict[str, Any] = {"dtype": f"DT_{kind}", f"{kind.lower()}_val": values}
    if shape is not None:
        sizes = proto("tensor_shape").TensorShapeProto
        fields["tensor_shape"] = sizes(dim=[sizes.Dim(size=size) for size in shape])
    return proto("tensor").TensorProto(**fields)
