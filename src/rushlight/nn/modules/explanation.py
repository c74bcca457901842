"""What a layer adds to an error that its input raised: which layer it was, the shape it expects, the shape it got."""

from __future__ import annotations

from typing import Any

from ..._core.tensor_base import is_tensor

EXPLAINED = (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError)
"""The errors that an input may raise."""

_IMAGES = {
    1: ("(N, {c}, length)", "({c}, length)"),
    2: ("(N, {c}, height, width)", "({c}, height, width)"),
    3: ("(N, {c}, depth, height, width)", "({c}, depth, height, width)"),
}


def _by_rank(channels: str, *stems: str) -> dict[str, str]:
    """The entries of layers that there are for one to three dimensions."""
    return {
        f"{stem}{rank}d": " or ".join(_IMAGES[rank]).replace("{c}", channels) for stem in stems for rank in (1, 2, 3)
    }


_PAIR = "an input and a target of one shape"

_EXPECTED = {
    **_by_rank("{self.in_channels}", "Conv", "ConvTranspose"),
    **_by_rank(
        "C", "MaxPool", "AvgPool", "LPPool", "AdaptiveAvgPool", "AdaptiveMaxPool", "MaxUnpool", "FractionalMaxPool",
        "ReflectionPad", "ReplicationPad", "CircularPad",
    ),
    **_by_rank("{self.num_features}", "InstanceNorm"),
    "BatchNorm1d": "(N, {self.num_features}) or (N, {self.num_features}, length)",
    "BatchNorm2d": "(N, {self.num_features}, height, width)",
    "BatchNorm3d": "(N, {self.num_features}, depth, height, width)",
    "LayerNorm": "the last dimensions to be {self.normalized_shape}",
    "RMSNorm": "the last dimensions to be {self.normalized_shape}",
    "GroupNorm": "(N, {self.num_channels}, *)",
    "LocalResponseNorm": "(N, C, *) with at least one dimension after the channels",
    "Linear": "(*, {self.in_features})",
    "Bilinear": "(*, {self.in1_features}) and (*, {self.in2_features})",
    "Embedding": "int64 or int32 indices below {self.num_embeddings}, of any shape",
    "EmbeddingBag": "int64 or int32 indices below {self.num_embeddings}: (bags, length), or one row and offsets",
    "PReLU": "(N, {self.num_parameters}, *), or any shape with one parameter",
    "GLU": "an even size along dimension {self.dim}",
    "Softmax2d": "(N, C, height, width) or (C, height, width)",
    "PixelShuffle": "(*, C * {self.upscale_factor} ** 2, height, width)",
    "PixelUnshuffle": "(*, C, height, width), height and width divisible by {self.downscale_factor}",
    "ChannelShuffle": "(N, C, *), C divisible by {self.groups}",
    "Fold": "(N, C * kernel height * kernel width, places) or without N",
    "Unfold": "(N, C, height, width) or (C, height, width)",
    "Upsample": "(N, C, *image), with as many dimensions of the image as the mode needs",
    "MultiheadAttention": "queries, keys and values with {self.embed_dim} features in the last dimension",
    "CrossEntropyLoss": "logits (N, C, *) with class numbers (N, *), or with probabilities of the shape of the logits",
    "NLLLoss": "log-probabilities (N, C, *) and class numbers (N, *)",
    "CTCLoss": "log-probabilities (time, N, C), targets (N, length), and N lengths of each",
    "MultiMarginLoss": "scores (N, C) and class numbers (N,)",
    "MultiLabelMarginLoss": "scores (N, C) and class numbers (N, C), ended by -1",
    "LinearCrossEntropyLoss": "(N, {self.linear.in_features}) and class numbers (N, *{self.out_features})",
    "AdaptiveLogSoftmaxWithLoss": "(N, {self.in_features}) and class numbers (N,)",
    **dict.fromkeys(
        ("BCELoss", "BCEWithLogitsLoss", "MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "KLDivLoss",
         "SoftMarginLoss", "PoissonNLLLoss", "HingeEmbeddingLoss", "MultiLabelSoftMarginLoss"),
        _PAIR,
    ),
}  # fmt: skip
"""By the name of the class (or of a class it derives from) what its input looks like, in the layer's attributes."""

_START = "raised in "


def explain(module: Any, error: BaseException, inputs: tuple[Any, ...]) -> None:
    """Adds a note to an error that the input of a layer raised; nothing if a layer inside has added one.

    Args:
        module: the layer.
        error: what `forward` raised.
        inputs: its positional arguments.
    """
    if any(note.startswith(_START) for note in getattr(error, "__notes__", ())):
        return
    expected = next((_EXPECTED[kind.__name__] for kind in type(module).__mro__ if kind.__name__ in _EXPECTED), None)
    if expected is None:
        return
    try:
        shape = expected.format(self=module)
        shown = repr(module).partition("\n")[0].rstrip("(")
    except Exception:  # a layer that is half built: the error itself says more than a note could
        return
    given = ", ".join(map(_described, inputs))
    error.add_note(f"{_START}{shown}: it expects {shape}; it got {given or 'nothing'}")


def _described(value: Any) -> str:
    if is_tensor(value):
        return f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"
    return type(value).__name__
