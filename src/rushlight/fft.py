"""`rushlight.fft`: discrete Fourier transforms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ._core import dtypes
from ._core.sizes import wrap_dim
from ._declare.dispatch import scalar_name
from ._ops.creation import empty
from ._ops.fourier import fft_c2c, fft_c2r, fft_r2c, normalization
from ._ops.padding import constant_pad_nd
from .tensor import Tensor

Dims = Sequence[int] | int | None


def _prepared(input: Tensor, complex_: bool) -> Tensor:
    """The input in a dtype that can be transformed."""
    element = input.dtype
    if element in dtypes.REDUCED:
        raise RuntimeError(f"Unsupported dtype {scalar_name(element)}")
    if element.category < dtypes.FLOATING:
        element = dtypes.get_default_dtype()
    return input.to(element.to_complex() if complex_ else element)


def _resized(input: Tensor, dim: Sequence[int], sizes: Sequence[int]) -> Tensor:
    """The input cut off or padded with zeros to the given sizes."""
    for axis, size in zip(dim, sizes, strict=True):
        if size < 1:
            raise RuntimeError(f"Invalid number of data points ({size}) specified")
        given = input.shape[axis]
        if size < given:
            input = input.narrow(axis, 0, size)
        elif size > given:
            input = constant_pad_nd(input, [0] * (2 * (input.ndim - axis) - 1) + [size - given])
    return input


def _axis(input: Tensor, dim: int) -> int:
    if not input.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return wrap_dim(dim, input.ndim)


def _axes(input: Tensor, s: Dims, dim: Dims) -> tuple[list[int], list[int]]:
    """Dimensions and sizes of a transform over several."""
    if dim is not None:
        axes = [_axis(input, axis) for axis in ((dim,) if isinstance(dim, int) else dim)]
        if len(set(axes)) != len(axes):
            raise RuntimeError("FFT dims must be unique")
    else:
        count = input.ndim if s is None else len((s,) if isinstance(s, int) else s)
        if count > input.ndim:
            raise RuntimeError(f"Got shape with {count} values but input tensor only has {input.ndim} dimensions.")
        axes = list(range(input.ndim - count, input.ndim))
    if s is None:
        return axes, [input.shape[axis] for axis in axes]
    sizes = [s] if isinstance(s, int) else list(s)
    if len(sizes) != len(axes):
        raise RuntimeError("When given, dim and shape arguments must have the same length")
    return axes, [input.shape[axis] if size == -1 else size for axis, size in zip(axes, sizes, strict=True)]


def _delivered(found: Tensor, out: Tensor | None) -> Tensor:
    if out is None:
        return found
    if out.shape != found.shape:
        out.resize_(found.shape)
    return out.copy_(found)


def _one(input: Tensor, n: int | None, dim: int, norm: str | None, forward: bool) -> Tensor:
    axis = _axis(input, dim)
    x = _prepared(input, input.is_complex())
    size = x.shape[axis] if n is None else n
    x = _resized(x, [axis], [size])
    scale = normalization(norm, [size], forward)
    if x.is_complex():
        return fft_c2c(x, (axis,), scale, forward)
    found = fft_r2c(x, (axis,), scale, False)
    return found if forward else found.conj()


def fft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None) -> Tensor:
    """The discrete Fourier transform along a dimension.

    Args:
        input: any tensor of at least one dimension.
        n: length to cut or pad to first.
        dim: the dimension.
        norm: ``"backward"`` (no scaling), ``"forward"`` (1/n) or ``"ortho"`` (1/sqrt(n)).

    Raises:
        RuntimeError: no data points, an unknown mode, or a 16-bit dtype.

    Example::

        >>> torch.fft.fft(torch.ones(2))
        tensor([2.+0.j, 0.+0.j])
    """
    return _delivered(_one(input, n, dim, norm, True), out)


def ifft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None) -> Tensor:
    """The inverse of `fft`.

    Args:
        input, n, dim, norm: as for `fft`; ``"backward"`` scales by 1/n.

    Example::

        >>> torch.fft.ifft(torch.tensor([2.0, 0.0]))
        tensor([1.-0.j, 1.-0.j])
    """
    return _delivered(_one(input, n, dim, norm, False), out)


def _real_input(name: str, input: Tensor) -> None:
    if input.is_complex():
        raise RuntimeError(f"{name} expects a real input tensor, but got {scalar_name(input.dtype)}")


def rfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None) -> Tensor:
    """The first half of the transform of a real tensor; the rest is its mirror image.

    Args:
        input: real.
        n, dim, norm: as for `fft`.

    Example::

        >>> torch.fft.rfft(torch.ones(4)).shape
        torch.Size([3])
    """
    _real_input("rfft", input)
    return _delivered(_half(input, n, dim, norm, True), out)


def _half(input: Tensor, n: int | None, dim: int, norm: str | None, forward: bool) -> Tensor:
    axis = _axis(input, dim)
    x = _prepared(input, False)
    size = x.shape[axis] if n is None else n
    x = _resized(x, [axis], [size])
    return fft_r2c(x, (axis,), normalization(norm, [size], forward), True)


def _from_half(input: Tensor, n: int | None, dim: int, norm: str | None, forward: bool) -> Tensor:
    axis = _axis(input, dim)
    x = _prepared(input, True)
    size = 2 * (x.shape[axis] - 1) if n is None else n
    if size < 1:
        raise RuntimeError(f"Invalid number of data points ({size}) specified")
    x = _resized(x, [axis], [size // 2 + 1])
    if forward:
        x = x.conj()
    return fft_c2r(x, (axis,), normalization(norm, [size], forward), size)


def irfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None) -> Tensor:
    """The inverse of `rfft`.

    Args:
        input: the first half of a Hermitian tensor.
        n: length of the result; even by default.
        dim, norm: as for `ifft`.

    Example::

        >>> torch.fft.irfft(torch.tensor([4.0, 0.0, 0.0]))
        tensor([1., 1., 1., 1.])
    """
    return _delivered(_from_half(input, n, dim, norm, False), out)


def hfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None) -> Tensor:
    """The transform of a Hermitian tensor given by its first half, which is real.

    Args:
        input, n, dim, norm: as for `irfft`.

    Example::

        >>> torch.fft.hfft(torch.tensor([1.0, 1.0]))
        tensor([2., 0.])
    """
    return _delivered(_from_half(input, n, dim, norm, True), out)


def ihfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None) -> Tensor:
    """The inverse of `hfft`.

    Args:
        input: real.
        n, dim, norm: as for `ifft`.

    Example::

        >>> torch.fft.ihfft(torch.ones(2))
        tensor([1.-0.j, 0.-0.j])
    """
    _real_input("ihfft", input)
    return _delivered(_half(input, n, dim, norm, False).conj(), out)


def _several(input: Tensor, s: Dims, dim: Dims, norm: str | None, forward: bool) -> Tensor:
    axes, sizes = _axes(input, s, dim)
    x = _resized(_prepared(input, True), axes, sizes)
    if not axes:
        return x
    return fft_c2c(x, tuple(axes), normalization(norm, sizes, forward), forward)


def _several_half(input: Tensor, s: Dims, dim: Dims, norm: str | None, forward: bool) -> Tensor:
    axes, sizes = _axes(input, s, dim)
    if not axes:
        raise RuntimeError("rfftn must transform at least one axis")
    x = _resized(_prepared(input, False), axes, sizes)
    return fft_r2c(x, tuple(axes), normalization(norm, sizes, forward), True)


def _several_from_half(input: Tensor, s: Dims, dim: Dims, norm: str | None, forward: bool) -> Tensor:
    axes, sizes = _axes(input, s, dim)
    if not axes:
        raise RuntimeError("irfftn must transform at least one axis")
    last_given = s is not None and (s if isinstance(s, int) else list(s)[-1]) != -1
    size = sizes[-1] if last_given else 2 * (input.shape[axes[-1]] - 1)
    if size < 1:
        raise RuntimeError(f"Invalid number of data points ({size}) specified")
    x = _resized(_prepared(input, True), axes, [*sizes[:-1], size // 2 + 1])
    if forward:
        x = x.conj()
    scale = normalization(norm, [*sizes[:-1], size], forward)
    return fft_c2r(x, tuple(axes), scale, size)


def _family(
    name: str, run: Callable[..., Tensor], forward: bool, plane: bool, what: str, real: bool = False
) -> Callable[..., Tensor]:
    """One of the transforms over two or all dimensions."""
    default: Any = (-2, -1) if plane else None

    def transform(
        input: Tensor, s: Dims = None, dim: Dims = default, norm: str | None = None, *, out: Any = None
    ) -> Tensor:
        if real:
            _real_input(name, input)
        found = run(input, s, dim, norm, forward)
        return _delivered(found.conj() if name.startswith("ihfft") else found, out)

    transform.__name__ = transform.__qualname__ = name
    transform.__doc__ = f"""{what} over {"two dimensions" if plane else "several dimensions"}.

    Args:
        input: any tensor with these dimensions.
        s: sizes to cut or pad to first.
        dim: the dimensions, {"the last two" if plane else "all"} by default.
        norm: ``"backward"``, ``"forward"`` or ``"ortho"``.
    """
    return transform


fft2 = _family("fft2", _several, True, True, "The discrete Fourier transform")
ifft2 = _family("ifft2", _several, False, True, "The inverse Fourier transform")
fftn = _family("fftn", _several, True, False, "The discrete Fourier transform")
ifftn = _family("ifftn", _several, False, False, "The inverse Fourier transform")
rfft2 = _family("rfft2", _several_half, True, True, "The first half of the transform of a real tensor", True)
rfftn = _family("rfftn", _several_half, True, False, "The first half of the transform of a real tensor", True)
irfft2 = _family("irfft2", _several_from_half, False, True, "The inverse of `rfft2`")
irfftn = _family("irfftn", _several_from_half, False, False, "The inverse of `rfftn`")
hfft2 = _family("hfft2", _several_from_half, True, True, "The transform of one half of a Hermitian tensor")
hfftn = _family("hfftn", _several_from_half, True, False, "The transform of one half of a Hermitian tensor")
ihfft2 = _family("ihfft2", _several_half, False, True, "The inverse of `hfft2`", True)
ihfftn = _family("ihfftn", _several_half, False, False, "The inverse of `hfftn`", True)


def _frequencies(values: Any, d: float, n: int, dtype: Any, out: Any, options: dict[str, Any]) -> Tensor:
    found = empty((0,), dtype=dtype, **options).new_tensor(values / (n * d))
    return _delivered(found, out)


def fftfreq(n: int, d: float = 1.0, *, out: Any = None, dtype: Any = None, **options: Any) -> Tensor:
    """The frequencies of the elements of an `fft`.

    Args:
        n: its length.
        d: distance of the samples.
        dtype: of the result.

    Example::

        >>> torch.fft.fftfreq(4)
        tensor([ 0.0000,  0.2500, -0.5000, -0.2500])
    """
    places = np.arange(n)
    return _frequencies(np.where(places < (n + 1) // 2, places, places - n), d, n, dtype, out, options)


def rfftfreq(n: int, d: float = 1.0, *, out: Any = None, dtype: Any = None, **options: Any) -> Tensor:
    """The frequencies of the elements of an `rfft`.

    Args:
        n: length of the transformed tensor.
        d: distance of the samples.
        dtype: of the result.

    Example::

        >>> torch.fft.rfftfreq(4)
        tensor([0.0000, 0.2500, 0.5000])
    """
    return _frequencies(np.arange(n // 2 + 1), d, n, dtype, out, options)


def _rolled(input: Tensor, dim: Dims, back: bool) -> Tensor:
    axes = list(range(input.ndim)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    sizes = [input.shape[axis] for axis in axes]
    return input.roll([(size + 1) // 2 if back else size // 2 for size in sizes], axes)


def fftshift(input: Tensor, dim: Dims = None) -> Tensor:
    """Elements moved so that frequency zero stands in the middle.

    Example::

        >>> torch.fft.fftshift(torch.arange(4))
        tensor([2, 3, 0, 1])
    """
    return _rolled(input, dim, False)


def ifftshift(input: Tensor, dim: Dims = None) -> Tensor:
    """The inverse of `fftshift`.

    Example::

        >>> torch.fft.ifftshift(torch.arange(3))
        tensor([1, 2, 0])
    """
    return _rolled(input, dim, True)


__all__ = [
    "fft", "fft2", "fftfreq", "fftn", "fftshift", "hfft", "hfft2", "hfftn", "ifft", "ifft2", "ifftn", "ifftshift",
    "ihfft", "ihfft2", "ihfftn", "irfft", "irfft2", "irfftn", "rfft", "rfft2", "rfftfreq", "rfftn",
]  # fmt: skip
