"""What torch says of poolings whose arguments do not fit; nothing here runs on tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..._backends.numpy.windows import pooled_sizes
from ..._core.dtypes import int64
from ..._declare.dispatch import no_kernel

if TYPE_CHECKING:
    from ...tensor import Tensor

Sizes = int | Sequence[int]
_WORDS = {2: "two ints", 3: "three ints"}
_LAYOUTS = {1: "(n, c, length) or (c, length)", 2: "(n, c, height, width) or (c, height, width)",
            3: "(n, c, depth, height, width) or (c, depth, height, width)"}  # fmt: skip


def spread(value: Sizes | None, rank: int, name: str, what: str, default: tuple[int, ...] = ()) -> tuple[int, ...]:
    """One int a dimension.

    Args:
        value: an int, or one or `rank` of them; None or ``()`` for `default`.
        name: of the function, for the error.
        what: of the argument, for the error.
        default: what stands for no value.
    """
    if isinstance(value, int):
        return (value,) * rank
    found = default if value is None else tuple(value)
    if len(found) == rank:
        return found
    if len(found) == 1:
        return found * rank
    if not found and default:
        return default
    raise RuntimeError(_size_text(len(found), rank, name, what))


def _size_text(given: int, rank: int, name: str, what: str) -> str:
    if rank == 1:
        if name.startswith("avg"):
            return f"{name}() argument '{what}' should contain one int (got {given})"
        kinds = {"kernel_size": "an int, list of ints or", "stride": "None, an int, list of ints, or",
                 "padding": "an int, list of ints, or", "dilation": "an int, list of ints or"}  # fmt: skip
        return f"{name}() {what} must be {kinds[what]} tuple of ints of size 1 but got size {given}"
    omitted = "omitted, " if what == "stride" else ""
    if name == "avg_pool3d":
        return f"{name}: {what} must be {omitted}a single int, or a tuple of {_WORDS[rank]}"
    either = "be either" if what == "dilation" else "either be"
    return f"{name}: {what} must {either} {omitted}a single int, or a tuple of {_WORDS[rank]}"


def _explained(error: Exception, rank: int) -> Exception:
    error.add_note(f"the input is {_LAYOUTS[rank]}")
    return error


def check_max(
    input: Tensor, width: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...],
    dilation: tuple[int, ...], ceil_mode: bool,
) -> None:  # fmt: skip
    """Raises torch's error where maxima over these windows do not exist."""
    rank = len(width)
    _check_rank(input, rank)
    _check_steps(width, stride, padding, dilation)
    if min(dilation) <= 0:
        names = ("T", "H", "W")[-rank:]
        listed = " ".join(f"dilation{name}: {value}" for name, value in zip(names, dilation, strict=True))
        raise RuntimeError(f"dilation should be greater than zero, but got {listed}")
    _check_sizes(input, rank, "max_pool3d_with_indices_out_cpu_template()")
    _check_result(input, width, stride, padding, dilation, ceil_mode)
    if input.dtype.name == "bool" or input.dtype.is_complex:
        raise no_kernel(f"max_pool{rank}d", input.dtype)


def check_max1d(
    input: Tensor, width: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...],
    dilation: tuple[int, ...], ceil_mode: bool,
) -> None:  # fmt: skip
    """The same for a sequence whose places are not asked for, which torch words in its own way."""
    if input.ndim not in (2, 3) or 0 in input.shape[-2:]:
        error = RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but "
            f"got:{list(input.shape)}"
        )
        raise _explained(error, 1)
    for what, value in (("kernel_size", width[0]), ("stride", stride[0])):
        if value <= 0:
            raise RuntimeError(f"max_pool1d() {what} must be greater than zero, but got {value}")
    if padding[0] < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {padding[0]}")
    if padding[0] > width[0] // 2:
        raise RuntimeError(
            f"max_pool1d() padding should be at most half of kernel size, but got padding={padding[0]} and "
            f"kernel_size={width[0]}"
        )
    if dilation[0] <= 0:
        raise RuntimeError(f"max_pool1d() dilation must be greater than zero, but got {dilation[0]}")
    out = pooled_sizes(input.shape[-1:], width, stride, padding, dilation, ceil_mode)
    if out[0] <= 0:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {out[0]}")
    if not input.dtype.is_floating_point:
        raise no_kernel("max_pool1d_impl", input.dtype)


