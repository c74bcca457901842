"""Gamma and Dirichlet distributed numbers, which carry a gradient to the parameters they were drawn with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._backends.numpy.pathwise import dirichlet_pathwise, gamma_pathwise
from ..._core import dtypes
from ..._core.dtypes import FLOATING
from ..._core.generator import Generator
from ..._core.random_streams import rejection
from ..._core.tensor_base import TensorBase
from ..._declare.dispatch import no_kernel, scalar_name
from ..._declare.kinds import kernel
from . import checks

if TYPE_CHECKING:
    from ...tensor import Tensor


def _check_floating(name: str, tensor: Any) -> None:
    if not isinstance(tensor, TensorBase) or tensor.is_meta:  # type: ignore[attr-defined]
        return
    element = tensor.dtype  # type: ignore[attr-defined]
    if element.category != FLOATING or element in dtypes.REDUCED:
        raise no_kernel(name, element)


def _check_same(name: str, first: Any, *others: Any) -> None:
    _check_floating(name, first)
    for other in others:
        if other.dtype is not first.dtype:
            raise RuntimeError(f"Found dtype {scalar_name(other.dtype)} but expected {scalar_name(first.dtype)}")


def _underived(reason: str) -> Any:
    def rule(g: Any) -> Any:
        raise RuntimeError(f"the derivative for '{reason}' is not implemented.")

    return rule


@kernel(
    flops=1,
    check=lambda input, output: _check_same("_standard_gamma_grad_cpu", input, output),
    vjp={name: _underived("_standard_gamma_grad") for name in ("input", "output")},
)
def _standard_gamma_grad(input: Tensor, output: Tensor) -> Tensor:
    """How gamma distributed numbers move with the concentrations they were drawn with.

    Args:
        input: the concentrations.
        output: the numbers that `_standard_gamma` has drawn.
    """
    return gamma_pathwise(input, output)  # type: ignore[arg-type, return-value]


@kernel(
    flops=0,
    check=lambda input, generator: _check_floating("gamma_cpu", input),
    vjp={"input": lambda g, input, result: g * _standard_gamma_grad(input, result)},
)
def _standard_gamma(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Gamma distributed numbers of scale 1.

    Args:
        input: a concentration for each number, float32 or float64.
        generator: the source; the default generator where None.
    """
    return rejection.standard_gamma(checks.source_of("_standard_gamma", generator), input)  # type: ignore[arg-type, return-value]


@kernel(flops=1, check=lambda x, alpha, total: _check_same("_dirichlet_grad_cpu", x, alpha, total))
def _dirichlet_grad(x: Tensor, alpha: Tensor, total: Tensor) -> Tensor:
    """How components of a Dirichlet distributed point move with their concentrations, over one minus the component.

    Args:
        x: the components.
        alpha: their concentrations.
        total: the sum of the concentrations of each point.
    """
    return dirichlet_pathwise(x, alpha, total)  # type: ignore[arg-type, return-value]


@kernel(flops=0, check=lambda input, generator: _check_floating("dirichlet", input))
def _sample_dirichlet(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Points whose components add up to one.

    Args:
        input: the concentrations, those of one point along the last dimension; float32 or float64.
        generator: the source; the default generator where None.
    """
    return rejection.dirichlet(checks.source_of("_sample_dirichlet", generator), input)  # type: ignore[arg-type, return-value]
