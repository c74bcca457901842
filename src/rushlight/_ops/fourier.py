"""Discrete Fourier transforms as three linear operators: complex to complex, real to complex, complex to real."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2, prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.meta_array import like_first, stand_in
from .._declare.kinds import kernel
from .._declare.reducing import ops

if TYPE_CHECKING:
    from ..tensor import Tensor


def _scaled(array: Any, scale: float) -> Any:
    return array if scale == 1 else array * np.asarray(scale, array.real.dtype)


def _transform(array: Any, dim: Sequence[int], forward: bool) -> Any:
    """The unscaled transform over some dimensions."""
    if forward:
        return np.fft.fftn(array, axes=dim)
    return np.fft.ifftn(array, axes=dim, norm="forward")


def _flops(input: Tensor, dim: Sequence[int], result: Tensor) -> float:
    """The usual count of the fast transform, 5 n log n."""
    length = prod(max(input.shape[axis], result.shape[axis]) for axis in dim)
    return 5 * max(input.numel(), result.numel()) * log2(max(length, 2))


def _r2c_meta(input: Any, dim: Sequence[int], scale: float, onesided: bool) -> Any:
    shape = list(input.shape)
    if onesided:
        shape[dim[-1]] = shape[dim[-1]] // 2 + 1
    return stand_in(tuple(shape), np.complex64 if input.dtype == np.float32 else np.complex128)


def _c2r_meta(input: Any, dim: Sequence[int], scale: float, size: int) -> Any:
    shape = list(input.shape)
    shape[dim[-1]] = size
    return stand_in(tuple(shape), input.real.dtype)


@kernel(
    name="_fft_c2c",
    node="FftC2CBackward0",
    meta=like_first,
    flops=_flops,
    linear=("input",),
    vjp={"input": lambda g, dim, scale, forward: fft_c2c(g, dim, scale, forward)},
)
def fft_c2c(input: Tensor, dim: Sequence[int], scale: float, forward: bool) -> Any:
    """The transform of a complex tensor; its matrix is symmetric, so that it is its own transpose.

    Args:
        input: a complex tensor.
        dim: the dimensions, none negative.
        scale: factor of the result.
        forward: whether the exponent is negative.
    """
    return _scaled(_transform(input, dim, forward), scale).astype(input.dtype, copy=False)


def _r2c_gradient(g: Tensor, input_like: Any, dim: Any, scale: float, onesided: bool) -> Tensor:
    if onesided:
        missing = input_like.shape[dim[-1]] - g.shape[dim[-1]]
        if missing:
            shape = [missing if axis == dim[-1] else size for axis, size in enumerate(g.shape)]
            g = ops.cat([g, g.new_zeros(shape)], dim[-1])
    return fft_c2c(g, dim, scale, False).real  # type: ignore[no-any-return]


@kernel(
    name="_fft_r2c",
    node="FftR2CBackward0",
    meta=_r2c_meta,
    flops=_flops,
    holomorphic=False,
    linear=("input",),
    vjp={"input": _r2c_gradient},
)
def fft_r2c(input: Tensor, dim: Sequence[int], scale: float, onesided: bool) -> Any:
    """The forward transform of a real tensor.

    Args:
        input: a real tensor.
        dim: the dimensions, none negative; with `onesided` the last of them is cut to its first half.
        scale: factor of the result.
        onesided: whether the mirrored half is left out.
    """
    if onesided:
        found = np.fft.rfftn(input, axes=dim)
    else:
        found = np.fft.fftn(input, axes=dim)
    wanted = np.complex64 if input.dtype == np.float32 else np.complex128
    return _scaled(found, scale).astype(wanted, copy=False)


def _c2r_gradient(g: Tensor, dim: Any, scale: float, size: int) -> Tensor:
    found = fft_r2c(g, dim, scale, True)
    half = found.shape[dim[-1]]
    twice = np.ones(half)
    twice[1 : 1 + size - half] = 2  # what stands for its mirror image too
    shape = [1] * found.ndim
    shape[dim[-1]] = half
    return found * found.real.new_tensor(twice).reshape(shape)  # type: ignore[no-any-return]


@kernel(
    name="_fft_c2r",
    node="FftC2RBackward0",
    meta=_c2r_meta,
    flops=_flops,
    holomorphic=False,
    linear=("input",),
    vjp={"input": _c2r_gradient},
)
def fft_c2r(input: Tensor, dim: Sequence[int], scale: float, size: int) -> Any:
    """The backward transform of one half of a Hermitian tensor, which is real.

    Args:
        input: a complex tensor.
        dim: the dimensions, none negative; the last of them holds the first half.
        scale: factor of the result.
        size: of the result along the last of `dim`.
    """
    sizes = [input.shape[axis] for axis in dim[:-1]] + [size]
    found = np.fft.irfftn(input, s=sizes, axes=dim, norm="forward")
    wanted = np.float32 if input.dtype == np.complex64 else np.float64
    return _scaled(found, scale).astype(wanted, copy=False)


def normalization(norm: str | None, sizes: Sequence[int], forward: bool) -> float:
    """The factor of a transform.

    Args:
        norm: ``"backward"`` (the default), ``"ortho"`` or ``"forward"``.
        sizes: of the transformed dimensions.
        forward: which way it goes.

    Raises:
        RuntimeError: there is no such mode.
    """
    count = prod(sizes)
    if norm is None or norm == "backward":
        return 1.0 if forward else 1.0 / count
    if norm == "forward":
        return 1.0 / count if forward else 1.0
    if norm == "ortho":
        return 1.0 / float(count) ** 0.5
    raise RuntimeError(f'Invalid normalization mode: "{norm}"')
