"""Convolution and transposed convolution in one to three dimensions, as one operator with its derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from .._backends.numpy import columns, convolving
from .._core.meta_array import stand_in
from .._declare.dispatch import no_kernel, scalar_name
from .._declare.kinds import composite, kernel
from .._declare.reducing import ops

if TYPE_CHECKING:
    from ..tensor import Tensor

Sizes = int | Sequence[int]


def _transposed_sizes(
    sizes: Sequence[int], width: Sequence[int], stride: Sequence[int], padding: Sequence[int],
    output_padding: Sequence[int], dilation: Sequence[int],
) -> tuple[int, ...]:  # fmt: skip
    """Sizes of the result of a transposed convolution."""
    terms = zip(sizes, width, stride, padding, output_padding, dilation, strict=True)
    return tuple((n - 1) * step - 2 * pad + spread * (k - 1) + extra + 1 for n, k, step, pad, extra, spread in terms)


def _missing(
    wanted: Sequence[int], g: Sequence[int], width: Sequence[int], stride: Sequence[int],
    padding: Sequence[int], dilation: Sequence[int],
) -> tuple[int, ...]:  # fmt: skip
    """The output padding with which a transposed convolution of `g` reaches the sizes wanted."""
    reached = _transposed_sizes(g, width, stride, padding, (0,) * len(stride), dilation)
    return tuple(size - found for size, found in zip(wanted, reached, strict=True))


def _input_gradient(
    g: Tensor, input_like: Any, weight: Tensor, stride: Any, padding: Any, dilation: Any, transposed: bool, groups: int
) -> Tensor:
    zero = (0,) * len(stride)
    if transposed:
        found = convolution(g, weight, None, stride, padding, dilation, False, zero, groups)
        return _cropped(found, input_like.shape)
    extra = _missing(input_like.shape[2:], g.shape[2:], weight.shape[2:], stride, padding, dilation)
    return convolution(g, weight, None, stride, padding, dilation, True, extra, groups)  # type: ignore[no-any-return]


def _cropped(found: Tensor, shape: Sequence[int]) -> Tensor:
    """The first places of a convolution: output padding of a transposed one may have made room for more of them."""
    for dim in range(2, len(shape)):
        if found.shape[dim] > shape[dim]:
            found = found.narrow(dim, 0, shape[dim])
    return found


def _weight_gradient(
    g: Tensor, input: Tensor, weight_like: Any, stride: Any, padding: Any, dilation: Any, transposed: bool, groups: int
) -> Tensor:
    images, rows = (g, input) if transposed else (input, g)
    width = tuple(weight_like.shape[2:])
    return _kernel_gradient(images, rows, width, stride, padding, dilation, groups)  # type: ignore[no-any-return]


def _convolve_examples(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any, dilation: Any, transposed: bool,
    output_padding: Any, groups: int,
) -> Any:  # fmt: skip
    """`convolution` of every example of a batch: of more images by one kernel, or of more groups by one for each."""
    settings = (stride, padding, dilation, transposed, output_padding)
    if len(weight) == 1 and (bias is None or len(bias) == 1):
        count = len(input)
        found = convolution(input.flatten(0, 1), weight[0], None if bias is None else bias[0], *settings, groups)
        return found.reshape((count, input.shape[1], *found.shape[1:]))
    count = max(len(input), len(weight), 1 if bias is None else len(bias))
    images = input.expand(count, *input.shape[1:]).movedim(0, 1).flatten(1, 2)
    kernels = weight.expand(count, *weight.shape[1:]).flatten(0, 1)
    shifts = None if bias is None else bias.expand(count, bias.shape[1]).flatten()
    found = convolution(images, kernels, shifts, *settings, count * groups)
    return found.reshape((len(images), count, -1, *found.shape[2:])).movedim(1, 0)


def _meta(
    input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, transposed: bool,
    output_padding: Any, groups: int,
) -> Any:  # fmt: skip
    images, width = input.shape[2:], weight.shape[2:]
    if transposed:
        sizes = _transposed_sizes(images, width, stride, padding, output_padding, dilation)
        return stand_in((len(input), weight.shape[1] * groups, *sizes), input.dtype)
    sizes = columns.output_sizes(images, width, stride, padding, dilation)
    return stand_in((len(input), len(weight), *sizes), input.dtype)


def _flops(input: Tensor, weight: Tensor, bias: Tensor | None, transposed: bool, result: Tensor) -> int:
    """Each weight is used once at each position of the result, of the input if transposed; then the bias is added."""
    positions = input.numel() if transposed else result.numel()
    return 2 * positions * prod(weight.shape[1:]) + (0 if bias is None else result.numel())


@kernel(
    batch=_convolve_examples,
    name="convolution",
    meta=_meta,
    flops=_flops,
    vjp={
        "input": _input_gradient,
        "weight": _weight_gradient,
        "bias": lambda g: g.sum((0, *range(2, g.ndim))),
    },
)
def convolution(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int], transposed: bool, output_padding: Sequence[int], groups: int,
) -> Any:  # fmt: skip
    """Convolution (cross-correlation) in any number of dimensions, or its transpose.

    Args:
        input: of shape (n, c, ...).
        weight: of shape (out, c / groups, ...); (c, out / groups, ...) if transposed.
        bias: of shape (out,).
        stride, padding, dilation, output_padding: one int a dimension.
        transposed: whether it is the transposed convolution.
        groups: number of blocks of channels that do not see each other.

    Example::

        >>> w = torch.ones(1, 1, 2)
        >>> torch.convolution(torch.ones(1, 1, 3), w, None, (1,), (0,), (1,), False, (0,), 1)
        tensor([[[2., 2.]]])
    """
    if transposed:
        sizes = _transposed_sizes(input.shape[2:], weight.shape[2:], stride, padding, output_padding, dilation)
        return convolving.convolve_transposed(input, weight, bias, sizes, stride, padding, dilation, groups)
    return convolving.convolve(input, weight, bias, stride, padding, dilation, groups)


@kernel(
    meta=lambda input, rows, width, stride, padding, dilation, groups: stand_in(
        (rows.shape[1], input.shape[1] // groups, *width), input.dtype
    ),
    flops=lambda input, rows, width, groups: 2 * rows.numel() * input.shape[1] // groups * prod(width),
    vjp={
        "input": lambda g, input_like, rows, stride, padding, dilation, groups: convolution(
            rows, g, None, stride, padding, dilation, True,
            _missing(input_like.shape[2:], rows.shape[2:], g.shape[2:], stride, padding, dilation), groups,
        ),
        "rows": lambda g, input, rows_like, stride, padding, dilation, groups: _cropped(
            convolution(input, g, None, stride, padding, dilation, False, (0,) * len(stride), groups), rows_like.shape
        ),
    },
)  # fmt: skip
def _kernel_gradient(
    input: Tensor, rows: Tensor, width: Sequence[int], stride: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int], groups: int,
) -> Any:  # fmt: skip
    """The gradient of a convolution with respect to its kernels, itself differentiable.

    Args:
        input: the images of the convolution.
        rows: the gradient of its output.
        width: the sizes of the kernel.
        stride, padding, dilation, groups: of the convolution.
    """
    return convolving.kernel_gradient(input, rows, width, stride, padding, dilation, groups)


def _spread(value: Sizes, rank: int, name: str) -> tuple[int, ...]:
    """One int a dimension."""
    if isinstance(value, int):
        return (value,) * rank
    found = tuple(value)
    if len(found) == 1:
        return found * rank
    if len(found) != rank:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {rank} values to match the convolution "
            f"dimensions, but got {name}={list(found)}"
        )
    return found


_C_NAMES = {
    "uint8": "unsigned char", "int8": "signed char", "int16": "short int", "int32": "int", "int64": "long int",
    "uint16": "short unsigned int", "uint32": "unsigned int", "uint64": "long unsigned int", "float16": "c10::Half",
    "bfloat16": "c10::BFloat16", "float32": "float", "float64": "double", "complex64": "c10::complex<float>",
    "complex128": "c10::complex<double>", "bool": "bool",
}  # fmt: skip
"""What torch calls a dtype where the bias of a convolution has another than its input."""


def _check_bias_dtype(input: Tensor, bias: Tensor | None) -> None:
    if bias is not None and bias.dtype is not input.dtype:
        first, second = _C_NAMES[input.dtype.name], _C_NAMES[bias.dtype.name]
        error = RuntimeError(f"Input type ({first}) and bias type ({second}) should be the same")
        error.add_note(f"bring the input to the layer's dtype: input.to({bias.dtype})")
        raise error


def _check(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: tuple[int, ...], padding: tuple[int, ...],
    dilation: tuple[int, ...], transposed: bool, groups: int,
) -> None:  # fmt: skip
    """Raises torch's error for arguments that do not fit together."""
    if min(stride) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if min(padding) < 0:
        raise RuntimeError("negative padding is not supported")
    if min(dilation) <= 0:
        raise RuntimeError(f"dilation should be greater than zero, but got {list(dilation)}")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    shape = list(weight.shape)
    if shape[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{shape} instead"
        )
    if shape[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of "
            f"size [{shape}] instead"
        )
    _check_channels(input, shape, bias, transposed, groups)
    for other in (weight, bias):
        if other is not None and other.dtype is not input.dtype:
            first, second = scalar_name(input.dtype), scalar_name(other.dtype)
            raise RuntimeError(f"expected scalar type {first} but found {second}")
    if not transposed:
        _check_room(input.shape[2:], shape[2:], padding, dilation)
    _check_kernel(input, shape, dilation, transposed)


