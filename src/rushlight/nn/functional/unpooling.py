"""Poolings undone, and poolings over windows of random places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..._core.dtypes import int64
from ..._declare.dispatch import no_kernel, scalar_name
from ..._ops.random.factories import rand
from ..._ops.unpooling import fractional_max_pool, max_unpool

if TYPE_CHECKING:
    from ...tensor import Tensor

Sizes = int | Sequence[int]


def _spread(value: Any, rank: int) -> tuple[Any, ...]:
    return (value,) * rank if isinstance(value, (int, float)) else tuple(value)


def _unpooled_sizes(
    input: Tensor, width: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...], output_size: Any
) -> tuple[int, ...]:
    """The sizes that were pooled: the smallest that fit, or those the user gave."""
    rank = len(width)
    smallest = tuple((input.shape[dim - rank] - 1) * stride[dim] + width[dim] - 2 * padding[dim] for dim in range(rank))
    if output_size is None:
        return smallest
    sizes = tuple(output_size)
    if len(sizes) == rank + 2:
        sizes = sizes[2:]
    if len(sizes) != rank:
        raise ValueError(
            f"output_size should be a sequence containing {rank} or {rank + 2} elements, but it has a length of "
            f"'{len(sizes)}'"
        )
    for dim, (size, least, step) in enumerate(zip(sizes, smallest, stride, strict=True)):
        if not least - step < size < least + step:
            error = ValueError(
                f'invalid output_size "{sizes}" (dim {dim} must be between {least - step} and {least + step})'
            )
            error.add_note("take `output_size` from the input of the pooling that is undone")
            raise error
    return sizes


def _check_unpool(input: Tensor, indices: Tensor, stride: tuple[int, ...]) -> None:
    rank = len(stride)
    if indices.dtype is not int64:
        raise RuntimeError(f"elements in indices should be type int64 but got: {scalar_name(indices.dtype)}")
    if input.ndim not in (rank + 1, rank + 2):
        error = RuntimeError(
            f"Input to max_unpooling{rank}d should be a {rank + 1}d or {rank + 2}d Tensor, but got a tensor with "
            f"{input.ndim} dimensions."
        )
        error.add_note("the input is (n, c, *image) or (c, *image)")
        raise error
    if rank == 3 and min(stride) <= 0:
        raise RuntimeError(f"strides should be greater than zero, but got stride: {list(stride)}")
    if indices.shape != input.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(input.shape)}) but got indices "
            f"tensor with shape: {list(indices.shape)}"
        )
    for dim in range(input.ndim - rank - 1, input.ndim):
        if not input.shape[dim] and dim:
            raise RuntimeError(
                f"max_unpooling{rank}d_forward_out_cpu(): Expected input to have non-zero size for non-batch "
                f"dimensions, but got {list(input.shape)} with dimension {dim} being empty."
            )
    if not input.dtype.is_floating_point:
        raise no_kernel(f"max_unpool{rank}d", input.dtype)


def _unpool(
    rank: int, input: Tensor, indices: Tensor, kernel_size: Sizes, stride: Sizes | None, padding: Sizes,
    output_size: Any,
) -> Tensor:  # fmt: skip
    width = _spread(kernel_size, rank)
    steps = width if stride is None else _spread(stride, rank)
    sizes = _unpooled_sizes(input, width, steps, _spread(padding, rank), output_size)
    if rank == 1:
        column, places = input.unsqueeze(-1), indices.unsqueeze(-1)
        _check_unpool(column, places, (*steps, 1))
        return max_unpool(column, places, (*sizes, 1)).squeeze(-1)
    _check_unpool(input, indices, steps)
    return max_unpool(input, indices, sizes)


def max_unpool1d(
    input: Tensor, indices: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
    output_size: Any = None,
) -> Tensor:  # fmt: skip
    """Maxima put back where `max_pool1d` found them, with zeros around.

    Args:
        input: of shape (n, c, length) or (c, length).
        indices: the places that `max_pool1d` returned.
        kernel_size, stride, padding: of the pooling.
        output_size: the size that was pooled, where several fit.

    Raises:
        ValueError, RuntimeError: the arguments do not fit together.

    Example::

        >>> torch.nn.functional.max_unpool1d(torch.tensor([[5.0, 7.0]]), torch.tensor([[1, 2]]), 2)
        tensor([[0., 5., 7., 0.]])
    """
    return _unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Tensor, indices: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
    output_size: Any = None,
) -> Tensor:  # fmt: skip
    """Maxima put back where `max_pool2d` found them, with zeros around.

    Args:
        input: of shape (n, c, height, width) or (c, height, width).
        indices: the places that `max_pool2d` returned.
        kernel_size, stride, padding: of the pooling.
        output_size: the sizes that were pooled, where several fit.

    Raises:
        ValueError, RuntimeError: the arguments do not fit together.

    Example::

        >>> torch.nn.functional.max_unpool2d(torch.tensor([[[5.0]]]), torch.tensor([[[3]]]), 2)
        tensor([[[0., 0.],
                 [0., 5.]]])
    """
    return _unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Tensor, indices: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
    output_size: Any = None,
) -> Tensor:  # fmt: skip
    """Maxima put back where `max_pool3d` found them, with zeros around.

    Args:
        input: of shape (n, c, depth, height, width) or without n.
        indices: the places that `max_pool3d` returned.
        kernel_size, stride, padding: of the pooling.
        output_size: the sizes that were pooled, where several fit.

    Raises:
        ValueError, RuntimeError: the arguments do not fit together.

    Example::

        >>> torch.nn.functional.max_unpool3d(torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 1, 1).long(), 2).sum()
        tensor(1.)
    """
    return _unpool(3, input, indices, kernel_size, stride, padding, output_size)


def _fractional(
    rank: int, input: Tensor, kernel_size: Any, output_size: Any, output_ratio: Any, samples: Tensor | None
) -> tuple[Tensor, Tensor]:
    name = f"fractional_max_pool{rank}d"
    if output_size is None and output_ratio is None:
        raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
    if output_size is None:
        ratios = _spread(output_ratio, rank)
        if len(ratios) > rank:
            raise ValueError(f"{name} requires output_ratio to either be a single Int or tuple of Ints.")
        output_size = tuple(int(size * ratio) for size, ratio in zip(input.shape[-rank:], ratios, strict=True))
    if samples is None:
        if input.ndim <= rank:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{input.ndim}, {input.ndim - 1}], but got "
                f"{-rank - 1})"
            )
        if not input.dtype.is_floating_point:
            raise no_kernel("check_uniform_bounds", input.dtype)
        batch = input.shape[0] if input.ndim == rank + 2 else 1
        samples = rand(batch, input.shape[-rank - 1], rank, dtype=input.dtype, device=input.device)
    width, sizes = _spread(kernel_size, rank), _spread(output_size, rank)
    for what, given in (("kernel_size", width), ("output_size", sizes)):
        if len(given) not in (1, rank):
            raise RuntimeError(f"{name}: {what} must either be a single Int or tuple of Ints")
    width, sizes = ((part * rank)[:rank] for part in (width, sizes))
    _check_fractional(input, width, sizes, samples, name)
    return fractional_max_pool(input, width, sizes, samples)


def _check_fractional(
    input: Tensor, width: tuple[int, ...], sizes: tuple[int, ...], samples: Tensor, name: str
) -> None:
    rank = len(width)
    label = f"{name}()" if rank == 2 else f"{name}_out()"
    if input.ndim not in (rank + 1, rank + 2):
        raise RuntimeError(f"{label}: Expected {rank + 1}D or {rank + 2}D tensor, but got: {list(input.shape)}")
    for dim in range(input.ndim - rank - 1, input.ndim):
        if not input.shape[dim]:
            raise RuntimeError(
                f"{label}: Expected input to have non-zero size for non-batch dimensions, but "
                f"got{list(input.shape)} with dimension {dim} being empty."
            )
    for axis, (size, pool, out) in enumerate(zip(input.shape[-rank:], width, sizes, strict=True)):
        if out + pool - 1 > size - (rank == 3):  # torch wants one place more in a volume
            word = ("time", "height", "width")[axis - rank]
            raise RuntimeError(f"{label}: pool {word} {pool} too large relative to input {word} {size}")
    if samples.dtype is not input.dtype:
        raise RuntimeError("Expect _random_samples to have the same dtype as input")
    if samples.ndim != 3:
        raise RuntimeError(f"Expect _random_samples to have 3 dimensions, got {samples.ndim}")
    if samples.shape[2] != rank:
        raise RuntimeError(f"Expect _random_samples.size(2) equals to {rank}; got {samples.shape[2]}.")


def fractional_max_pool2d_with_indices(
    input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """`fractional_max_pool2d` with the places of the maxima."""
    return _fractional(2, input, kernel_size, output_size, output_ratio, _random_samples)


def fractional_max_pool3d_with_indices(
    input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """`fractional_max_pool3d` with the places of the maxima."""
    return _fractional(3, input, kernel_size, output_size, output_ratio, _random_samples)


def _dispatched(name: str, rank: int, full: Callable[..., Any]) -> Callable[..., Any]:
    """The function that returns places only when asked for them."""

    def function(
        input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None,
        return_indices: bool = False, _random_samples: Tensor | None = None,
    ) -> Any:  # fmt: skip
        found = full(input, kernel_size, output_size, output_ratio, return_indices, _random_samples)
        return found if return_indices else found[0]

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""Maxima over windows whose distances vary at random (Graham, 2014), for sizes of one's choice.

    Args:
        input: of shape (n, c, ...) or (c, ...), with {rank} dimensions of the image.
        kernel_size: size of the windows, an int or {rank}.
        output_size: the sizes of the result.
        output_ratio: or these as shares of the input's, between 0 and 1.
        return_indices: whether the places of the maxima in the flattened image are returned too.

    Raises:
        ValueError: there is neither an `output_size` nor an `output_ratio`.
        RuntimeError: the windows do not fit.

    Example::

        >>> torch.nn.functional.{name}(torch.ones(1, {", ".join("7" * rank)}), 2, output_size=3).shape
        torch.Size([1, {", ".join("3" * rank)}])
    """
    return function


fractional_max_pool2d = _dispatched("fractional_max_pool2d", 2, fractional_max_pool2d_with_indices)
fractional_max_pool3d = _dispatched("fractional_max_pool3d", 3, fractional_max_pool3d_with_indices)
