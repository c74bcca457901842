"""In-place operators that fill a tensor with random numbers: ``uniform_``, ``normal_``, ``bernoulli_`` and their kin.

They exist as methods alone. Bodies write into the tensor's own array in the order in which torch fills it; what
is recorded for a tensor with history says that its gradient is zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._core.dtypes import BOOL, COMPLEX, FLOATING
from ..._core.generator import Generator
from ..._core.random_streams import integers, normal, transforms, uniform
from ..._core.tensor_base import TensorBase
from ..._declare.binding import invalid_combination, is_number
from ..._declare.dispatch import no_kernel
from ..._declare.kinds import kernel
from . import checks

if TYPE_CHECKING:
    from ...tensor import Tensor

Number = bool | int | float
_UNBOUNDED = -(2**63)


def _nothing(g: Any) -> Any:
    """The gradient of what a fill has overwritten."""
    return g.new_zeros(g.shape)


def _check_uniform(input: Any, from_: Any, to: Any, generator: Any) -> None:
    low, high = checks.number_of("uniform_", "from", 1, from_), checks.number_of("uniform_", "to", 2, to)
    checks.source_of("uniform_", generator)
    if not input.is_meta:
        checks.check_interval(low, high, input.dtype)


@kernel(overwrites=True, exact=True, check=_check_uniform, vjp={"input": _nothing})
def uniform_(input: Tensor, from_: Number = 0, to: Number = 1, *, generator: Generator | None = None) -> Tensor:
    """Fills the tensor with numbers drawn evenly from [from, to).

    Args:
        from_: lower bound; Python's grammar lets it be given by its torch name ``from`` only in a dictionary.
        to: upper bound, which is never reached.
        generator: the source; the default generator where None.

    Raises:
        NotImplementedError: the dtype is neither floating nor complex.
        RuntimeError: the bounds are in the wrong order, or the dtype does not reach so far.

    Example::

        >>> torch.zeros(3).uniform_(-1, 1)
        tensor([-0.0075,  0.5364, -0.8230])
    """
    uniform.fill_uniform(checks.source_of("uniform_", generator), input, float(from_), float(to))


def _check_normal(input: Any, mean: Any, std: Any, generator: Any) -> None:
    checks.number_of("normal_", "mean", 1, mean)
    checks.check_deviation(checks.number_of("normal_", "std", 2, std))
    checks.source_of("normal_", generator)
    if input.dtype.category < FLOATING:
        if input.is_meta:
            raise RuntimeError(f"expected a floating-point or complex dtype, but got dtype={input.dtype}")
        if input.numel():
            checks.check_normal(input.dtype)


@kernel(overwrites=True, exact=True, check=_check_normal, vjp={"input": _nothing})
def normal_(input: Tensor, mean: Number = 0, std: Number = 1, *, generator: Generator | None = None) -> Tensor:
    """Fills the tensor with normally distributed numbers.

    Args:
        mean, std: of the distribution.
        generator: the source; the default generator where None.

    Raises:
        NotImplementedError: the dtype is neither floating nor complex.
        RuntimeError: `std` is negative.

    Example::

        >>> torch.zeros(3).normal_(10, 0.5)
        tensor([10.7705,  9.8533,  8.9106])
    """
    if input.size:
        normal.fill_normal(checks.source_of("normal_", generator), input, float(mean), float(std))


def _check_bernoulli(input: Any, p: Any, generator: Any) -> None:
    if not (isinstance(p, TensorBase) or (is_number(p) and not isinstance(p, complex))):
        raise invalid_combination("bernoulli_", (p,))
    checks.source_among("bernoulli_", generator, (p,))
    if input.is_meta:
        return
    unfit = input.dtype.is_complex or input.dtype in checks.WIDE_UNSIGNED
    if not isinstance(p, TensorBase):
        checks.check_probability(p)
        if unfit:
            raise no_kernel("bernoulli_scalar_cpu_", input.dtype)
        return
    if p.shape != input.shape:  # type: ignore[attr-defined]
        p.expand(input.shape)  # type: ignore[attr-defined]
    if unfit:
        raise no_kernel("bernoulli_tensor_cpu_self_", input.dtype)
    check_chances(p)


def check_chances(p: Any) -> None:
    """Raises torch's error where a tensor does not hold probabilities."""
    if p.is_meta:
        raise NotImplementedError("Cannot inplace into non-meta tensor with meta tensor argument")
    if p.dtype.category != FLOATING:
        raise no_kernel("bernoulli_tensor_cpu_p_", p.dtype)
    checks.check_probabilities(p._array)


