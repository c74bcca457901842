"""What the constructors of distributions share."""

from __future__ import annotations

from typing import Any, ClassVar

from .._core.sizes import Size
from .._declare.binding import is_number
from ..tensor import Tensor
from . import constraints
from .utils import broadcast_all, lazy_property, logits_to_probs, probs_to_logits

Constraints = dict[str, constraints.Constraint]


def batch_of(parameter: Tensor, *given: Any) -> Size:
    """The shape of the batch that a parameter has: none where all that was given are numbers."""
    return Size() if all(map(is_number, given)) else parameter.size()


def check_either(probs: Any, logits: Any) -> None:
    """Raises torch's error unless exactly one of the two is given."""
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")


class GivenParameter:
    """What distributions by `probs` or `logits` share: the one that was given."""

    @property
    def _param(self) -> Tensor:
        """The parameter that was given."""
        return self.__dict__["probs"] if "probs" in self.__dict__ else self.__dict__["logits"]


class ProbsOrLogits(GivenParameter):
    """What distributions of a single probability share: the parameter that was given, and the other one on demand."""

    arg_constraints: ClassVar[Constraints] = {"probs": constraints.unit_interval, "logits": constraints.real}
    _expandable: tuple[str, ...] = ("probs", "logits")

    def _set_parameter(self, probs: Any, logits: Any) -> None:
        """Keeps the parameter that was given.

        Raises:
            ValueError: it was both, or neither.
        """
        check_either(probs, logits)
        if probs is not None:
            (self.probs,) = broadcast_all(probs)
        else:
            (self.logits,) = broadcast_all(logits)

    def _set_counted_parameter(self, total_count: Any, probs: Any, logits: Any) -> None:
        """Keeps the parameter that was given and, in its dtype, a number of trials, both broadcast.

        Raises:
            ValueError: it was both, or neither.
        """
        check_either(probs, logits)
        name, given = ("probs", probs) if logits is None else ("logits", logits)
        total_count, given = broadcast_all(total_count, given)
        setattr(self, name, given)
        self.total_count = total_count.type_as(given)

    @lazy_property
    def logits(self) -> Tensor:
        """The log-odds."""
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self) -> Tensor:
        """The probability."""
        return logits_to_probs(self.logits, is_binary=True)

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter."""
        return self._param.size()
