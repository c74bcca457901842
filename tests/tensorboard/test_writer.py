"""`SummaryWriter`: what TensorBoard reads back from the files. Figures were recorded from torch 2.13."""

import importlib
import io
import itertools
import math
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

import rushlight as torch
from rushlight import nn

pytest.importorskip("tensorboard", reason="needs the extra `tensorboard`")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

IMAGE = torch.arange(18.0).reshape(3, 3, 2) / 18


def written(folder):
    """The events in a folder's files, without those that only open a file."""
    loader = importlib.import_module("tensorboard.backend.event_processing.event_file_loader")
    event = importlib.import_module("tensorboard.compat.proto.event_pb2").Event
    found = []
    for path in sorted(Path(folder).glob("events.out.tfevents.*")):
        found.extend(map(event.FromString, loader.RawEventFileLoader(str(path)).Load()))
    return [item for item in found if not item.HasField("file_version")]


@pytest.fixture
def written_by(tmp_path):
    """Calls a method of a writer and gives the first value that it wrote."""

    folders = itertools.count()

    def call(name, *args, **kwargs):
        folder = tmp_path / str(next(folders))
        with torch.utils.tensorboard.SummaryWriter(folder) as writer:
            getattr(writer, name)(*args, **kwargs)
        (event,) = written(folder)
        return event.summary.value[0]

    return call


def pixels(image):
    """An encoded image as an array."""
    pillow = importlib.import_module("PIL.Image")
    return np.asarray(pillow.open(io.BytesIO(image.encoded_image_string)))


def test_scalars_have_a_tag_a_step_and_a_time(tmp_path):
    with torch.utils.tensorboard.SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss/train", 1.5, 3, walltime=7.0)
        writer.add_scalar("loss/train", torch.tensor([2.5], requires_grad=True), 4)
        writer.add_scalar("other", np.float64(0.25))
    first, second, third = written(tmp_path)
    assert (first.step, first.wall_time) == (3, 7.0)
    assert (first.summary.value[0].tag, first.summary.value[0].simple_value) == ("loss/train", 1.5)
    assert (second.step, second.summary.value[0].simple_value) == (4, 2.5)
    assert (third.step, third.summary.value[0].simple_value) == (0, 0.25)


def test_scalars_as_tensors(written_by):
    value = written_by("add_scalar", "a", 0.1, new_style=True, double_precision=True)
    assert list(value.tensor.double_val) == [0.1]
    assert value.metadata.plugin_data.plugin_name == "scalars"
    assert list(written_by("add_scalar", "a", 0.5, new_style=True).tensor.float_val) == [0.5]


def test_several_scalars_go_to_folders_of_their_own(tmp_path):
    with torch.utils.tensorboard.SummaryWriter(tmp_path) as writer:
        for step in range(2):
            writer.add_scalars("run/loss", {"train": step, "valid": 2.0 * step}, step)
    (_, last) = written(tmp_path / "run_loss_valid")
    assert (last.summary.value[0].tag, last.summary.value[0].simple_value) == ("run/loss", 2.0)
    assert len(written(tmp_path / "run_loss_train")) == 2


def test_histograms_count_values_between_limits(written_by):
    histogram = written_by("add_histogram", "h", torch.arange(10.0) - 3, bins="auto").histo
    assert (histogram.min, histogram.max, histogram.num) == (-3, 6, 10)
    assert (histogram.sum, histogram.sum_squares) == (15, 105)
    assert list(histogram.bucket_limit) == pytest.approx([-3, -1.2, 0.6, 2.4, 4.2, 6])
    assert list(histogram.bucket) == [0, 2, 2, 2, 2, 2]


def test_histograms_by_default_have_limits_that_grow(written_by):
    histogram = written_by("add_histogram", "h", torch.tensor([5.0])).histo
    assert list(histogram.bucket_limit) == [4.6361946174186253, 5.0998140791604882]
    assert list(histogram.bucket) == [0, 1]
    assert list(written_by("add_histogram", "zeros", torch.zeros(10)).histo.bucket_limit) == [0, 1e-12]


def test_histograms_join_bins_beyond_a_number(written_by):
    histogram = written_by("add_histogram", "h", np.arange(100.0), bins=22, max_bins=5).histo
    assert list(histogram.bucket_limit) == [0, 18, 36, 54, 72, 90, 99]
    assert list(histogram.bucket) == [0, 18, 18, 18, 18, 18, 10]