@kernel(
    overwrites=True,
    exact=True,
    check=_check_bernoulli,
    vjp={"input": _nothing, "p": lambda g, p_like: g.new_zeros(p_like.shape, dtype=p_like.dtype)},
    node=("BernoulliBackward1", "BernoulliBackward2"),
    pick_node=lambda input, p, generator: 0 if isinstance(p, TensorBase) else 1,
    scalar_nodes=("BernoulliBackward2",),
)
def bernoulli_(input: Tensor, p: Tensor | Number = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Fills the tensor with ones, each with a given probability, and zeros.

    Args:
        p: the probability, or a tensor of them that broadcasts to this one.
        generator: the source; the default generator where None.

    Raises:
        RuntimeError: a probability lies outside [0, 1].
        NotImplementedError: the dtype is complex, or that of `p` not floating.

    Example::

        >>> torch.zeros(5).bernoulli_(0.5)
        tensor([0., 0., 1., 0., 0.])
    """
    source = checks.source_of("bernoulli_", generator)
    if is_number(p):
        transforms.fill_bernoulli(source, input, float(p))  # type: ignore[arg-type]
    else:
        draw_each(source, input, p)


def draw_each(source: Generator, out: Any, chances: Any) -> None:
    """Fills an array with zeros and ones, each with its own probability, which may be 16-bit floats."""
    if chances.dtype.itemsize == 2:
        chances = chances.astype("f4")
    transforms.fill_bernoulli_each(source, out, chances)


def _check_exponential(input: Any, lambd: Any, generator: Any) -> None:
    rate = checks.number_of("exponential_", "lambd", 1, lambd)
    checks.source_of("exponential_", generator)
    if not rate > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}")
    if input.numel() and not input.is_meta:
        checks.check_continuous("Exponential", "scalar", input.dtype)


@kernel(overwrites=True, exact=True, check=_check_exponential, vjp={"input": _nothing})
def exponential_(input: Tensor, lambd: Number = 1, *, generator: Generator | None = None) -> Tensor:
    """Fills the tensor with exponentially distributed numbers.

    Args:
        lambd: the rate, one over the mean.
        generator: the source; the default generator where None.

    Raises:
        RuntimeError: `lambd` is not positive, or the dtype not floating.

    Example::

        >>> torch.zeros(3).exponential_()
        tensor([3.5083, 1.2304, 0.6150])
    """
    transforms.fill_exponential(checks.source_of("exponential_", generator), input, float(lambd))


def _check_geometric(input: Any, p: Any, generator: Any) -> None:
    probability = checks.number_of("geometric_", "p", 1, p)
    checks.source_of("geometric_", generator)
    if not 0 < probability < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={probability:g}")
    element = input.dtype
    if (element.category in (BOOL, COMPLEX) or element in checks.WIDE_UNSIGNED) and not input.is_meta:
        raise no_kernel("geometric_cpu", element)


@kernel(overwrites=True, exact=True, check=_check_geometric, vjp={"input": _nothing})
def geometric_(input: Tensor, p: Number, *, generator: Generator | None = None) -> Tensor:
    """Fills the tensor with numbers of trials up to the first success.

    Args:
        p: the probability of success in each trial.
        generator: the source; the default generator where None.

    Raises:
        RuntimeError: `p` is not between 0 and 1.
        NotImplementedError: the dtype is bool or complex.

    Example::

        >>> torch.zeros(5).geometric_(0.5)
        tensor([1., 1., 2., 1., 1.])
    """
    transforms.fill_geometric(checks.source_of("geometric_", generator), input, float(p))


def _check_log_normal(input: Any, mean: Any, std: Any, generator: Any) -> None:
    checks.number_of("log_normal_", "mean", 1, mean)
    deviation = checks.number_of("log_normal_", "std", 2, std)
    checks.source_of("log_normal_", generator)
    if not deviation > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={deviation:g}")
    if input.dtype.category != FLOATING and not input.is_meta:
        raise no_kernel("log_normal_cpu", input.dtype)


@kernel(overwrites=True, exact=True, check=_check_log_normal, vjp={"input": _nothing})
def log_normal_(input: Tensor, mean: Number = 1, std: Number = 2, *, generator: Generator | None = None) -> Tensor:
    """Fills the tensor with exponentials of normally distributed numbers.

    Args:
        mean, std: of the normal distribution.
        generator: the source; the default generator where None.

    Raises:
        RuntimeError: `std` is not positive.
        NotImplementedError: the dtype is not floating.

    Example::

        >>> torch.zeros(3).log_normal_(0, 0.25)
        tensor([1.4700, 0.9293, 0.5800])
    """
    transforms.fill_log_normal(checks.source_of("log_normal_", generator), input, float(mean), float(std))


def _check_cauchy(input: Any, median: Any, sigma: Any, generator: Any) -> None:
    checks.number_of("cauchy_", "median", 1, median)
    width = checks.number_of("cauchy_", "sigma", 2, sigma)
    checks.source_of("cauchy_", generator)
    if not width > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={width:g}")
    if not input.is_meta:
        checks.check_continuous("Cauchy", "C", input.dtype)


@kernel(overwrites=True, exact=True, check=_check_cauchy, vjp={"input": _nothing})
def cauchy_(input: Tensor, median: Number = 0, sigma: Number = 1, *, generator: Generator | None = None) -> Tensor:
    """Fills the tensor with numbers of a Cauchy distribution.

    Args:
        median: the middle of the distribution.
        sigma: half the width between its quartiles.
        generator: the source; the default generator where None.

    Raises:
        RuntimeError: `sigma` is not positive, or the dtype not floating.

    Example::

        >>> torch.zeros(3).cauchy_()
        tensor([10.5977,  0.7648, -0.1283])
    """
    transforms.fill_cauchy(checks.source_of("cauchy_", generator), input, float(median), float(sigma))


def _check_random(input: Any, from_: Any, to: Any, generator: Any) -> None:
    given = tuple(bound for bound in (from_, to) if bound is not None)
    if not all(map(checks.is_whole, given)):
        raise invalid_combination("random_", given)
    checks.source_among("random_", generator, given)
    element = input.dtype
    if input.is_meta:
        return
    if not given:
        if element.is_complex or element in checks.WIDE_UNSIGNED:
            raise no_kernel("random_kernel_cpu", element)
        return
    low = 0 if from_ is None else checks.long_of(from_)
    if to is not None:
        checks.check_range(low, checks.long_of(to), element)
    elif low != _UNBOUNDED:
        checks.check_open_range(low, element)
    elif element.name in ("uint8", "int8", "int16", "int32"):
        raise RuntimeError("random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16")
    elif element.name not in ("int64", "float64", "float32", "bfloat16"):
        raise no_kernel("random_full_64_bits_range_kernel_cpu", element)


@kernel(
    overwrites=True,
    exact=True,
    check=_check_random,
    vjp={"input": _nothing},
    node=("RandomBackward0", "RandomBackward1", "RandomBackward2"),
    pick_node=lambda input, from_, to, generator: 0 if from_ is not None else 2 if to is None else 1,
)
def random_(
    input: Tensor, from_: int | None = None, to: int | None = None, *, generator: Generator | None = None
) -> Tensor:
    """Fills the tensor with whole numbers.

    Args:
        from_: the lowest of them, 0 where None. A single argument that is not named is `to`.
        to: one more than the highest; where None, they go up to the largest whole number of the dtype.
        generator: the source; the default generator where None.

    Raises:
        TypeError: a bound is no int.
        RuntimeError: nothing lies between the bounds, or the dtype cannot hold what does.

    Example::

        >>> torch.zeros(3).random_(10)
        tensor([4., 9., 3.])
        >>> torch.zeros(3, dtype=torch.int64).random_(-5, 5)
        tensor([-5, -2,  4])
    """
    source = checks.source_of("random_", generator)
    if from_ is None and to is None:
        integers.fill_nonnegative(source, input)
        return
    low = 0 if from_ is None else int(from_)
    if to is None and low == _UNBOUNDED:
        integers.fill_all_bits(source, input)
    elif to is None:
        high = integers.largest_integer(input.dtype) + 1
        integers.fill_integers(source, input, integers.float_bounds(low, high, input.dtype)[0], high)
    else:
        integers.fill_integers(source, input, *integers.float_bounds(low, int(to), input.dtype))
