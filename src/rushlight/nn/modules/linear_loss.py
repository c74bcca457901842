"""The cross-entropy of logits that a layer of its own gives, whole or in chunks."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, Literal

from ..._core.dtypes import bfloat16, float16, float32, float64
from .. import functional as F
from .linear import Linear
from .module import Module


@dataclass
class LinearCrossEntropyOptions:
    """How `linear_cross_entropy` takes its rows in chunks, so that all logits are never held at once.

    Args:
        allow_retain_graph: accepted; here the backward pass may run more than once anyway.
        batch_chunk_size: rows at a time; worked out from the sizes by default.
        chunking_method: how they are worked out: ``"aspect_ratio:N"`` for chunks of logits with at most N times as
            many elements as the whole input has, ``"auto"`` for N = 2, None for one row at a time.
        acc_policy: accepted; sums are always taken in the dtype of the inputs (float32 for 16-bit floats).
        acc_dtype: accepted likewise.

    Raises:
        ValueError: an option has no such value.

    Example::

        >>> torch.nn.LinearCrossEntropyOptions(batch_chunk_size=64).batch_chunk_size
        64
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: Literal["accurate", "balanced", "compact", "auto"] = "auto"
    acc_dtype: Any = None

    def __post_init__(self) -> None:
        """Checks the values."""
        size = self.batch_chunk_size
        if size is not None and (not isinstance(size, int) or size <= 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size}")
        if self.chunking_method not in (None, "auto") and not self._ratio():
            raise ValueError(f"invalid chunking_method: {self.chunking_method!r}")
        if self.acc_policy not in ("accurate", "balanced", "compact", "auto"):
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if self.acc_dtype not in (None, float16, bfloat16, float32, float64):
            raise ValueError(
                "acc_dtype must be one of {None, torch.float16, torch.bfloat16, torch.float32, torch.float64}, got "
                f"{self.acc_dtype}. Pass acc_dtype=None to let the op pick automatically."
            )

    def _ratio(self) -> int:
        """The N of ``"aspect_ratio:N"``; 0 for anything else."""
        head, _, number = str(self.chunking_method).partition(":")
        return int(number) if head == "aspect_ratio" and number.isdigit() else 0

    def rows(self, count: int, features: int, classes: int) -> int:
        """How many of `count` rows make a chunk."""
        if self.batch_chunk_size is not None:
            return self.batch_chunk_size
        if self.chunking_method is None:
            return 1
        ratio = 2 if self.chunking_method == "auto" else self._ratio()
        return max(1, ratio * count * features // max(classes, 1))


class LinearCrossEntropyLoss(Module):
    """A linear layer and the cross-entropy of its outputs in one.

    Args:
        in_features: features of a sample.
        num_classes: classes.
        out_features: sizes of the predictions of a sample, where there are several.
        bias: whether the layer has one.
        device, dtype: of the layer's parameters.
        reduction, weight, ignore_index, label_smoothing, options: as for `functional.linear_cross_entropy`.

    Example::

        >>> loss = torch.nn.LinearCrossEntropyLoss(3, 4)
        >>> loss(torch.zeros(2, 3), torch.tensor([0, 2]))
        tensor(1.3863, grad_fn=<NllLossBackward0>)
    """

    def __init__(
        self, in_features: int, num_classes: int, *, out_features: tuple[int, ...] = (), bias: bool = False,
        device: Any = None, dtype: Any = None, reduction: str = "mean", weight: Any = None,
        ignore_index: int | None = None, label_smoothing: float = 0.0,
        options: LinearCrossEntropyOptions | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.reduction = reduction
        self.register_buffer("weight", weight)
        self.num_classes = num_classes
        self.out_features = tuple(out_features)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        self.options = options
        self.linear = Linear(in_features, num_classes * prod(self.out_features), bias=bias, device=device, dtype=dtype)

    def forward(self, input: Any, target: Any) -> Any:
        """The loss."""
        shape = (self.num_classes, *self.out_features)
        bias = self.linear.bias
        return F.linear_cross_entropy(
            input, self.linear.weight.reshape(*shape, self.linear.in_features), target,
            linear_bias=None if bias is None else bias.reshape(shape), weight=self.weight, reduction=self.reduction,
            ignore_index=self.ignore_index, label_smoothing=self.label_smoothing, options=self.options,
        )  # fmt: skip

    def extra_repr(self) -> str:
        """Sizes and options."""
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, out_features={self.out_features}, "
            f"bias={self.linear.bias is not None}, reduction={self.reduction}, ignore_index={self.ignore_index}, "
            f"label_smoothing={self.label_smoothing}, options={self.options}"
        )