def test_histograms_counted_before(written_by):
    histogram = written_by("add_histogram_raw", "h", 0, 3, 4, 6, 14, [0, 1, 2, 3], [1, 1, 1, 1]).histo
    assert (histogram.num, list(histogram.bucket)) == (4, [1, 1, 1, 1])


@pytest.mark.parametrize(
    ("tensor", "formats", "shape", "first"),
    [
        (IMAGE, "CHW", (3, 2, 3), [0, 85, 170]),
        ((IMAGE * 255).to(torch.uint8), "CHW", (3, 2, 3), [0, 85, 170]),
        (IMAGE.permute(1, 2, 0), "HWC", (3, 2, 3), [0, 85, 170]),
        (IMAGE[0], "HW", (3, 2, 3), [0, 0, 0]),
        (IMAGE[2:], "CHW", (3, 2, 3), [170, 170, 170]),
        (torch.full((3, 2, 2), 7.0), "CHW", (2, 2, 3), [255, 255, 255]),
        (torch.full((4, 2, 2), -7.0), "CHW", (2, 2, 4), [0, 0, 0]),
        (torch.ones(3, 2, 2, dtype=torch.bfloat16), "CHW", (2, 2, 3), [255, 255, 255]),
    ],
)
def test_images(written_by, tensor, formats, shape, first):
    value = written_by("add_image", "i", tensor, dataformats=formats).image
    assert (value.height, value.width, value.colorspace) == shape
    assert pixels(value).shape == shape
    assert pixels(value)[0, 0, :3].tolist() == first


def test_several_images_are_a_grid_of_eight_in_a_row(written_by):
    images = torch.arange(9.0).reshape(9, 1, 1, 1).expand(9, 1, 2, 3) / 255
    value = pixels(written_by("add_images", "i", images).image)
    assert value.shape == (4, 24, 3)
    assert value[0, ::3, 0].tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert value[2, ::3, 0].tolist() == [8, 0, 0, 0, 0, 0, 0, 0]


def test_boxes_are_drawn_in_red(written_by):
    boxes = torch.tensor([[2.0, 2.0, 10.0, 10.0]])
    value = pixels(written_by("add_image_with_boxes", "i", torch.zeros(3, 20, 20), boxes).image)
    assert value[5, 2].tolist() == [255, 0, 0]
    assert value[5, 6].tolist() == [0, 0, 0]
    labelled = pixels(written_by("add_image_with_boxes", "i", torch.zeros(3, 20, 20), boxes, labels=["cat"]).image)
    assert (labelled != value).any()
    bigger = written_by("add_image_with_boxes", "i", torch.zeros(3, 20, 20), boxes, rescale=2).image
    assert (bigger.height, bigger.width) == (40, 40)


def test_figures_become_images_and_are_closed(written_by):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure = pyplot.figure(figsize=(1, 2), dpi=50)
    value = written_by("add_figure", "f", figure).image
    assert (value.height, value.width) == (100, 50)
    assert not pyplot.fignum_exists(figure.number)


def test_videos_are_animated_images(written_by):
    frames = torch.stack([torch.zeros(2, 3, 4, 6), torch.ones(2, 3, 4, 6)], dim=1)
    value = written_by("add_video", "v", frames, fps=10).image
    pillow = importlib.import_module("PIL.Image")
    film = pillow.open(io.BytesIO(value.encoded_image_string))
    assert (film.n_frames, film.size, film.info["duration"]) == (2, (12, 4), 100)


def test_sounds_are_wave_files(written_by):
    with pytest.warns(UserWarning, match="audio amplitude out of range"):
        value = written_by("add_audio", "a", torch.tensor([[-1.2, 0.0, 1.0]]), sample_rate=8000).audio
    with wave.open(io.BytesIO(value.encoded_audio_string)) as file:
        assert (file.getframerate(), file.getnframes()) == (8000, 3)
        assert np.frombuffer(file.readframes(3), "<i2").tolist() == [-32767, 0, 32767]


def test_texts(written_by):
    value = written_by("add_text", "notes", "one **word**", 3)
    assert (value.tag, list(value.tensor.string_val)) == ("notes/text_summary", [b"one **word**"])


