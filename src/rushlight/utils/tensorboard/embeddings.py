"""Points for TensorBoard's projector, which reads them from files of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import arrays
from .packages import module


def write_embedding(
    log_dir: str, points: Any, metadata: Sequence[Any] | None, images: Any, step: int, tag: str,
    header: Sequence[str] | None,
) -> None:  # fmt: skip
    """Writes points, their labels and their images, and tells the projector where they lie.

    Args:
        log_dir: the folder of the run.
        points: of shape (n, features).
        metadata: a label for each, or a row of labels, one for each name of `header`.
        images: of shape (n, channels, height, width), or None.
        step: the step they belong to.
        tag: their name.
        header: the names of several labels.

    Raises:
        AssertionError: the numbers of points, labels and images differ, or `points` is no matrix.
    """
    matrix = arrays.as_array(points)
    if matrix.ndim != 2:
        raise AssertionError("mat should be 2D, where mat.size(0) is the number of data points")
    if metadata is not None and len(metadata) != len(matrix):
        raise AssertionError("#labels should equal with #data points")
    if images is not None and len(images) != len(matrix):
        raise AssertionError("#images should equal with #data points")
    folder = f"{step:05d}/{tag}"
    target = Path(log_dir, folder)
    target.mkdir(parents=True, exist_ok=True)
    info = module("tensorboard.plugins.projector.projector_config_pb2").EmbeddingInfo(
        tensor_name=f"{tag}:{step:05d}", tensor_path=f"{folder}/tensors.tsv"
    )
    rows = [*([header] if header else []), *(item if header else [item] for item in metadata or ())]
    if metadata is not None:
        _write_rows(target / "metadata.tsv", rows)
        info.metadata_path = f"{folder}/metadata.tsv"
    if images is not None:
        (target / "sprite.png").write_bytes(arrays.png(arrays.scaled(arrays.sprite(images), 1)))
        info.sprite.image_path = f"{folder}/sprite.png"
        info.sprite.single_image_dim.extend([int(images.shape[3]), int(images.shape[2])])
    _write_rows(target / "tensors.tsv", matrix.tolist())
    _register(Path(log_dir, "projector_config.pbtxt"), info)


def _write_rows(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    text = "".join("\t".join(map(str, row)) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")


def _register(path: Path, info: Any) -> None:
    """Adds an entry to the projector's file, in the place of an older one of the same name."""
    text_format = module("google.protobuf.text_format")
    config = module("tensorboard.plugins.projector.projector_config_pb2").ProjectorConfig()
    if path.exists():
        text_format.Parse(path.read_text(encoding="utf-8"), config)
    others = [item for item in config.embeddings if item.tensor_name != info.tensor_name]
    del config.embeddings[:]
    config.embeddings.extend([*others, info])
    path.write_text(text_format.MessageToString(config), encoding="utf-8")
