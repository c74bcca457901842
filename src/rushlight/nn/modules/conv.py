"""Convolution layers."""

from __future__ import annotations

import math
from typing import Any

from ..._ops.creation import empty
from .. import functional as F, init
from ..parameter import Parameter, UninitializedParameter
from .lazy import LazyModuleMixin
from .module import Module


def spread(value: Any, rank: int) -> tuple[Any, ...]:
    """One value a dimension."""
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return (value,) * rank


class _ConvNd(Module):
    """What all convolution layers share."""

    rank = 0
    transposed = False

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any, padding: Any, dilation: Any,
        output_padding: Any, groups: int, bias: bool, padding_mode: str, device: Any, dtype: Any,
    ) -> None:  # fmt: skip
        super().__init__()
        rank = self.rank
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = spread(kernel_size, rank)
        self.stride = spread(stride, rank)
        self.padding = padding if isinstance(padding, str) else spread(padding, rank)
        self.dilation = spread(dilation, rank)
        self.output_padding = spread(output_padding, rank)
        self.groups = groups
        self.padding_mode = padding_mode
        self._check_padding()
        self._reversed_padding_repeated_twice = self._border()
        first, second = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        self.weight = Parameter(empty((first, second // groups, *self.kernel_size), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _check_padding(self) -> None:
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise ValueError(f"Invalid padding string {self.padding!r}, should be one of {{'same', 'valid'}}")
            if self.padding == "same" and any(step != 1 for step in self.stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        modes = {"zeros", "reflect", "replicate", "circular"}
        if self.padding_mode not in modes:
            raise ValueError(f"padding_mode must be one of {modes}, but got padding_mode='{self.padding_mode}'")

    def _border(self) -> list[int]:
        """Widths of a border of the image's own elements, last dimension first."""
        if isinstance(self.padding, str):
            if self.padding == "valid":
                return [0, 0] * self.rank
            found = []
            for step, size in zip(reversed(self.dilation), reversed(self.kernel_size), strict=True):
                total = step * (size - 1)
                found += [total // 2, total - total // 2]
            return found
        return [width for width in reversed(self.padding) for _ in range(2)]

    def reset_parameters(self) -> None:
        """Draws weight and bias from uniform distributions that shrink with the number of inputs."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in != 0:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        """The options that differ from their defaults."""
        rank = self.rank
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0,) * rank:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * rank:
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * rank:
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text

    def forward(self, input: Any) -> Any:
        """The convolution of the input."""
        function = (F.conv1d, F.conv2d, F.conv3d)[self.rank - 1]
        if self.padding_mode != "zeros":
            input = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
            return function(input, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)
        return function(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


def _convolution(rank: int) -> type:
    def __init__(
        self: Any, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros", device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        _ConvNd.__init__(
            self, in_channels, out_channels, kernel_size, stride, padding, dilation, 0, groups, bias, padding_mode,
            device, dtype,
        )  # fmt: skip

    return type(f"Conv{rank}d", (_ConvNd,), {
        "rank": rank, "__init__": __init__, "__module__": __name__,
        "__doc__": f"""Convolution over {rank} dimension(s).

    Args:
        in_channels, out_channels: channels of input and output.
        kernel_size, stride, dilation: an int or one a dimension.
        padding: likewise, or ``"same"`` or ``"valid"``.
        groups: blocks of channels that do not see each other.
        bias: whether there is a bias.
        padding_mode: what the padding holds: ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``.
        device, dtype: of the parameters.

    Example::

        >>> torch.nn.Conv{rank}d(1, 2, 3).weight.shape
        torch.Size([2, 1, {', '.join(['3'] * rank)}])
    """,
    })  # fmt: skip


Conv1d, Conv2d, Conv3d = _convolution(1), _convolution(2), _convolution(3)


class _ConvTransposeNd(_ConvNd):
    """What all transposed convolution layers share."""

    transposed = True

    def forward(self, input: Any, output_size: Any = None) -> Any:
        """The transposed convolution of the input.

        Args:
            input: of shape (n, c, ...) or (c, ...).
            output_size: the size wanted, which decides the output padding.
        """
        if self.padding_mode != "zeros":
            raise ValueError(f"Only `zeros` padding mode is supported for {type(self).__name__}")
        function: Any = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[self.rank - 1]
        extra = self.output_padding if output_size is None else self._extra_for(input, output_size)
        return function(input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation)

    def _extra_for(self, input: Any, given: Any) -> tuple[int, ...]:
        """The output padding that leads to the size wanted."""
        rank, wanted = self.rank, list(given)
        lead = input.dim() - rank
        if len(wanted) == lead + rank:
            given = given[lead:]
            wanted = list(given)
        if len(wanted) != rank:
            raise ValueError(
                f"ConvTranspose{rank}D: for {input.dim()}D input, output_size must have {rank} or {lead + rank} "
                f"elements (got {len(wanted)})"
            )
        smallest = [
            (input.size(dim + lead) - 1) * self.stride[dim] - 2 * self.padding[dim]
            + self.dilation[dim] * (self.kernel_size[dim] - 1) + 1
            for dim in range(rank)
        ]  # fmt: skip
        largest = [size + self.stride[dim] - 1 for dim, size in enumerate(smallest)]
        for size, low, high in zip(wanted, smallest, largest, strict=True):
            if not low <= size <= high:
                raise ValueError(
                    f"requested an output size of {given}, but valid sizes range from {smallest} to {largest} (for an "
                    f"input of {input.size()[2:]})"
                )
        return tuple(size - low for size, low in zip(wanted, smallest, strict=True))


def _transposed(rank: int) -> type:
    def __init__(
        self: Any, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        output_padding: Any = 0, groups: int = 1, bias: bool = True, dilation: Any = 1, padding_mode: str = "zeros",
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        _ConvNd.__init__(
            self, in_channels, out_channels, kernel_size, stride, padding, dilation, output_padding, groups, bias,
            padding_mode, device, dtype,
        )  # fmt: skip

    return type(f"ConvTranspose{rank}d", (_ConvTransposeNd,), {
        "rank": rank, "__init__": __init__, "__module__": __name__,
        "__doc__": f"""Transposed convolution over {rank} dimension(s).

    Args:
        in_channels, out_channels: channels of input and output.
        kernel_size, stride, padding, output_padding, dilation: an int or one a dimension.
        groups: blocks of channels that do not see each other.
        bias: whether there is a bias.
        padding_mode: only ``"zeros"``.
        device, dtype: of the parameters.

    Example::

        >>> torch.nn.ConvTranspose{rank}d(1, 2, 3).weight.shape
        torch.Size([1, 2, {', '.join(['3'] * rank)}])
    """,
    })  # fmt: skip


ConvTranspose1d, ConvTranspose2d, ConvTranspose3d = _transposed(1), _transposed(2), _transposed(3)


class _LazyConv(LazyModuleMixin):
    """A convolution layer that takes its input channels from the first input."""

    def reset_parameters(self: Any) -> None:
        """Draws the parameters once their shape is known."""
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()  # type: ignore[misc]

    def initialize_parameters(self: Any, input: Any, *args: Any, **kwargs: Any) -> None:
        """Takes the number of channels from an input."""
        if not self.has_uninitialized_params():
            return
        rank = self.rank
        if input.dim() not in (rank + 1, rank + 2):
            raise RuntimeError(
                f"Expected {rank + 1}D (unbatched) or {rank + 2}D (batched) input to {type(self).__name__}, but got "
                f"input of size: {input.shape}"
            )
        self.in_channels = input.shape[1] if input.dim() == rank + 2 else input.shape[0]
        if self.in_channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        first, second = self.out_channels, self.in_channels
        if self.transposed:
            first, second = second, first
        self.weight.materialize((first, second // self.groups, *self.kernel_size))
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()


def _lazy(base: type) -> type:
    transposed = bool(base.transposed)  # type: ignore[attr-defined]

    def __init__(self: Any, out_channels: int, kernel_size: Any, *args: Any, **kwargs: Any) -> None:
        names = (
            ["stride", "padding"]
            + (["output_padding", "groups", "bias", "dilation"] if transposed else ["dilation", "groups", "bias"])
            + ["padding_mode", "device", "dtype"]
        )
        options = dict(zip(names, args, strict=False)) | kwargs
        bias = options.pop("bias", True)
        place: dict[str, Any] = {"device": options.get("device"), "dtype": options.get("dtype")}
        super(cls, self).__init__(0, 0, kernel_size, bias=False, **options)
        self.weight = UninitializedParameter(**place)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(**place)

    cls: Any = type(f"Lazy{base.__name__}", (_LazyConv, base), {
        "__init__": __init__, "__module__": __name__, "cls_to_become": base,
        "__doc__": f"""`{base.__name__}` that takes its input channels from the first input.

    Args:
        out_channels: channels of the output.
        kernel_size: as for `{base.__name__}`, and so are all other options.
    """,
    })  # fmt: skip
    return cls


LazyConv1d, LazyConv2d, LazyConv3d = _lazy(Conv1d), _lazy(Conv2d), _lazy(Conv3d)
LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d = (
    _lazy(ConvTranspose1d), _lazy(ConvTranspose2d), _lazy(ConvTranspose3d)
)  # fmt: skip
