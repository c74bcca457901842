"""Complex numbers: their parts, conjugates and angles, and how they are made of real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import float16, float32, float64, of_numpy
from .._core.tensor_base import TensorBase
from .._declare.dispatch import scalar_name
from .._declare.helpers import is_complex
from .._declare.kinds import FLOAT, composite, copying, elementwise, view
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor


def _check_as_real(input: Any) -> None:
    if input.dtype.kind != "c":
        raise RuntimeError("view_as_real is only supported for complex tensors")


def _pair_strides(array: Any) -> Any:
    """A complex array as pairs of reals in a last dimension of size 2, on the same memory."""
    real = array.real
    return np.lib.stride_tricks.as_strided(real, (*real.shape, 2), (*real.strides, real.itemsize))


@view(
    holomorphic=False, batch=lambda input: view_as_real(input), vjp={"input": lambda g: view_as_complex(g.contiguous())}
)
def view_as_real(input: Tensor) -> Any:
    """The real and imaginary parts of complex elements along a new last dimension, on the same memory.

    Args:
        input: a complex tensor.

    Example::

        >>> torch.view_as_real(torch.tensor([1 + 2j]))
        tensor([[1., 2.]])
    """
    _check_as_real(input)
    return _pair_strides(input)


def _check_as_complex(array: Any) -> None:
    """Raises torch's error where an array is not made of pairs that are complex numbers in memory."""
    element = of_numpy(array.dtype)
    if element not in (float16, float32, float64):
        raise RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: "
            + scalar_name(element)
        )
    if element is float16:
        raise NotImplementedError("rushlight has no complex32: convert to float32 before view_as_complex")
    if array.ndim == 0:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if array.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    if not array.size:
        return
    if array.strides[-1] != array.itemsize:
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    if any(step % (2 * array.itemsize) for step in array.strides[:-1]):
        raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")


@view(
    holomorphic=False,
    batch=lambda input: view_as_complex(input),
    vjp={"input": lambda g: view_as_real(g.resolve_conj())},
)
def view_as_complex(input: Tensor) -> Any:
    """Pairs along the last dimension as complex numbers, on the same memory.

    Args:
        input: a float32 or float64 tensor with a last dimension of size 2.

    Example::

        >>> torch.view_as_complex(torch.tensor([[1.0, 2.0]]))
        tensor([1.+2.j])
    """
    _check_as_complex(input)
    element = np.dtype(f"c{2 * input.itemsize}")
    return input.view(element)[..., 0] if input.size else np.empty(input.shape[:-1], element)


@composite
def real(input: Tensor) -> Tensor:
    """The real part: a view for complex tensors, `input` itself for real ones.

    Example::

        >>> torch.real(torch.tensor([1 + 2j]))
        tensor([1.])
    """
    return view_as_real(input).select(-1, 0) if is_complex(input) else input


@composite
def imag(input: Tensor) -> Tensor:
    """The imaginary part of a complex tensor, as a view.

    Raises:
        RuntimeError: `input` is not complex.

    Example::

        >>> torch.imag(torch.tensor([1 + 2j]))
        tensor([2.])
    """
    if not is_complex(input):
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return view_as_real(input).select(-1, 1)


@elementwise(eager=np.conjugate, natural="complex", holomorphic=False, vjp={"input": lambda g: g.conj()}, name="conj")
def _conj(input: Tensor) -> Tensor:
    return s.conj(input)


def conj(input: Tensor) -> Tensor:
    """The complex conjugate: `input` itself for real tensors, a copy for complex ones.

    Example::

        >>> torch.conj(torch.tensor([1 + 2j]))
        tensor([1.-2.j])
    """
    return _conj(input) if is_complex(input) else input


conj.op = _conj.op  # type: ignore[attr-defined]
_conj.op.call = conj