def check_average(
    input: Tensor, width: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...], ceil_mode: bool,
    divisor_override: int | None,
) -> None:  # fmt: skip
    """Raises torch's error where means over these windows do not exist."""
    rank = len(width)
    ones = (1,) * rank
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    if rank == 2 and input.ndim < 3:
        error = IndexError(f"Dimension out of range (expected to be in range of [-{input.ndim}, {input.ndim - 1}], but "
                           "got -3)")  # fmt: skip
        raise _explained(error, rank)
    _check_rank(input, rank)
    _check_steps(width, stride, padding, ones)
    _check_sizes(input, rank, "avg_pool3d()")
    sizes = input.shape[-rank:]
    if rank == 3 and any(size + 2 * pad < cells for size, pad, cells in zip(sizes, padding, width, strict=True)):
        given = " ".join(f"{name}: {size}" for name, size in zip("THW", sizes, strict=True))
        wanted = " ".join(f"k{name}: {size}" for name, size in zip("THW", width, strict=True))
        raise RuntimeError(f"input image ({given}) smaller than kernel size ({wanted})")
    _check_result(input, width, stride, padding, ones, ceil_mode)
    if not input.dtype.is_floating_point and input.dtype is not int64:
        raise no_kernel("avg_pool2d" if rank == 2 else "avg_pool3d_out_frame", input.dtype)


def check_sequence(input: Tensor, name: str) -> None:
    """Raises torch's error for what is no sequence, or a batch of them."""
    if input.ndim not in (2, 3):
        error = RuntimeError(
            f"Expected 2 to 3 dimensions, but got {input.ndim}-dimensional tensor for argument #1 'self' (while "
            f"checking arguments for {name})"
        )
        raise _explained(error, 1)


def _check_steps(
    width: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...], dilation: tuple[int, ...]
) -> None:
    if 0 in stride:
        raise RuntimeError("stride should not be zero")
    _check_padding(width, padding, dilation)
    for what, letter, values in (("kernel size", "k", width), ("stride", "d", stride)):
        if min(values) <= 0:
            names = "THW"[-len(values) :]
            listed = " ".join(f"{letter}{name}: {size}" for name, size in zip(names, values, strict=True))
            raise RuntimeError(f"{what} should be greater than zero, but got {listed}")


def _check_rank(input: Tensor, rank: int) -> None:
    if input.ndim not in (rank + 1, rank + 2):
        error = RuntimeError(f"non-empty {rank + 1}D or {rank + 2}D (batch mode) tensor expected for input")
        raise _explained(error, rank)


def _check_sizes(input: Tensor, rank: int, name: str) -> None:
    shape = list(input.shape)
    if 0 not in shape[-rank - 1 :]:
        return
    error = RuntimeError(
        f"Expected {rank + 1}D or {rank + 2}D (batch mode) tensor with optional 0 dim batch size for input, but "
        f"got:{shape}"
    )
    if rank == 3:
        error = RuntimeError(  # torch says 0 whichever it is
            f"{name}: Expected input's non-batch dimensions to have positive length, but input has a shape of {shape} "
            "and non-batch dimension 0 has length zero!"
        )
    raise _explained(error, rank)


def _check_padding(width: Sequence[int], padding: Sequence[int], dilation: Sequence[int]) -> None:
    for size, pad, gap in zip(width[::-1], padding[::-1], dilation[::-1], strict=True):
        if pad < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {pad}")
        if pad > ((size - 1) * gap + 1) // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={pad}, kernel_size={size} and "
                f"dilation={gap}"
            )