def _check_channels(input: Tensor, shape: list[int], bias: Tensor | None, transposed: bool, groups: int) -> None:
    wanted = shape[0] if transposed else shape[1] * groups
    if input.shape[1] != wanted:
        given = f"transposed={int(transposed)}" if transposed else f"groups={groups}"
        error = RuntimeError(
            f"Given {given}, weight of size {shape}, expected input{list(input.shape)} to have {wanted} channels, but "
            f"got {input.shape[1]} channels instead"
        )
        error.add_note("images are (batch, channels, height, width); `permute` them if the channels come last")
        raise error
    out_channels = shape[1] * groups if transposed else shape[0]
    if bias is not None and tuple(bias.shape) != (out_channels,):
        raise RuntimeError(
            f"Given {'transposed=1, ' if transposed else ''}weight of size {shape}, expected bias to be 1-dimensional "
            f"with {out_channels} elements, but got bias of size {list(bias.shape)} instead"
        )


def _check_room(sizes: Sequence[int], width: Sequence[int], padding: Sequence[int], dilation: Sequence[int]) -> None:
    padded = [size + 2 * pad for size, pad in zip(sizes, padding, strict=True)]
    spread = [step * (size - 1) + 1 for step, size in zip(dilation, width, strict=True)]
    if any(kernel_size > size for kernel_size, size in zip(spread, padded, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, padded))}). Kernel size: "
            f"({' x '.join(map(str, spread))}). Kernel size can't be greater than actual input size"
        )