@elementwise(
    eager=np.conjugate, natural="complex", holomorphic=False, vjp={"input": lambda g: g.conj()}, name="conj_physical"
)
def conjugate_copy(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The complex conjugate as a new tensor; see `conj_physical`."""
    return s.conj(input)


def conj_physical(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The complex conjugate, computed at once: `input` itself for real tensors.

    Example::

        >>> torch.conj_physical(torch.tensor([1 + 2j]))
        tensor([1.-2.j])
    """
    if out is not None:
        return conjugate_copy(input, out=out)
    return conjugate_copy(input) if is_complex(input) else input


def resolve_conj(input: Tensor) -> Tensor:
    """`input` itself: conjugates are never pending here.

    Example::

        >>> torch.resolve_conj(torch.tensor([1 + 2j]).conj())
        tensor([1.-2.j])
    """
    return input


def resolve_neg(input: Tensor) -> Tensor:
    """`input` itself: negations are never pending here.

    Example::

        >>> torch.resolve_neg(torch.tensor([1.0]))
        tensor([1.])
    """
    return input


def is_conj(input: Tensor) -> bool:
    """Whether a conjugation of `input` is pending: never, for `conj` computes at once.

    Example::

        >>> torch.is_conj(torch.tensor([1 + 2j]))
        False
    """
    return False


def is_neg(input: Tensor) -> bool:
    """Whether a negation of `input` is pending: never.

    Example::

        >>> torch.is_neg(torch.tensor([1.0]))
        False
    """
    return False


def _angle(input: Any) -> Any:
    if input.dtype.kind == "c":
        return np.angle(input)
    return np.where(np.isnan(input), input, np.where(input < 0, input.dtype.type(np.pi), input.dtype.type(0)))


def _pull_angle(g: Any, input: Any) -> Any:
    if not is_complex(input):
        return s.zero_gradient(g)
    return s.where(input == 0, 0, g / s.real(input * input.conj())) * input * 1j


@elementwise(eager=_angle, general=_angle, promote=FLOAT, holomorphic=False, vjp={"input": _pull_angle})
def angle(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The angle of each complex number, from -pi to pi; for real ones 0, or pi if negative.

    Example::

        >>> torch.angle(torch.tensor([1j, -1 + 0j]))
        tensor([1.5708, 3.1416])
    """
    return s.atan2(s.imag(input), s.real(input))


def _check_parts(first: Any, second: Any) -> None:
    """Raises torch's error for two real tensors that complex numbers cannot be made of."""
    elements = [of_numpy(value._array.dtype) for value in (first, second) if isinstance(value, TensorBase)]
    if len(elements) < 2:
        return
    if any(element not in (float16, float32, float64) for element in elements):
        names = " and ".join(map(scalar_name, elements))
        raise RuntimeError(f"Expected both inputs to be Half, Float or Double tensors but got {names}")
    if elements[0] is not elements[1]:
        raise RuntimeError(
            f"Expected object of scalar type {scalar_name(elements[0])} but got scalar type "
            f"{scalar_name(elements[1])} for second argument"
        )
    if float16 in elements:
        raise NotImplementedError("rushlight has no complex32: convert to float32 first")


def _joined(real: Any, imag: Any) -> Any:
    found = np.empty(np.broadcast_shapes(real.shape, imag.shape), f"c{2 * real.itemsize}")
    found.real = real
    found.imag = imag
    return found


@elementwise(
    general=_joined,
    check=lambda real, imag: _check_parts(real, imag),
    result=lambda common: common.to_complex(),
    holomorphic=False,
    vjp={"real": lambda g: s.real(g), "imag": lambda g: s.imag(g)},
)
def complex(real: Tensor, imag: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Complex numbers of their parts.

    Args:
        real, imag: float32 or float64 tensors of one dtype that broadcast.

    Example::

        >>> torch.complex(torch.tensor([1.0]), torch.tensor([2.0]))
        tensor([1.+2.j])
    """
    return s.complex(real, imag)


s.define("complex", _joined)


@elementwise(
    general=lambda abs, angle: _joined(abs * np.cos(angle), abs * np.sin(angle)),
    check=lambda abs, angle: _check_parts(abs, angle),
    result=lambda common: common.to_complex(),
    holomorphic=False,
    vjp={
        "abs": lambda g, result: s.real(g.conj() * s.sgn(result)),
        "angle": lambda g, result: s.real(g.conj() * (result * 1j)),
    },
)
def polar(abs: Tensor, angle: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Complex numbers of their magnitudes and angles.

    Args:
        abs, angle: float32 or float64 tensors of one dtype that broadcast.

    Example::

        >>> torch.polar(torch.tensor([2.0]), torch.tensor([0.0]))
        tensor([2.+0.j])
    """
    return s.complex(abs * s.cos(angle), abs * s.sin(angle))


view_as_real_copy, view_as_complex_copy = copying(view_as_real), copying(view_as_complex)
