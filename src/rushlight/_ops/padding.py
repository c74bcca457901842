"""Borders around tensors: constant, reflected, repeated or wrapped around."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy import resample as backend
from .._backends.numpy.machine_code import FROM, attempt
from .._declare.dispatch import no_kernel
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def _sides(pad: Sequence[int], ndim: int) -> list[tuple[int, int]]:
    """Left and right padding of every dimension, from torch's list, which starts with the last dimension."""
    if len(pad) % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) // 2 > ndim:
        raise RuntimeError(
            f"Length of pad should be no more than twice the number of dimensions of the input. Pad length is "
            f"{len(pad)}while the input has {ndim}dimensions."
        )
    sides = [(0, 0)] * ndim
    for position in range(len(pad) // 2):
        sides[ndim - 1 - position] = (pad[2 * position], pad[2 * position + 1])
    return sides


@kernel(
    exact=True,
    vjp={"input": lambda g, pad: constant_pad_nd(g, [-width for width in pad], 0)},
)
def constant_pad_nd(input: Tensor, pad: Sequence[int], value: Number = 0) -> Any:
    """A tensor with a border of one value; a negative width cuts off.

    Args:
        input: any tensor.
        pad: widths before and after, for the last dimension, then the one before it, and so on.
        value: what the border holds.

    Raises:
        RuntimeError: the list does not fit, or a size would be negative.

    Example::

        >>> torch.constant_pad_nd(torch.ones(2), [1, 1])
        tensor([0., 1., 1., 0.])
    """
    sides = _sides(pad, input.ndim)
    for size, (left, right) in zip(input.shape, sides, strict=True):
        if size + min(left, 0) + min(right, 0) < 0:
            error = RuntimeError("narrow(): length must be non-negative.")
            error.add_note(f"a negative width cuts off more than there is: ({left}, {right}) of a size of {size}")
            raise error
    shape = [size + left + right for size, (left, right) in zip(input.shape, sides, strict=True)]
    source, target = [], []
    for size, (left, right) in zip(input.shape, sides, strict=True):
        source.append(slice(max(-left, 0), size - max(-right, 0)))
        target.append(slice(max(left, 0), max(left, 0) + size - max(-left, 0) - max(-right, 0)))
    fill = np.asarray(value).astype(input.dtype)
    if input.size >= FROM:
        tables = [_constant_table(size, *side) for size, side in zip(input.shape, sides, strict=True)]
        moved = next((dim for dim, side in enumerate(sides) if side != (0, 0)), input.ndim - 1)
        framed = attempt("frames", "framed", input, tables[moved:], fill)
        if framed is not None:
            return framed
    found = np.full(shape, fill, input.dtype)
    found[tuple(target)] = input[tuple(source)]
    return found


def _constant_table(size: int, left: int, right: int) -> np.ndarray[Any, Any]:
    """Of which place of the input each place of the result is a copy; -1 of none."""
    places = np.arange(-left, size + right)
    return np.where((places < 0) | (places >= size), -1, places)


_PAD_NODES = (
    *(f"ReflectionPad{rank}DBackward0" for rank in (1, 2, 3)),
    *(f"ReplicationPad{rank}DBackward0" for rank in (1, 2, 3)),
    "CopySlices",
)


def _border_taps(size: int, left: int, right: int, mode: str) -> backend.Taps:
    places = np.arange(-left, size + right)
    if mode == "circular":  # what negative widths leave is what wraps around
        start, stop = max(-left, 0), size - max(-right, 0)
        index = (places - start) % max(stop - start, 1) + start
    elif mode == "replicate":
        index = np.clip(places, 0, size - 1)
    else:
        index = np.abs(places)
        index = np.where(index >= size, 2 * (size - 1) - index, index)
    return index[:, None], None


def _all_taps(shape: Sequence[int], pad: Sequence[int], mode: str) -> list[backend.Taps]:
    rank = len(pad) // 2
    sides = _sides(pad, len(shape))[-rank:]
    return [_border_taps(size, *side, mode) for size, side in zip(shape[-rank:], sides, strict=True)]


def _check_border(input: Tensor, pad: Sequence[int], mode: str) -> None:
    """Raises torch's error for borders that an image cannot give."""
    rank = len(pad) // 2
    sizes = input.shape[input.ndim - rank :]
    sides = _sides(pad, input.ndim)[-rank:]
    if mode == "circular":
        _check_circular(sizes, sides)
        return
    if 0 in input.shape[input.ndim - rank - 1 :]:
        raise RuntimeError(
            f"Expected {rank + 1}D or {rank + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero "
            f"dimensions for input, but got: {list(input.shape)}"
        )
    for number in range(rank):
        size, (left, right) = sizes[-1 - number], sides[-1 - number]
        if mode == "reflect" and (left >= size or right >= size):
            error = RuntimeError(
                f"Argument #{4 + 2 * number}: Padding size should be less than the corresponding input dimension, but "
                f"got: padding ({left}, {right}) at dimension {input.ndim - 1 - number} of input {list(input.shape)}"
            )
            error.add_note(f"a reflection does not repeat the edge: at most {size - 1} on each side")
            raise error
    out = [size + left + right for size, (left, right) in zip(sizes, sides, strict=True)]
    if rank == 1 and out[0] < 1:
        raise RuntimeError(f"input (W: {sizes[0]}) is too small. Calculated output W: {out[0]}")
    if min(out) < 0:
        shape = [*input.shape[: input.ndim - rank], *out]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(out)}: {shape}")
    if input.dtype.name == "bool":
        raise no_kernel(f"{'reflection' if mode == 'reflect' else 'replication'}_pad{rank}d", input.dtype)


def _check_circular(sizes: Sequence[int], sides: Sequence[tuple[int, int]]) -> None:
    for size, (left, right) in zip(sizes, sides, strict=True):
        if left > size or right > size:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if size + left + right < 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension")
        if max(left, right) > size + min(left, 0) + min(right, 0):
            error = RuntimeError("Padding value causes wrapping around more than once.")
            error.add_note(f"({left}, {right}) of a size of {size}: a negative width leaves less to wrap around")
            raise error


@kernel(
    batch="fold",
    exact=True,
    check=_check_border,
    node=_PAD_NODES,
    pick_node=lambda input, pad, mode: (
        6 if mode == "circular" else {"reflect": 0, "replicate": 3}[mode] + len(pad) // 2 - 1
    ),
    vjp={"input": lambda g, input_like, pad, mode: _border_gradient(g, tuple(input_like.shape), pad, mode)},
)
def pad_border(input: Tensor, pad: Sequence[int], mode: str) -> Any:
    """A tensor with a border made of its own elements.

    Args:
        input: any tensor.
        pad: widths before and after, for the last dimension, then the one before it, and so on.
        mode: ``"reflect"``, ``"replicate"`` or ``"circular"``.
    """
    taps = _all_taps(input.shape, pad, mode)
    if input.size >= FROM:
        framed = attempt("frames", "framed", input, [index[:, 0] for index, _ in taps], np.zeros((), input.dtype))
        if framed is not None:
            return framed
    return backend.resample(input, taps)


@kernel(flops=1, vjp={"grad_output": lambda g, pad, mode: pad_border(g, pad, mode)})
def _border_gradient(grad_output: Tensor, shape: Sequence[int], pad: Sequence[int], mode: str) -> Any:
    """The gradient of `pad_border` for an input of the given shape."""
    return backend.resample_transposed(grad_output, _all_taps(shape, pad, mode), shape[-(len(pad) // 2) :])