def _check_kernel(input: Tensor, shape: list[int], dilation: tuple[int, ...], transposed: bool) -> None:
    """Raises torch's error for a dtype or a size that its kernels do not serve; it runs 1-D ones as 2-D."""
    if input.dtype.name == "bool":
        flat = "3d" if len(dilation) == 3 else "2d"
        name = f"slow_conv{flat}_cpu" if flat == "2d" else "compute_columns3d"
        if transposed:
            name = f"slow_conv_transpose{flat}_out_cpu"
        elif max(dilation) > 1:
            name = "slow_conv_dilated<>"
        raise no_kernel(name, input.dtype)
    if 0 in shape[2:]:
        raise RuntimeError(_empty_kernel(shape, transposed))
    if 0 in input.shape[2:]:
        sizes = [*input.shape[:2], 1, *input.shape[2:]] if len(dilation) == 1 else list(input.shape)
        raise RuntimeError(f"Only zero batch or zero channel inputs are supported, but got input shape: {sizes}")


def _empty_kernel(shape: list[int], transposed: bool) -> str:
    *depth, height, width = (1, *shape[2:]) if len(shape) == 3 else shape[2:]
    if not depth:
        return f"kernel size should be greater than zero, but got kernel_height: {height} kernel_width: {width}"
    if transposed:
        return (
            "non-empty 5D (n_output_plane x n_input_plane x kernel_depth x kernel_height x kernel_width) tensor "
            f"expected for weight, but got: {shape}"
        )
    return f"kernel size should be greater than zero, but got: {depth[0]} x {height} x {width} (TxHxW)"


def _with_batch(input: Tensor, rank: int, name: str) -> tuple[Tensor, bool]:
    """The input with a batch dimension, and whether it had none."""
    if input.ndim not in (rank + 1, rank + 2):
        raise RuntimeError(
            f"Expected {rank + 1}D (unbatched) or {rank + 2}D (batched) input to {name}, but got input of size: "
            f"{list(input.shape)}"
        )
    alone = input.ndim == rank + 1
    return (input.unsqueeze(0) if alone else input), alone


def _check_rank(input: Tensor, weight: Tensor, stride: tuple[int, ...], named: bool = False) -> None:
    if weight.ndim < 3:
        raise RuntimeError("weight should have at least three dimensions")
    if weight.ndim != len(stride) + 2:
        if named:
            raise RuntimeError(
                f"Expected {weight.ndim}-dimensional input for {weight.ndim}-dimensional weight{list(weight.shape)}, "
                f"but got {input.ndim}-dimensional input of size {list(input.shape)} instead"
            )
        raise RuntimeError(
            f"expected stride to be a single integer value or a list of {weight.ndim - 2} values to match the "
            f"convolution dimensions, but got stride={list(stride)}"
        )