def _check_result(
    input: Tensor, width: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...],
    dilation: tuple[int, ...], ceil_mode: bool,
) -> None:  # fmt: skip
    rank = len(width)
    sizes = input.shape[-rank:]
    out = pooled_sizes(sizes, width, stride, padding, dilation, ceil_mode)
    if min(out) < 1:
        channels = input.shape[-rank - 1]
        given, found = ("x".join(map(str, (channels, *part))) for part in (sizes, out))
        error = RuntimeError(
            f"Given input size: ({given}). Calculated output size: ({found}). Output size is too small"
        )
        error.add_note("the windows are larger than the image: pool less often, or pad the image")
        raise error


def adaptive_sizes(input: Tensor, output_size: Any, rank: int, name: str) -> tuple[int, ...]:
    """Sizes of an adaptive pooling; None keeps a size.

    Raises:
        RuntimeError, ValueError, TypeError: the sizes do not fit the input.
    """
    if rank == 1:
        return _single_size(input, output_size, name)
    if output_size is None or isinstance(output_size, int):
        given: tuple[Any, ...] = (output_size,) * rank
    else:
        given = tuple(output_size)
        if input.ndim <= len(given):
            raise ValueError(f"Input dimension should be at least {len(given) + 1}")
    if len(given) != rank:
        if name.startswith("adaptive_max"):
            raise RuntimeError(f"{name}(): internal error: output_size.size() must be {rank}")
        raise RuntimeError(f"{name}: output_size must be {rank}")
    if input.ndim not in (rank + 1, rank + 2):
        colon = ":" if name.startswith("adaptive_max") else ""
        error = RuntimeError(
            f"{name}(): Expected {rank + 1}D or {rank + 2}D tensor, but got{colon} {list(input.shape)}"
        )
        raise _explained(error, rank)
    return tuple(size if wanted is None else wanted for wanted, size in zip(given, input.shape[-rank:], strict=True))


def _single_size(input: Tensor, output_size: Any, name: str) -> tuple[int, ...]:
    if isinstance(output_size, int):
        found: tuple[int, ...] = (output_size,)
    elif isinstance(output_size, (tuple, list)):
        found = tuple(output_size)
    else:
        raise TypeError(
            f"{name}(): argument 'output_size' (position 2) must be tuple of ints, not {type(output_size).__name__}"
        )
    if len(found) != 1:
        raise RuntimeError(f"{name}() argument 'output_size' should contain one int (got {len(found)})")
    check_sequence(input, name)
    return found


def check_adaptive(input: Tensor, sizes: tuple[int, ...], rank: int, name: str) -> None:
    """Raises torch's error where the image cannot be split into these parts.

    Args:
        input: the image, a sequence as one row.
        sizes: how many parts.
        rank: dimensions as the user gave them.
        name: of the function.
    """
    maximum = name.startswith("adaptive_max")
    for dim in range(input.ndim - len(sizes) - (1 if maximum else 0), input.ndim):
        if dim and not input.shape[dim]:
            shape = list(input.shape)
            if maximum and rank == 1:
                shape.pop(-2)
                dim = len(shape) - 1
            error = RuntimeError(
                f"{name if maximum else name.replace('1d', '2d')}(): Expected input to have non-zero size for "
                f"non-batch dimensions, but input has sizes {shape} with dimension {dim} being empty"
            )
            raise _explained(error, rank)
    if min(sizes) < 0:
        if maximum:
            shape = [*input.shape[: input.ndim - len(sizes)], *sizes]
            raise RuntimeError(f"Trying to create tensor with negative dimension {min(sizes)}: {shape}")
        listed = f"{sizes[0]}, {','.join(map(str, sizes[1:]))}"
        raise RuntimeError(
            f"{name.replace('1d', '2d')}: elements of output_size must be greater than or equal to 0 but received "
            f"{{{listed}}}"
        )
    if not input.dtype.is_floating_point:
        kernel = f"{name}_cpu" if rank == 3 else name.replace("1d", "2d")
        raise no_kernel(kernel, input.dtype)