def test_precision_over_recall(written_by):
    labels, scores = torch.tensor([0, 1, 1, 0]), torch.tensor([0.1, 0.8, 0.3, 0.6])
    value = written_by("add_pr_curve", "pr", labels, scores, num_thresholds=5)
    assert np.reshape(value.tensor.float_val, (6, 5)) == pytest.approx(
        np.array([
            [2, 2, 1, 1, 0], [2, 1, 1, 0, 0], [0, 1, 1, 2, 2], [0, 0, 1, 1, 2],
            [0.5, 2 / 3, 0.5, 1, 0], [1, 1, 0.5, 0.5, 0],
        ])
    )  # fmt: skip
    assert value.metadata.plugin_data.content == b"\x10\x05"
    raw = written_by("add_pr_curve_raw", "pr", [3, 2], [1, 0], [0, 1], [0, 1], [0.5, 1], [1, 0.5], num_thresholds=2)
    assert list(raw.tensor.float_val) == [3, 2, 1, 0, 0, 1, 0, 1, 0.5, 1, 1, 0.5]


def test_tensors_and_meshes(written_by):
    assert list(written_by("add_tensor", "t", torch.arange(3.0)).tensor.float_val) == [0, 1, 2]
    value = written_by("add_mesh", "m", torch.ones(1, 3, 3), config_dict={"a": 1})
    assert (value.tag, len(value.tensor.float_val)) == ("m_VERTEX", 9)
    assert value.metadata.plugin_data.content == b'\x12\x01m\x18\x01*\x08{"a": 1}2\x03\x01\x03\x038\x02'


def test_charts_of_several_curves(written_by):
    value = written_by(
        "add_custom_scalars", {"cat": {"t1": ["Multiline", ["x", "y"]], "t2": ["Margin", ["m", "l", "u"]]}}
    )
    assert list(value.tensor.string_val) == [
        b"\x12&\n\x03cat\x12\x0c\n\x02t1\x12\x06\n\x01x\n\x01y\x12\x11\n\x02t2\x1a\x0b\n\t\n\x01m\x12\x01l\x1a\x01u"
    ]


def test_hyperparameters_go_to_a_run_of_their_own(tmp_path):
    with torch.utils.tensorboard.SummaryWriter(tmp_path) as writer:
        writer.add_hparams(
            {"lr": 0.1, "name": "a", "deep": True},
            {"accuracy": 0.5},
            {"lr": [0.1, 0.2]},
            run_name="first",
            global_step=7,
        )
    events = written(tmp_path / "first")
    assert [event.summary.value[0].tag for event in events] == [
        "_hparams_/experiment", "_hparams_/session_start_info", "_hparams_/session_end_info", "accuracy",
    ]  # fmt: skip
    assert {event.step for event in events} == {7}
    plugin = importlib.import_module("tensorboard.plugins.hparams.plugin_data_pb2").HParamsPluginData
    start = plugin.FromString(events[1].summary.value[0].metadata.plugin_data.content).session_start_info
    assert start.hparams["lr"].number_value == 0.1
    assert start.hparams["name"].string_value == "a"


def test_embeddings_lie_in_files_of_their_own(tmp_path):
    with torch.utils.tensorboard.SummaryWriter(tmp_path) as writer:
        writer.add_embedding(torch.arange(6.0).reshape(3, 2), ["a", "b", "c"], torch.ones(3, 1, 4, 5), 2, "points")
        writer.add_embedding(torch.ones(1, 2), [["x", 1]], metadata_header=["name", "value"])
        writer.add_embedding(torch.ones(1, 2), global_step=2, tag="points")
    assert (tmp_path / "00002/points/tensors.tsv").read_text() == "1.0\t1.0\n"
    assert (tmp_path / "00002/points/metadata.tsv").read_text() == "a\nb\nc\n"
    assert (tmp_path / "00000/default/metadata.tsv").read_text() == "name\tvalue\nx\t1\n"
    config = (tmp_path / "projector_config.pbtxt").read_text()
    assert config.count("tensor_name") == 2
    with importlib.import_module("PIL.Image").open(tmp_path / "00002/points/sprite.png") as sprite:
        assert sprite.size == (10, 8)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.BatchNorm1d(4))
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.layers(x)) + 1


