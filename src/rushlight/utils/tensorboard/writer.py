"""`SummaryWriter`: scalars, histograms, images and more of a training run, for TensorBoard to show."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from . import summaries
from .arrays import figure_to_image
from .embeddings import write_embedding
from .file_writer import FileWriter
from .graphs import GraphRecorder
from .hparams import hparams
from .packages import proto


def _default_edges() -> list[float]:
    """The edges of histograms by default: each 1.1 times the one before, on both sides of zero."""
    edges, edge = [], 1e-12
    while edge < 1e20:
        edges.append(edge)
        edge *= 1.1
    return [*(-edge for edge in reversed(edges)), 0.0, *edges]


class SummaryWriter:
    """Writes what a training run shows to files that TensorBoard reads (``tensorboard --logdir runs``).

    Values are tensors, arrays or numbers; the argument `walltime` of all methods is the time in seconds since 1970, by
    default now. Used as a context manager it closes its files at the end.

    Args:
        log_dir: the folder; by default ``runs/DATE_TIME_HOST`` with `comment` at its end.
        comment: see `log_dir`.
        purge_step: events from this step on, written before a crash, are dropped from view.
        max_queue: how many events may wait before writing blocks.
        flush_secs: how often the files are brought up to date.
        filename_suffix: what the names of the files end with.

    Example::

        >>> from rushlight.utils.tensorboard import SummaryWriter  # doctest: +SKIP
        >>> with SummaryWriter("runs/first") as writer:  # doctest: +SKIP
        ...     writer.add_scalar("loss", 0.5, global_step=1)
    """

    def __init__(
        self, log_dir: Any = None, comment: str = "", purge_step: int | None = None, max_queue: int = 10,
        flush_secs: float = 120, filename_suffix: str = "",
    ) -> None:  # fmt: skip
        if not log_dir:
            now = datetime.now().strftime("%b%d_%H-%M-%S")
            log_dir = os.path.join("runs", f"{now}_{socket.gethostname()}{comment}")
        self.log_dir = str(log_dir)
        self.purge_step = purge_step
        self._settings = max_queue, flush_secs, filename_suffix
        self.file_writer: FileWriter | None = None
        self.all_writers: dict[str, FileWriter] | None = None
        self.default_bins = _default_edges()
        self._get_file_writer()

    def _get_file_writer(self) -> FileWriter:
        """The file of this run, a new one after `close`."""
        if self.file_writer is None or self.all_writers is None:
            self.file_writer = FileWriter(self.log_dir, *self._settings)
            self.all_writers = {self.log_dir: self.file_writer}
            if self.purge_step is not None:
                events = proto("event")
                self.file_writer.add_event(events.Event(file_version="brain.Event:2"), self.purge_step)
                start = events.SessionLog(status=events.SessionLog.START)
                self.file_writer.add_event(events.Event(session_log=start), self.purge_step)
                self.purge_step = None
        return self.file_writer

    def _add(self, summary: Any, global_step: int | None = None, walltime: float | None = None) -> None:
        self._get_file_writer().add_summary(summary, global_step, walltime)

    def get_logdir(self) -> str:
        """The folder of the files."""
        return self.log_dir

    def add_scalar(
        self, tag: str, scalar_value: Any, global_step: int | None = None, walltime: float | None = None,
        new_style: bool = False, double_precision: bool = False,
    ) -> None:  # fmt: skip
        """Adds a number, a point of a curve.

        Args:
            tag: the curve; a ``/`` in it makes a group.
            scalar_value: a number, or a tensor of one element.
            global_step: where on the curve.
            walltime: when.
            new_style: whether it is written as a tensor, which some displays load faster.
            double_precision: whether that tensor is of float64.
        """
        self._add(summaries.scalar(tag, scalar_value, new_style, double_precision), global_step, walltime)

    def add_scalars(
        self, main_tag: str, tag_scalar_dict: dict[str, Any], global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Adds a point to each of several curves of one chart, each curve in a folder of its own.

        Args:
            main_tag: the chart.
            tag_scalar_dict: the numbers by the names of their curves.
            global_step: where on the curves.
            walltime: when.
        """
        folder = self._get_file_writer().get_logdir()
        writers: dict[str, FileWriter] = self.all_writers or {}
        for tag, value in tag_scalar_dict.items():
            place = os.path.join(folder, f"{main_tag.replace('/', '_')}_{tag}")
            if place not in writers:
                writers[place] = FileWriter(place, *self._settings)
            writers[place].add_summary(summaries.scalar(main_tag, value), global_step, walltime)

    def add_tensor(self, tag: str, tensor: Any, global_step: int | None = None, walltime: float | None = None) -> None:
        """Adds a tensor of floating-point numbers."""
        self._add(summaries.tensor(tag, tensor), global_step, walltime)

    def add_histogram(
        self, tag: str, values: Any, global_step: int | None = None, bins: Any = "tensorflow",
        walltime: float | None = None, max_bins: int | None = None,
    ) -> None:  # fmt: skip
        """Adds how values are spread.

        Args:
            tag: its name.
            values: any shape.
            global_step: the step.
            bins: ``"tensorflow"`` for edges that grow by a tenth; edges, or a number or rule of `numpy.histogram`.
            walltime: when.
            max_bins: at most so many bins.

        Raises:
            ValueError: there are no values, or NumPy has no such rule.
        """
        edges = self.default_bins if isinstance(bins, str) and bins == "tensorflow" else bins
        self._add(summaries.histogram(tag, values, edges, max_bins), global_step, walltime)

    def add_histogram_raw(
        self, tag: str, min: float, max: float, num: int, sum: float, sum_squares: float,
        bucket_limits: Sequence[float], bucket_counts: Sequence[int], global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Adds a histogram that has been counted already.

        Args:
            tag: its name.
            min, max, num, sum, sum_squares: of the values.
            bucket_limits: the upper end of each bin.
            bucket_counts: how many values lie in it.
            global_step, walltime: the step, and when.
        """
        if len(bucket_limits) != len(bucket_counts):
            raise ValueError("len(bucket_limits) != len(bucket_counts), see the document.")
        fields = {"min": min, "max": max, "num": num, "sum": sum, "sum_squares": sum_squares}
        limits, counts = list(map(float, bucket_limits)), list(map(float, bucket_counts))
        self._add(
            summaries.histogram_of_counts(tag, **fields, bucket_limit=limits, bucket=counts), global_step, walltime
        )

    def add_image(
        self, tag: str, img_tensor: Any, global_step: int | None = None, walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:  # fmt: skip
        """Adds an image.

        Args:
            tag: its name.
            img_tensor: levels from 0 to 255 if of uint8, values from 0 to 1 otherwise.
            global_step, walltime: the step, and when.
            dataformats: what its dimensions are: ``"CHW"``, ``"HWC"``, ``"HW"``.
        """
        self._add(summaries.image(tag, img_tensor, dataformats), global_step, walltime)

    def add_images(
        self, tag: str, img_tensor: Any, global_step: int | None = None, walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:  # fmt: skip
        """Adds several images as a grid, eight in a row; see `add_image`."""
        self._add(summaries.image(tag, img_tensor, dataformats), global_step, walltime)

    def add_image_with_boxes(
        self, tag: str, img_tensor: Any, box_tensor: Any, global_step: int | None = None, walltime: float | None = None,
        rescale: float = 1, dataformats: str = "CHW", labels: str | Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        """Adds an image with boxes drawn on it.

        Args:
            tag, img_tensor, dataformats: see `add_image`.
            box_tensor: of shape (n, 4): left, top, right, bottom.
            global_step, walltime: the step, and when.
            rescale: how much larger the image becomes.
            labels: a text for each box.
        """
        texts = [labels] if isinstance(labels, str) else labels
        if texts is not None and len(texts) != len(box_tensor):
            raise AssertionError(f"{len(box_tensor)} boxes, but {len(texts)} labels")
        found = summaries.image_with_boxes(tag, img_tensor, box_tensor, rescale, dataformats, texts)
        self._add(found, global_step, walltime)

    def add_figure(
        self, tag: str, figure: Any, global_step: int | None = None, close: bool = True, walltime: float | None = None
    ) -> None:
        """Adds what a Matplotlib figure shows, or a list of them as a grid.

        Args:
            tag: its name.
            figure: the figure or figures.
            global_step, walltime: the step, and when.
            close: whether the figure is closed afterwards.
        """
        formats = "NCHW" if isinstance(figure, list) else "CHW"
        self.add_image(tag, figure_to_image(figure, close), global_step, walltime, formats)

    def add_video(
        self, tag: str, vid_tensor: Any, global_step: int | None = None, fps: float = 4, walltime: float | None = None
    ) -> None:
        """Adds videos, side by side, as an animated image; Pillow suffices for that, no film encoder is needed.

        Args:
            tag: its name.
            vid_tensor: of shape (n, time, channels, height, width), with values as in `add_image`.
            global_step, walltime: the step, and when.
            fps: images a second.
        """
        self._add(summaries.video(tag, vid_tensor, fps), global_step, walltime)

    def add_audio(
        self, tag: str, snd_tensor: Any, global_step: int | None = None, sample_rate: int = 44100,
        walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Adds a sound.

        Args:
            tag: its name.
            snd_tensor: of shape (1, length), from -1 to 1; what is louder is cut off.
            global_step, walltime: the step, and when.
            sample_rate: values a second.
        """
        self._add(summaries.audio(tag, snd_tensor, sample_rate), global_step, walltime)

    def add_text(
        self, tag: str, text_string: str, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """Adds a text, shown as Markdown."""
        self._add(summaries.text(tag, text_string), global_step, walltime)

    def add_graph(
        self, model: Any, input_to_model: Any = None, verbose: bool = False, use_strict_trace: bool = True
    ) -> None:
        """Adds the graph of a model, which is called once in evaluation mode: a node for each operator, in its layer.

        Args:
            model: a module.
            input_to_model: what it is called with: a tensor, or a tuple or list of arguments.
            verbose: whether the graph is printed.
            use_strict_trace: has no effect: a call is recorded as it runs.
        """
        inputs = tuple(input_to_model) if isinstance(input_to_model, (list, tuple)) else (input_to_model,)
        graph = GraphRecorder(model).record(() if input_to_model is None else inputs)
        if verbose:
            print(graph)  # noqa: T201 - that is what was asked for
        self._get_file_writer().add_graph(graph)

    def add_onnx_graph(self, prototxt: str) -> None:
        """Would add the graph of an ONNX file, which rushlight cannot read.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(
            "SummaryWriter.add_onnx_graph(): reading ONNX files is not supported: use add_graph()"
        )

    def add_embedding(
        self, mat: Any, metadata: Sequence[Any] | None = None, label_img: Any = None, global_step: int | None = None,
        tag: str = "default", metadata_header: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        """Adds points for the projector.

        Args:
            mat: of shape (n, features).
            metadata: a label for each point, or a row of labels for each.
            label_img: an image for each, of shape (n, channels, height, width).
            global_step: the step.
            tag: their name.
            metadata_header: the names of the labels, if there are several.

        Raises:
            AssertionError: the numbers of points, labels and images differ, or `mat` is no matrix.
        """
        folder = self._get_file_writer().get_logdir()
        write_embedding(folder, mat, metadata, label_img, global_step or 0, tag, metadata_header)

    def add_pr_curve(
        self, tag: str, labels: Any, predictions: Any, global_step: int | None = None, num_thresholds: int = 127,
        weights: Any = None, walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Adds precision over recall.

        Args:
            tag: its name.
            labels: which are positive, as zeros and ones or bools.
            predictions: how likely each is positive, from 0 to 1.
            global_step, walltime: the step, and when.
            num_thresholds: for how many thresholds, at most 127.
            weights: how much each counts; None for 1.
        """
        found = summaries.pr_curve(tag, labels, predictions, num_thresholds, weights)
        self._add(found, global_step, walltime)

    def add_pr_curve_raw(
        self, tag: str, true_positive_counts: Any, false_positive_counts: Any, true_negative_counts: Any,
        false_negative_counts: Any, precision: Any, recall: Any, global_step: int | None = None,
        num_thresholds: int = 127, weights: Any = None, walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Adds precision over recall that has been computed already: one entry of everything for each threshold."""
        rows = (
            true_positive_counts, false_positive_counts, true_negative_counts, false_negative_counts, precision, recall
        )  # fmt: skip
        self._add(summaries.pr_curve_of_counts(tag, rows, num_thresholds), global_step, walltime)

    def add_mesh(
        self, tag: str, vertices: Any, colors: Any = None, faces: Any = None, config_dict: dict[str, Any] | None = None,
        global_step: int | None = None, walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Adds points in space.

        Args:
            tag: their name.
            vertices: of shape (n, points, 3).
            colors: of the same shape, from 0 to 255.
            faces: triangles as numbers of points, of shape (n, triangles, 3).
            config_dict: settings of the display.
            global_step, walltime: the step, and when.
        """
        self._add(summaries.mesh(tag, vertices, colors, faces, config_dict), global_step, walltime)

    def add_hparams(
        self, hparam_dict: dict[str, Any], metric_dict: dict[str, Any],
        hparam_domain_discrete: dict[str, list[Any]] | None = None, run_name: str | None = None,
        global_step: int | None = None,
    ) -> None:  # fmt: skip
        """Adds a run to the table of hyperparameters.

        Args:
            hparam_dict: what the run was given, by name.
            metric_dict: the figures that judge it, by tag.
            hparam_domain_discrete: all values that a hyperparameter may have.
            run_name: the folder of the run below this writer's; the time by default.
            global_step: the step.

        Raises:
            TypeError: one of the first two is no dictionary.
            ValueError: a hyperparameter is neither number, string, bool nor tensor of one element.
        """
        messages = hparams(hparam_dict, metric_dict, hparam_domain_discrete)
        folder = os.path.join(self._get_file_writer().get_logdir(), run_name or str(time.time()))
        with SummaryWriter(folder) as writer:
            for message in messages:
                writer._add(message, global_step)
            for tag, value in metric_dict.items():
                writer.add_scalar(tag, value, global_step)

    def add_custom_scalars(self, layout: dict[str, dict[str, list[Any]]]) -> None:
        """Says how scalars are put together in charts.

        Args:
            layout: by category and title ``["Multiline", tags]`` or ``["Margin", (value, lower, upper)]``.
        """
        self._add(summaries.custom_scalars(layout))

    def add_custom_scalars_multilinechart(
        self, tags: Sequence[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """Puts several curves into one chart."""
        self.add_custom_scalars({category: {title: ["Multiline", tags]}})

    def add_custom_scalars_marginchart(
        self, tags: Sequence[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """Draws a curve with the band between two others, ``tags`` being value, lower and upper end."""
        if len(tags) != 3:
            raise AssertionError(f"a margin chart takes three tags, but got {len(tags)}")
        self.add_custom_scalars({category: {title: ["Margin", tags]}})

    def flush(self) -> None:
        """Brings all files up to date."""
        for writer in (self.all_writers or {}).values():
            writer.flush()

    def close(self) -> None:
        """Writes what waits and closes the files; a writer that is used again opens new ones."""
        for writer in (self.all_writers or {}).values():
            writer.flush()
            writer.close()
        self.file_writer = self.all_writers = None

    def __enter__(self) -> SummaryWriter:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()