def _convolve(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sizes, padding: Sizes | str, dilation: Sizes,
    groups: int, rank: int,
) -> Tensor:  # fmt: skip
    _check_bias_dtype(input, bias)
    images, alone = _with_batch(input, rank, f"conv{rank}d")
    steps = _spread(stride, rank, "stride")
    _check_rank(images, weight, steps, padding == "same")
    spread = _spread(dilation, rank, "dilation")
    if isinstance(padding, str):
        images, around = _pad_by_name(images, weight, padding, steps, spread)
    else:
        around = _spread(padding, rank, "padding")
    _check(images, weight, bias, steps, around, spread, False, groups)
    found = convolution(images, weight, bias, steps, around, spread, False, (0,) * rank, groups)
    return found.squeeze(0) if alone else found  # type: ignore[no-any-return]


def _pad_by_name(
    images: Tensor, weight: Tensor, padding: str, stride: tuple[int, ...], dilation: tuple[int, ...]
) -> tuple[Tensor, tuple[int, ...]]:
    """``"valid"`` and ``"same"`` as numbers; where the sides differ the images are padded first."""
    rank = len(stride)
    if padding == "valid":
        return images, (0,) * rank
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    if any(step != 1 for step in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    total = [step * (size - 1) for step, size in zip(dilation, weight.shape[2:], strict=True)]
    odd = [amount % 2 for amount in total]
    if any(odd):
        images = ops.constant_pad_nd(images, [side for extra in reversed(odd) for side in (0, extra)])
    return images, tuple(amount // 2 for amount in total)


def _check_output(
    sizes: Sequence[int], width: Sequence[int], stride: tuple[int, ...], padding: tuple[int, ...],
    output_padding: tuple[int, ...], dilation: tuple[int, ...],
) -> None:  # fmt: skip
    """Raises torch's error where a transposed convolution has no result."""
    if min(output_padding) < 0:
        raise RuntimeError("negative output_padding is not supported")
    flat = len(stride) == 1
    if any(more >= max(step, gap) for more, step, gap in zip(output_padding, stride, dilation, strict=True)):
        parts = [
            f"{what}_{name}: {value}"
            for what, first, values in (
                ("output_padding", 0, output_padding), ("stride", 1, stride), ("dilation", 1, dilation)
            )
            for name, value in zip(
                ("depth", "height", "width")[-max(len(stride), 2) :], (first, *values) if flat else values, strict=True
            )
        ]  # fmt: skip
        raise RuntimeError(f"output padding must be smaller than either stride or dilation, but got {' '.join(parts)}")
    reached = _transposed_sizes(sizes, width, stride, padding, output_padding, dilation)
    if min(reached) < 1:
        before, after = (" x ".join(map(str, (1, *part) if flat else part)) for part in (sizes, reached))
        raise RuntimeError(
            f"Given input size per channel: ({before}). Calculated output size per channel: ({after}). Output size is "
            "too small"
        )


def _transpose(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sizes, padding: Sizes, output_padding: Sizes,
    groups: int, dilation: Sizes, rank: int,
) -> Tensor:  # fmt: skip
    images, alone = _with_batch(input, rank, f"conv_transpose{rank}d")
    steps = _spread(stride, rank, "stride")
    _check_rank(images, weight, steps)
    spread = _spread(dilation, rank, "dilation")
    around, extra = _spread(padding, rank, "padding"), _spread(output_padding, rank, "output_padding")
    _check(images, weight, bias, steps, around, spread, True, groups)
    _check_output(images.shape[2:], weight.shape[2:], steps, around, extra, spread)
    found = convolution(images, weight, bias, steps, around, spread, True, extra, groups)
    return found.squeeze(0) if alone else found  # type: ignore[no-any-return]


@composite
def conv1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Sizes = 1, padding: Sizes | str = 0,
    dilation: Sizes = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """Convolution (cross-correlation) over a sequence.

    Args:
        input: of shape (n, c, length) or without n.
        weight: of shape (out, c / groups, ...), sizes of the kernel last.
        bias: of shape (out,), or None.
        stride, padding, dilation: an int or one a dimension; padding also ``"same"`` or ``"valid"``.
        groups: blocks of channels that do not see each other.

    Raises:
        RuntimeError: shapes or dtypes do not fit.

    Example::

        >>> ones = torch.ones(1, 1, 2)
        >>> torch.conv1d(ones, ones).shape
        torch.Size([1, 1, 1])
    """
    return _convolve(input, weight, bias, stride, padding, dilation, groups, 1)


@composite
def conv2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Sizes = 1, padding: Sizes | str = 0,
    dilation: Sizes = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """Convolution (cross-correlation) over an image.

    Args:
        input: of shape (n, c, height, width) or without n.
        weight: of shape (out, c / groups, ...), sizes of the kernel last.
        bias: of shape (out,), or None.
        stride, padding, dilation: an int or one a dimension; padding also ``"same"`` or ``"valid"``.
        groups: blocks of channels that do not see each other.

    Raises:
        RuntimeError: shapes or dtypes do not fit.

    Example::

        >>> ones = torch.ones(1, 1, 2, 2)
        >>> torch.conv2d(ones, ones).shape
        torch.Size([1, 1, 1, 1])
    """
    return _convolve(input, weight, bias, stride, padding, dilation, groups, 2)


@composite
def conv3d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Sizes = 1, padding: Sizes | str = 0,
    dilation: Sizes = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """Convolution (cross-correlation) over a volume.

    Args:
        input: of shape (n, c, depth, height, width) or without n.
        weight: of shape (out, c / groups, ...), sizes of the kernel last.
        bias: of shape (out,), or None.
        stride, padding, dilation: an int or one a dimension; padding also ``"same"`` or ``"valid"``.
        groups: blocks of channels that do not see each other.

    Raises:
        RuntimeError: shapes or dtypes do not fit.

    Example::

        >>> ones = torch.ones(1, 1, 2, 2, 2)
        >>> torch.conv3d(ones, ones).shape
        torch.Size([1, 1, 1, 1, 1])
    """
    return _convolve(input, weight, bias, stride, padding, dilation, groups, 3)


@composite
def conv_transpose1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Sizes = 1, padding: Sizes = 0,
    output_padding: Sizes = 0, groups: int = 1, dilation: Sizes = 1,
) -> Tensor:  # fmt: skip
    """Transposed convolution over a sequence.

    Args:
        input: of shape (n, c, length) or without n.
        weight: of shape (c, out / groups, ...), sizes of the kernel last.
        bias: of shape (out,), or None.
        stride, padding, output_padding, dilation: an int or one a dimension.
        groups: blocks of channels that do not see each other.

    Raises:
        RuntimeError: shapes or dtypes do not fit.

    Example::

        >>> ones = torch.ones(1, 1, 2)
        >>> torch.conv_transpose1d(ones, ones).shape
        torch.Size([1, 1, 3])
    """
    return _transpose(input, weight, bias, stride, padding, output_padding, groups, dilation, 1)


@composite
def conv_transpose2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Sizes = 1, padding: Sizes = 0,
    output_padding: Sizes = 0, groups: int = 1, dilation: Sizes = 1,
) -> Tensor:  # fmt: skip
    """Transposed convolution over an image.

    Args:
        input: of shape (n, c, height, width) or without n.
        weight: of shape (c, out / groups, ...), sizes of the kernel last.
        bias: of shape (out,), or None.
        stride, padding, output_padding, dilation: an int or one a dimension.
        groups: blocks of channels that do not see each other.

    Raises:
        RuntimeError: shapes or dtypes do not fit.

    Example::

        >>> ones = torch.ones(1, 1, 2, 2)
        >>> torch.conv_transpose2d(ones, ones).shape
        torch.Size([1, 1, 3, 3])
    """
    return _transpose(input, weight, bias, stride, padding, output_padding, groups, dilation, 2)


@composite
def conv_transpose3d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Sizes = 1, padding: Sizes = 0,
    output_padding: Sizes = 0, groups: int = 1, dilation: Sizes = 1,
) -> Tensor:  # fmt: skip
    """Transposed convolution over a volume.

    Args:
        input: of shape (n, c, depth, height, width) or without n.
        weight: of shape (c, out / groups, ...), sizes of the kernel last.
        bias: of shape (out,), or None.
        stride, padding, output_padding, dilation: an int or one a dimension.
        groups: blocks of channels that do not see each other.

    Raises:
        RuntimeError: shapes or dtypes do not fit.

    Example::

        >>> ones = torch.ones(1, 1, 2, 2, 2)
        >>> torch.conv_transpose3d(ones, ones).shape
        torch.Size([1, 1, 3, 3, 3])
    """
    return _transpose(input, weight, bias, stride, padding, output_padding, groups, dilation, 3)
