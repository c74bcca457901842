"""Layers that undo poolings, and that pool over windows of random places."""

from __future__ import annotations

from typing import Any

from .. import functional as F
from .module import Module
from .pooling import _Windows


def _spread(value: Any, rank: int) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * rank


class _MaxUnpoolNd(_Windows):
    """What the unpooling layers share."""

    rank: int

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        self.kernel_size = _spread(kernel_size, self.rank)
        self.stride = _spread(kernel_size if stride is None else stride, self.rank)
        self.padding = _spread(padding, self.rank)

    def forward(self, input: Any, indices: Any, output_size: Any = None) -> Any:
        """Zeros with the maxima where the pooling found them."""
        function: Any = (F.max_unpool1d, F.max_unpool2d, F.max_unpool3d)[self.rank - 1]
        return function(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool1d(_MaxUnpoolNd):
    """Maxima put back where a `MaxPool1d` found them, with zeros around.

    Args:
        kernel_size, stride, padding: of the pooling.

    Example::

        >>> pool, unpool = torch.nn.MaxPool1d(2, return_indices=True), torch.nn.MaxUnpool1d(2)
        >>> unpool(*pool(torch.tensor([[1.0, 4.0, 3.0, 2.0]])))
        tensor([[0., 4., 3., 0.]])
    """

    rank = 1


class MaxUnpool2d(_MaxUnpoolNd):
    """Maxima put back where a `MaxPool2d` found them, with zeros around.

    Args:
        kernel_size, stride, padding: of the pooling.

    Example::

        >>> torch.nn.MaxUnpool2d(2)
        MaxUnpool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0))
    """

    rank = 2


class MaxUnpool3d(_MaxUnpoolNd):
    """Maxima put back where a `MaxPool3d` found them, with zeros around.

    Args:
        kernel_size, stride, padding: of the pooling.

    Example::

        >>> torch.nn.MaxUnpool3d(2)
        MaxUnpool3d(kernel_size=(2, 2, 2), stride=(2, 2, 2), padding=(0, 0, 0))
    """

    rank = 3


class _FractionalMaxPoolNd(Module):
    """What the fractional pooling layers share."""

    rank: int

    def __init__(
        self, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: bool = False,
        _random_samples: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kernel_size = _spread(kernel_size, self.rank)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else _spread(output_size, self.rank)
        self.output_ratio = None if output_ratio is None else _spread(output_ratio, self.rank)
        if output_size is None and output_ratio is None:
            raise ValueError(f"{type(self).__name__} requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input: Any) -> Any:
        """The maxima."""
        function: Any = F.fractional_max_pool2d if self.rank == 2 else F.fractional_max_pool3d
        return function(
            input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices,
            _random_samples=self._random_samples,
        )  # fmt: skip


class FractionalMaxPool2d(_FractionalMaxPoolNd):
    """Maxima over windows whose distances vary at random (Graham, 2014), of images.

    Args:
        kernel_size: size of the windows, an int or two.
        output_size: the sizes of the result.
        output_ratio: or these as shares of the input's, between 0 and 1.
        return_indices: whether the places of the maxima are returned too.

    Raises:
        ValueError: there is neither an `output_size` nor an `output_ratio`, or both, or a ratio is not in (0, 1).

    Example::

        >>> torch.nn.FractionalMaxPool2d(2, output_ratio=0.5)(torch.ones(1, 8, 8)).shape
        torch.Size([1, 4, 4])
    """

    rank = 2


class FractionalMaxPool3d(_FractionalMaxPoolNd):
    """Maxima over windows whose distances vary at random (Graham, 2014), of volumes.

    Args:
        kernel_size: size of the windows, an int or three.
        output_size, output_ratio, return_indices: as for `FractionalMaxPool2d`.

    Raises:
        ValueError: as for `FractionalMaxPool2d`.

    Example::

        >>> torch.nn.FractionalMaxPool3d(2, output_size=3)(torch.ones(1, 8, 8, 8)).shape
        torch.Size([1, 3, 3, 3])
    """

    rank = 3
