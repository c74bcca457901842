"""Pooling layers."""

from __future__ import annotations

from typing import Any

from .. import functional as F
from .module import Module


class _MaxPoolNd(Module):
    """What the max-pooling layers share."""

    return_indices: bool

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        """Sizes and options."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"ceil_mode={self.ceil_mode}"
        )


def _max_pool(rank: int) -> type:
    name = f"MaxPool{rank}d"

    def forward(self: Any, input: Any) -> Any:
        return getattr(F, f"max_pool{rank}d")(
            input, self.kernel_size, self.stride, self.padding, self.dilation, ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )  # fmt: skip

    return type(name, (_MaxPoolNd,), {
        "forward": forward, "__module__": __name__,
        "__doc__": f"""The maximum of every window over {rank} dimension(s).

    Args:
        kernel_size: size of the windows, an int or one a dimension.
        stride: distance of windows; by default their size.
        padding: cells of minus infinity on every side.
        dilation: distance of cells in a window.
        return_indices: whether the places of the maxima are returned too.
        ceil_mode: whether a last window may hang over the edge.

    Example::

        >>> torch.nn.{name}(2)
        {name}(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
    """,
    })  # fmt: skip


MaxPool1d, MaxPool2d, MaxPool3d = _max_pool(1), _max_pool(2), _max_pool(3)


class _Windows(Module):
    """What layers over windows show of themselves."""

    kernel_size: Any
    stride: Any
    padding: Any

    def extra_repr(self) -> str:
        """Sizes."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_Windows):
    """The mean of every window of a sequence.

    Args:
        kernel_size, stride, padding, ceil_mode: as for `MaxPool1d`.
        count_include_pad: whether padding counts in the mean.

    Example::

        >>> torch.nn.AvgPool1d(2)
        AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,))
    """

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kernel_size = _one(kernel_size)
        self.stride = _one(stride if stride is not None else kernel_size)
        self.padding = _one(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Any) -> Any:
        """The means."""
        return F.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


def _one(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


class AvgPool2d(_Windows):
    """The mean of every window of an image.

    Args:
        kernel_size, stride, padding, ceil_mode: as for `MaxPool2d`.
        count_include_pad: whether padding counts in the mean.
        divisor_override: what the sum is divided by instead.

    Example::

        >>> torch.nn.AvgPool2d(2)
        AvgPool2d(kernel_size=2, stride=2, padding=0)
    """

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True, divisor_override: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Any) -> Any:
        """The means."""
        return F.avg_pool2d(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad,
            self.divisor_override,
        )  # fmt: skip


class AvgPool3d(AvgPool2d):
    """The mean of every window of a volume; options as for `AvgPool2d`.

    Example::

        >>> torch.nn.AvgPool3d(2)(torch.ones(1, 2, 2, 2))
        tensor([[[[1.]]]])
    """

    def forward(self, input: Any) -> Any:
        """The means."""
        return F.avg_pool3d(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad,
            self.divisor_override,
        )  # fmt: skip


class _LPPoolNd(Module):
    """What the power-average pooling layers share."""

    rank = 0

    def __init__(self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Any) -> Any:
        """The p-norms."""
        function = getattr(F, f"lp_pool{self.rank}d")
        return function(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        """Sizes and options."""
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


def _lp_pool(number: int) -> type:
    return type(f"LPPool{number}d", (_LPPoolNd,), {
        "rank": number, "__module__": __name__,
        "__doc__": f"""The p-norm of every window over {number} dimension(s).

    Args:
        norm_type: p.
        kernel_size, stride, ceil_mode: as for `MaxPool{number}d`.

    Example::

        >>> torch.nn.LPPool{number}d(2, 3)
        LPPool{number}d(norm_type=2, kernel_size=3, stride=None, ceil_mode=False)
    """,
    })  # fmt: skip


LPPool1d, LPPool2d, LPPool3d = _lp_pool(1), _lp_pool(2), _lp_pool(3)


class _AdaptiveNd(Module):
    """What the adaptive pooling layers share."""

    kind = ""
    rank = 0

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Any) -> Any:
        """The pooled input."""
        function = getattr(F, f"adaptive_{self.kind}_pool{self.rank}d")
        return (
            function(input, self.output_size, self.return_indices)
            if self.kind == "max"
            else function(input, self.output_size)
        )

    def extra_repr(self) -> str:
        """The target size."""
        return f"output_size={self.output_size}"


def _adaptive(kind: str, rank: int) -> type:
    name = f"Adaptive{kind.title()}Pool{rank}d"
    body: dict[str, Any] = {"kind": kind, "rank": rank, "__module__": __name__}
    if kind == "avg":

        def __init__(self: Any, output_size: Any) -> None:
            _AdaptiveNd.__init__(self, output_size)

        body["__init__"] = __init__
    what = "Maxima" if kind == "max" else "Means"
    body["__doc__"] = f"""{what} that bring {rank} dimension(s) to a given size.

    Args:
        output_size: an int or one a dimension; None keeps a size.{
        '''
        return_indices: whether the places of the maxima are returned too.'''
        if kind == "max"
        else ""
    }

    Example::

        >>> torch.nn.{name}(2)
        {name}(output_size=2)
    """
    return type(name, (_AdaptiveNd,), body)


AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d = (_adaptive("avg", rank) for rank in (1, 2, 3))
AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d = (_adaptive("max", rank) for rank in (1, 2, 3))
