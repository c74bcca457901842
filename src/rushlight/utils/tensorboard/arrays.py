"""Tensors and other values as arrays, and arrays as encoded images and sounds."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any

import numpy as np

from ..._core.tensor_base import is_tensor
from ..._core.warn import warn
from .packages import module

Array = Any


def as_array(value: Any) -> Array:
    """A tensor, an array, a number or a sequence of numbers as an array of a dtype that NumPy knows itself.

    Raises:
        NotImplementedError: it is something else.
    """
    if is_tensor(value):
        array = value.detach().cpu().resolve_conj().resolve_neg()._array
        return array.astype(np.float32) if array.dtype.kind == "V" else array  # V: bfloat16
    if isinstance(value, (np.ndarray, list)):
        return np.asarray(value)
    if np.isscalar(value):
        return np.array([value])
    raise NotImplementedError(f"Got {type(value)}, but numpy array or torch tensor are expected.")


def to_hwc(tensor: Any, dataformats: str) -> Array:
    """An image, or a grid of several, as an array of shape (height, width, channels).

    Args:
        tensor: the image or images.
        dataformats: what its dimensions are, letters of ``NCHW`` in any order; without C it is grey.

    Raises:
        AssertionError: the letters do not fit the tensor, or one stands twice.
    """
    array, letters = as_array(tensor), dataformats.upper()
    if len(set(letters)) != len(letters):
        raise AssertionError(
            f"You can not use the same dimension shorthand twice.             input_format: {dataformats}"
        )
    if len(letters) != array.ndim:
        raise AssertionError(
            "size of input tensor and input format are different.         "
            f"tensor shape: {array.shape}, input_format: {dataformats}"
        )
    if not {"H", "W"} <= set(letters) <= set("NCHW"):
        raise ValueError(f"dataformats must name H and W, and may name N and C, but is {dataformats!r}")
    for missing in "CN":
        if missing not in letters:
            array, letters = array[None], missing + letters
    array = array.transpose([letters.index(letter) for letter in "NHWC"])
    if array.shape[3] == 1:
        array = np.repeat(array, 3, axis=3)
    return in_grid(array, columns=8)


def in_grid(images: Array, columns: int) -> Array:
    """Images of shape (n, height, width, channels) as one, beside and below each other; black where there is none."""
    count, height, width, channels = images.shape
    columns = min(count, columns)
    rows = ceil(count / columns)
    grid = np.zeros((rows * columns, height, width, channels), images.dtype)
    grid[:count] = images
    return grid.reshape(rows, columns, height, width, channels).swapaxes(1, 2).reshape(rows * height, -1, channels)


def to_bytes(image: Array) -> Array:
    """An image in levels from 0 to 255: those of uint8 as they are, other values count from 0 to 1."""
    return image if image.dtype == np.uint8 else np.clip(image.astype(np.float32) * 255, 0, 255).astype(np.uint8)


def png(image: Any) -> bytes:
    """A Pillow image as a PNG file."""
    file = io.BytesIO()
    image.save(file, format="PNG")
    return file.getvalue()


def scaled(image: Array, scale: float) -> Any:
    """An array in levels as a Pillow image `scale` times the size."""
    height, width, _ = image.shape
    picture = module("PIL.Image").fromarray(image)
    return picture.resize((int(width * scale), int(height * scale)), module("PIL.Image").LANCZOS)


def draw_boxes(picture: Any, boxes: Array, labels: Sequence[str] | None) -> Any:
    """A Pillow image with boxes (left, top, right, bottom) drawn in red, and what they show written beside them."""
    draw = module("PIL.ImageDraw").Draw(picture)
    font = module("PIL.ImageFont").load_default()
    for number, (left, top, right, bottom) in enumerate(boxes.tolist()):
        corners = [(left, top), (left, bottom), (right, bottom), (right, top), (left, top)]
        draw.line(corners, width=2, fill="Red")
        if labels and labels[number]:
            _, upper, text_right, lower = draw.textbbox((left, bottom), labels[number], font=font)
            height = lower - upper
            draw.rectangle([(left, bottom - height), (text_right, bottom)], fill="Red")
            draw.text((left, bottom - height), labels[number], fill="Black", font=font)
    return picture


def gif(frames: Array, fps: float) -> bytes:
    """Frames of shape (time, height, width, channels) in levels as an animated GIF file."""
    image = module("PIL.Image")
    first, *rest = [image.fromarray(frame[..., 0] if frame.shape[2] == 1 else frame) for frame in frames]
    file = io.BytesIO()
    first.save(file, format="GIF", save_all=True, append_images=rest, duration=1000 / fps, loop=0)
    return file.getvalue()


def wav(sound: Any, sample_rate: int) -> tuple[bytes, int]:
    """A sound of one channel, of values from -1 to 1, as a WAV file of 16 bits, and its length.

    Raises:
        AssertionError: it has several channels.
    """
    array = np.squeeze(as_array(sound))
    if array.ndim != 1:
        raise AssertionError("input tensor should be 1 dimensional.")
    if np.abs(array).max(initial=0) > 1:
        warn("audio amplitude out of range, auto clipped.")
        array = np.clip(array, -1, 1)
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(sample_rate)
        writer.writeframes((array * 32767).astype("<i2").tobytes())
    return file.getvalue(), len(array)


def figure_to_image(figures: Any, close: bool) -> Array:
    """What Matplotlib figures show, as an array of shape (channels, height, width), of (n, ...) for a list of them."""
    if isinstance(figures, list):
        return np.stack([figure_to_image(figure, close) for figure in figures])
    canvas = module("matplotlib.backends.backend_agg").FigureCanvasAgg(figures)
    canvas.draw()
    image = np.asarray(canvas.buffer_rgba())[..., :3].transpose(2, 0, 1)
    if close:
        module("matplotlib.pyplot").close(figures)
    return image


def sprite(images: Any) -> Array:
    """Small images of shape (n, channels, height, width) side by side in a square, in levels."""
    array = as_array(images).transpose(0, 2, 3, 1)
    if array.shape[3] == 1:
        array = np.repeat(array, 3, axis=3)
    columns = ceil(sqrt(len(array)))
    filled = np.zeros((columns**2, *array.shape[1:]), array.dtype)
    filled[: len(array)] = array
    return to_bytes(in_grid(filled, columns))
