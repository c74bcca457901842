"""Activations with torch's ``inplace=`` argument, and softmax with its implicit dimension."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from ..._declare.variants import inplace as in_place
from ..._ops import activation as ops, softmax as soft
from ..._ops.random import dropout as random_ops

if TYPE_CHECKING:
    from ..._core.dtypes import dtype as DType
    from ...tensor import Tensor

relu_, elu_, selu_, celu_ = map(in_place, (ops.relu, ops.elu, ops.selu, ops.celu))
hardtanh_, leaky_relu_, threshold_ = map(in_place, (ops.hardtanh, ops.leaky_relu, ops.threshold))
_relu6, _hardsigmoid, _hardswish = map(in_place, (ops.relu6, ops.hardsigmoid, ops.hardswish))
_silu, _mish = map(in_place, (ops.silu, ops.mish))


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """``max(x, 0)`` of each element.

    Example::

        >>> torch.nn.functional.relu(torch.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """
    return relu_(input) if inplace else ops.relu(input)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """``min(max(x, 0), 6)`` of each element.

    Example::

        >>> torch.nn.functional.relu6(torch.tensor([-1.0, 7.0]))
        tensor([0., 6.])
    """
    return _relu6(input) if inplace else ops.relu6(input)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``x`` above 0, ``alpha * (exp(x) - 1)`` below.

    Example::

        >>> torch.nn.functional.elu(torch.tensor([-1.0, 2.0]))
        tensor([-0.6321,  2.0000])
    """
    return elu_(input, alpha) if inplace else ops.elu(input, alpha)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Self-normalizing linear unit (Klambauer et al., 2017).

    Example::

        >>> torch.nn.functional.selu(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.0507])
    """
    return selu_(input) if inplace else ops.selu(input)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``x`` above 0, ``alpha * (exp(x / alpha) - 1)`` below.

    Example::

        >>> torch.nn.functional.celu(torch.tensor([-1.0, 2.0]))
        tensor([-0.6321,  2.0000])
    """
    return celu_(input, alpha) if inplace else ops.celu(input, alpha)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """``x * sigmoid(x)`` of each element.

    Example::

        >>> torch.nn.functional.silu(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7311])
    """
    return _silu(input) if inplace else ops.silu(input)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """``x * tanh(softplus(x))`` of each element.

    Example::

        >>> torch.nn.functional.mish(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8651])
    """
    return _mish(input) if inplace else ops.mish(input)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """``relu6(x + 3) / 6`` of each element.

    Example::

        >>> torch.nn.functional.hardsigmoid(torch.tensor([0.0, 3.0]))
        tensor([0.5000, 1.0000])
    """
    return _hardsigmoid(input) if inplace else ops.hardsigmoid(input)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """``x * relu6(x + 3) / 6`` of each element.

    Example::

        >>> torch.nn.functional.hardswish(torch.tensor([0.0, 3.0]))
        tensor([0., 3.])
    """
    return _hardswish(input) if inplace else ops.hardswish(input)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Values cut off at two bounds.

    Example::

        >>> torch.nn.functional.hardtanh(torch.tensor([-2.0, 0.5]))
        tensor([-1.0000,  0.5000])
    """
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return hardtanh_(input, min_val, max_val) if inplace else ops.hardtanh(input, min_val, max_val)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """``x`` above 0, a small multiple of it below.

    Example::

        >>> torch.nn.functional.leaky_relu(torch.tensor([-1.0, 2.0]))
        tensor([-0.0100,  2.0000])
    """
    return leaky_relu_(input, negative_slope) if inplace else ops.leaky_relu(input, negative_slope)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Values up to a threshold replaced by another value.

    Example::

        >>> torch.nn.functional.threshold(torch.tensor([0.0, 2.0]), 1.0, 9.0)
        tensor([9., 2.])
    """
    return threshold_(input, threshold, value) if inplace else ops.threshold(input, threshold, value)


def rrelu(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """Leaky rectifier whose slope is drawn for every element when training.

    Args:
        input: any floating tensor.
        lower, upper: bounds of the slope; their middle is used when not training.
        training: whether slopes are drawn.
        inplace: whether the input itself is changed.
    """
    run = random_ops.rrelu_ if inplace else random_ops.rrelu
    return run(input, lower, upper, training)


def gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Tensor:
    """A sample from the Gumbel-softmax distribution (Jang et al., 2016).

    Args:
        logits: unnormalized log-probabilities.
        tau: temperature.
        hard: whether the result is one-hot, with the gradient of the soft one.
        eps: not used.
        dim: the dimension of the classes.

    Example::

        >>> torch.nn.functional.gumbel_softmax(torch.zeros(2), hard=True).sum()
        tensor(1.)
    """
    # the float64 logarithm has torch's last bit in 92 % of all draws, NumPy's float32 one in 78 %
    gumbels = -logits.new_empty(logits.shape).exponential_().double().log().to(logits.dtype)
    soft_sample = soft.softmax_of_draws((logits + gumbels) / tau, dim)
    if not hard:
        return soft_sample
    index = soft_sample.max(dim, True)[1]
    one_hot = logits.new_zeros(logits.shape).scatter_(dim, index, 1.0)
    return one_hot - soft_sample.detach() + soft_sample


def softsign(input: Tensor) -> Tensor:
    """``x / (1 + |x|)`` of each element.

    Example::

        >>> torch.nn.functional.softsign(torch.tensor([1.0]))
        tensor([0.5000])
    """
    return input / (input.abs() + 1)


def tanhshrink(input: Tensor) -> Tensor:
    """``x - tanh(x)`` of each element.

    Example::

        >>> torch.nn.functional.tanhshrink(torch.tensor([0.0]))
        tensor([0.])
    """
    return input - input.tanh()


def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent of each element."""
    return input.tanh()


def sigmoid(input: Tensor) -> Tensor:
    """``1 / (1 + exp(-x))`` of each element."""
    return input.sigmoid()


def _implicit_dim(name: str, ndim: int, stacklevel: int) -> int:
    """The dimension that softmax takes when none is given, with torch's warning."""
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Tensor:
    """Exponentials that add up to 1 along a dimension.

    Args:
        input: any floating tensor.
        dim: the dimension.
        dtype: dtype to convert to first.

    Example::

        >>> torch.nn.functional.softmax(torch.zeros(2), dim=0)
        tensor([0.5000, 0.5000])
    """
    if dim is None:
        dim = _implicit_dim("softmax", input.dim(), _stacklevel)
    return soft.softmax(input, dim, dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Tensor:
    """The logarithm of the softmax along a dimension.

    Args:
        input: any floating tensor.
        dim: the dimension.
        dtype: dtype to convert to first.

    Example::

        >>> torch.nn.functional.log_softmax(torch.zeros(2), dim=0)
        tensor([-0.6931, -0.6931])
    """
    if dim is None:
        dim = _implicit_dim("log_softmax", input.dim(), _stacklevel)
    return soft.log_softmax(input, dim, dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Tensor:
    """The softmax of the negated input along a dimension.

    Example::

        >>> torch.nn.functional.softmin(torch.zeros(2), dim=0)
        tensor([0.5000, 0.5000])
    """
    if dim is None:
        dim = _implicit_dim("softmin", input.dim(), _stacklevel)
    return soft.softmax(-input, dim, dtype)
