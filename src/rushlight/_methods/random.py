"""Random numbers as methods: fills of the tensor itself, and draws with the probabilities that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core.generator import Generator
from .._declare.binding import invalid_combination
from .._declare.variants import inplace, method
from .._ops.random import fills, sampling

if TYPE_CHECKING:
    from ..tensor import Tensor

_random = inplace(fills.random_)


class RandomMethods:
    """Rows of the method table: random numbers."""

    __slots__ = ()

    uniform_ = inplace(fills.uniform_)
    normal_ = inplace(fills.normal_)
    bernoulli_ = inplace(fills.bernoulli_)
    exponential_ = inplace(fills.exponential_)
    geometric_ = inplace(fills.geometric_)
    log_normal_ = inplace(fills.log_normal_)
    cauchy_ = inplace(fills.cauchy_)
    multinomial = method(sampling.multinomial)
    bernoulli = method(sampling.bernoulli)

    def random_(self: Any, *bounds: Any, generator: Generator | None = None, **named: Any) -> Tensor:
        """Fills the tensor with whole numbers.

        Args:
            bounds: ``to``, or ``from, to``, which may also be named. From 0 where only `to` is given, up to the largest
                whole number of the dtype where `to` is None or nothing is given.
            generator: the source; the default generator where None.
            named: the bounds by name.

        Raises:
            TypeError: a bound is no int.
            RuntimeError: nothing lies between the bounds, or the dtype cannot hold what does.

        Example::

            >>> torch.zeros(3).random_(10)
            tensor([4., 9., 3.])
        """
        if named.keys() - {"from", "to"} or (bounds and bounds[0] is None):
            raise invalid_combination("random_", bounds, named)
        if len(bounds) == 1 and not named:
            named = {"to": bounds[0]}
            bounds = ()
        return _random(self, *bounds, generator=generator, **named)
