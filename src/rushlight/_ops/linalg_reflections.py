"""Products of Householder reflections, the form in which QR decompositions are worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from .._core.dtypes import REDUCED
from .._core.meta_array import like_first, stand_in
from .._core.named_results import named_result
from .._declare.dispatch import scalar_name
from .._declare.kinds import composite, kernel
from .._declare.matrices import cubes
from .._declare.record import REGISTRY

if TYPE_CHECKING:
    from ..tensor import Tensor


def _check_numbers(input: Tensor, kernel_name: str) -> None:
    if input.dtype in REDUCED or not (input.dtype.is_floating_point or input.dtype.is_complex):
        raise NotImplementedError(f"\"{kernel_name}\" not implemented for '{scalar_name(input.dtype)}'")


def _check_product(input: Tensor, tau: Tensor) -> None:
    name = "torch.linalg.householder_product"
    if input.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    rows, columns = input.shape[-2:]
    if rows < columns:
        raise RuntimeError(f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]")
    if tau.ndim == 0:
        raise IndexError("Dimension specified as -1 but tensor has no dimensions")
    if columns < tau.shape[-1]:
        raise RuntimeError(f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    if tau.ndim != input.ndim - 1:
        raise RuntimeError(
            f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal to {tau.ndim} and "
            f"input.ndim is equal to {input.ndim}"
        )
    if tau.shape[:-1] != input.shape[:-2]:
        raise RuntimeError(
            f"{name}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got {list(tau.shape[:-1])}"
        )
    if tau.dtype != input.dtype:
        raise RuntimeError(
            f"{name}: tau dtype {scalar_name(tau.dtype)} does not match input dtype {scalar_name(input.dtype)}"
        )
    _check_numbers(input, "orgqr_cpu")


def _product_gradient(g: Tensor, input: Tensor, tau: Tensor) -> tuple[Any, Any]:
    """Backwards through ``P[i] = P[i + 1] - tau[i] v[i] (v[i]^H P[i + 1])``, from the identity to the product."""
    if tau.numel() == 0:
        return None, None
    identity = input.new_zeros(input.shape)
    identity.diagonal(0, -2, -1).fill_(1)
    count = tau.shape[-1]
    vectors = [column.unsqueeze(-1) for column in (input.tril(-1) + identity).unbind(-1)[:count]]
    factors = tau.unsqueeze(-1).unsqueeze(-1).unbind(-3)
    products = [identity]
    for v, factor in zip(reversed(vectors), reversed(factors), strict=True):
        products.append(products[-1] - factor * v @ (v.mH @ products[-1]))
    products.pop()
    into_vectors, into_tau = [], []
    for v, factor in zip(vectors, factors, strict=True):
        before = products.pop()
        inner = v.mH @ g
        weight = g @ (before.mH @ v)
        into_tau.append(-(v.mH @ weight).squeeze(-1).squeeze(-1))
        into_vectors.append(-(factor.conj() * weight + factor * (before @ inner.mH)).squeeze(-1))
        g = g - factor.conj() * (v @ inner)
    rest = [input.new_zeros(input.shape[:-1])] * (input.shape[-1] - count)
    stack = REGISTRY["stack"].call
    return stack([*into_vectors, *rest], -1).tril(-1), stack(into_tau, -1)


@kernel(
    batch="leading",
    name="linalg_householder_product",
    node="LinalgHouseholderProductBackward0",
    meta=like_first,
    flops=lambda input: 4 / 3 * cubes(input),
    holomorphic=False,
    check=_check_product,
    vjp={("input", "tau"): _product_gradient},
)
def householder_product(input: Tensor, tau: Tensor, *, out: Tensor | None = None) -> Any:
    """The first columns of a product of reflections ``I - tau v v^H``.

    Args:
        input: of shape (..., m, n), m >= n; below its diagonal stand the vectors v, whose first element is 1.
        tau: of shape (..., k), k <= n: the factors.

    Raises:
        RuntimeError: the shapes or dtypes do not fit.

    Example::

        >>> torch.linalg.householder_product(torch.zeros(2, 2), torch.tensor([2.0, 0.0]))
        tensor([[-1.,  0.],
                [ 0.,  1.]])
    """
    array, factors = np.asarray(input), np.asarray(tau)
    identity = np.eye(*array.shape[-2:], dtype=array.dtype)
    vectors = np.tril(array, -1) + identity
    found = np.broadcast_to(identity, array.shape).copy()
    for index in reversed(range(factors.shape[-1])):
        v = vectors[..., index, None]
        found -= factors[..., index, None, None] * v @ (v.swapaxes(-1, -2).conj() @ found)
    return found


def _check_geqrf(input: Tensor) -> None:
    if input.ndim < 2:
        raise RuntimeError("torch.geqrf: input must have at least 2 dimensions.")
    _check_numbers(input, "geqrf_cpu")


@kernel(
    batch="leading",
    meta=lambda input: (input, stand_in((*input.shape[:-2], min(input.shape[-2:])), input.dtype)),
    flops=lambda input: 4 / 3 * cubes(input),
    check=_check_geqrf,
    returns=named_result("geqrf", "a", "tau"),
    vjp={"input": lambda g: _no_derivative()},
)
def geqrf(input: Tensor, *, out: Any = None) -> Any:
    """The QR decomposition as LAPACK leaves it: R, and below the diagonal the reflections whose product is Q.

    Args:
        input: of shape (..., m, n).

    Returns:
        ``(a, tau)``, of shapes (..., m, n) and (..., min(m, n)); `torch.linalg.householder_product` makes Q of them.

    Example::

        >>> torch.geqrf(torch.eye(2)).tau
        tensor([0., 0.])
    """
    array = np.asarray(input)
    if array.size == 0:
        return array.copy(), np.zeros((*array.shape[:-2], min(array.shape[-2:])), array.dtype)
    packed, tau = np.linalg.qr(array, mode="raw")
    return packed.swapaxes(-1, -2), tau


def _no_derivative() -> NoReturn:
    error = NotImplementedError("the derivative for 'geqrf' is not implemented.")
    error.add_note("torch.linalg.qr has one")
    raise error


@composite
def orgqr(input: Tensor, input2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`torch.linalg.householder_product` under its LAPACK name.

    Args:
        input: of shape (..., m, n): the vectors.
        input2: of shape (..., k): the factors.
    """
    return householder_product(input, input2)  # type: ignore[no-any-return]