def test_graphs_have_a_node_for_each_operator_in_its_layer(tmp_path):
    net = Network()
    with torch.utils.tensorboard.SummaryWriter(tmp_path) as writer:
        writer.add_graph(net, torch.ones(2, 3))
    graph = importlib.import_module("tensorboard.compat.proto.graph_pb2").GraphDef
    nodes = {node.name: node for node in graph.FromString(written(tmp_path)[0].graph_def).node}
    first = nodes["Network/layers/0/addmm"]
    assert list(first.input) == ["Network/layers/0/bias", "input/0", "Network/layers/0/t"]
    assert [size.size for size in first.attr["_output_shapes"].list.shape[0].dim] == [2, 4]
    assert list(nodes["Network/layers/1/relu"].input) == ["Network/layers/0/addmm"]
    assert nodes["Network/layers/2/native_batch_norm"].input[0] == "Network/layers/1/relu"
    assert list(nodes["output/0"].input) == ["Network/add"]
    assert net.training
    assert all(module.training for module in net.modules())
    assert net.layers[2].num_batches_tracked == 0


def test_a_writer_opens_new_files_after_it_was_closed(tmp_path):
    writer = torch.utils.tensorboard.SummaryWriter(tmp_path, purge_step=5, filename_suffix=".mine")
    writer.add_scalar("a", 1, 5)
    writer.flush()
    assert written(tmp_path)[0].session_log.status == 1
    writer.close()
    writer.add_scalar("a", 2, 6)
    writer.close()
    assert len(list(tmp_path.glob("events.*.mine"))) == 2
    assert writer.get_logdir() == str(tmp_path)


def test_the_folder_is_named_after_the_time_and_the_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.utils.tensorboard.SummaryWriter(comment="_first").close()
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.endswith("_first")


@pytest.mark.parametrize(
    ("name", "args", "error", "text"),
    [
        ("add_scalar", ("a", "abc"), ValueError, "could not convert string to float: 'abc'"),
        ("add_scalar", ("a", None), NotImplementedError, "Got <class 'NoneType'>, but numpy array or torch tensor"),
        ("add_scalar", ("a", torch.ones(2)), AssertionError, "Tensor should contain one element (0 dimensions).  "),
        ("add_histogram", ("a", torch.tensor([])), ValueError, "The input has no element."),
        ("add_histogram", ("a", torch.ones(2), 0, "foo"), ValueError, "'foo' is not a valid estimator for `bins`"),
        ("add_image", ("a", torch.zeros(3, 3)), AssertionError, "size of input tensor and input format are different."),
        ("add_image", ("a", torch.zeros(3, 3, 3), 0, 0, "CCC"), AssertionError, "You can not use the same dimension"),
        ("add_image", ("a", torch.zeros(5, 3, 3)), TypeError, "Cannot handle this data type"),
        ("add_video", ("a", torch.zeros(3, 3, 3)), ValueError, "add_video() wants (n, time, channels of 1 or 3, "),
        ("add_audio", ("a", torch.zeros(2, 5)), AssertionError, "input tensor should be 1 dimensional."),
        ("add_embedding", (torch.zeros(3),), AssertionError, "mat should be 2D, where mat.size(0) is the number of"),
        ("add_embedding", (torch.zeros(3, 2), ["a"]), AssertionError, "#labels should equal with #data points"),
        ("add_hparams", (1, 2), TypeError, "hparam_dict and metric_dict should be dictionary."),
        ("add_hparams", ({"a": [1]}, {"b": 1}), ValueError, "value should be one of int, float, str, bool, or torch.T"),
        ("add_onnx_graph", ("file",), NotImplementedError, "reading ONNX files is not supported"),
    ],
)  # fmt: skip
def test_bad_input(tmp_path, name, args, error, text):
    with torch.utils.tensorboard.SummaryWriter(tmp_path) as writer, pytest.raises(error) as caught:
        getattr(writer, name)(*args)
    assert text in str(caught.value)


def test_without_the_package_the_error_names_the_extra():
    program = (
        "import sys; sys.modules['tensorboard'] = None\n"
        "import importlib.util as u; u.find_spec = lambda name, *rest, f=u.find_spec: "
        "None if name == 'tensorboard' else f(name, *rest)\n"
        "try:\n    from rushlight.utils.tensorboard import SummaryWriter\n"
        "except ModuleNotFoundError as error:\n    print(error, error.__notes__)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "No module named 'tensorboard' [\"pip install 'rushlight[tensorboard]'\"]\n"


def test_records_are_written_by_the_package_itself():
    assert torch.utils.tensorboard.RecordWriter.__module__.startswith("tensorboard.")


def test_the_edges_of_histograms_go_far_on_both_sides_of_zero():
    edges = torch.utils.tensorboard.writer._default_edges()
    assert edges[len(edges) // 2] == 0
    assert math.isclose(edges[-1], 1e20, rel_tol=0.1)
    assert edges == sorted(edges)
