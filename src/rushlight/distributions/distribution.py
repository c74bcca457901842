"""The base of all distributions: shapes, validation, and what subclasses are to define."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from .._core.sizes import Size
from ..autograd.grad_mode import no_grad
from ..tensor import Tensor
from . import constraints
from .utils import lazy_property

__all__ = ["Distribution"]


class Distribution:
    """A probability distribution, or a batch of independent ones.

    A sample has the shape ``sample_shape + batch_shape + event_shape``: an event is one draw (a number, or a vector
    whose elements depend on each other), and the batch has one distribution for each set of parameters.

    A subclass names its parameters in ``arg_constraints`` and its possible values in ``support``. One that lists its
    tensors, which all begin with the dimensions of the batch, in ``_expandable`` gets `expand` from here.

    Args:
        batch_shape: the shape of the batch.
        event_shape: the shape of an event.
        validate_args: whether parameters and values are checked; the class's setting where None.

    Raises:
        ValueError: a parameter does not satisfy its constraint.

    Example::

        >>> class Constant(torch.distributions.Distribution):
        ...     arg_constraints = {}
        ...     def sample(self, sample_shape=torch.Size()):
        ...         return torch.ones(self._extended_shape(sample_shape))
        >>> Constant(batch_shape=torch.Size([2])).sample((3,)).shape
        torch.Size([3, 2])
    """

    has_rsample: bool = False
    has_enumerate_support: bool = False
    _validate_args: bool = __debug__
    _expandable: tuple[str, ...] = ()

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Switches validation on or off for all distributions.

        Args:
            value: whether they validate.

        Raises:
            ValueError: `value` is no bool.
        """
        if value not in (True, False):
            raise ValueError
        Distribution._validate_args = value

    def __init__(
        self,
        batch_shape: Sequence[int] = (),
        event_shape: Sequence[int] = (),
        validate_args: bool | None = None,
    ) -> None:
        self._batch_shape = Size(batch_shape)
        self._event_shape = Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._check_arguments()
        super().__init__()

    def _check_arguments(self) -> None:
        try:
            conditions = self.arg_constraints
        except NotImplementedError:
            conditions = {}
            warnings.warn(
                f"{self.__class__} does not define `arg_constraints`. "
                "Please set `arg_constraints = {}` or initialize "
                "the distribution with `validate_args=False` to turn off validation.",
                stacklevel=4,
            )
        for name, constraint in conditions.items():
            if constraints.is_dependent(constraint):
                continue
            if name not in self.__dict__ and isinstance(getattr(type(self), name), lazy_property):
                continue  # computed from another parameter, which is checked
            value = getattr(self, name)
            if not constraint.check(value).all():
                raise ValueError(
                    f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) of distribution "
                    f"{self!r} to satisfy the constraint {constraint!r}, but found invalid values:\n{value}"
                )

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        """The distribution with its batch broadcast to a larger shape; no memory is copied.

        Args:
            batch_shape: the new shape of the batch.

        Example::

            >>> torch.distributions.Normal(0.0, 1.0).expand((2,)).sample().shape
            torch.Size([2])
        """
        if not self._expandable:
            raise NotImplementedError
        return self._expanded(Size(batch_shape), self._get_checked_instance(_builtin_class(self), _instance))

    def _expanded(self, batch_shape: Size, new: Any) -> Any:
        """`new` as this distribution with another batch shape."""
        for name in self._expandable:
            if name in self.__dict__:
                value = self.__dict__[name]
                setattr(new, name, value.expand(batch_shape + value.shape[len(self._batch_shape) :]))
        Distribution.__init__(new, batch_shape, self.event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    @property
    def batch_shape(self) -> Size:
        """The shape of the batch."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of an event."""
        return self._event_shape

    @property
    def arg_constraints(self) -> dict[str, constraints.Constraint]:
        """What each parameter must be."""
        raise NotImplementedError

    @property
    def support(self) -> Any:
        """What an event can be."""
        raise NotImplementedError

    @property
    def mean(self) -> Tensor:
        """The mean."""
        raise NotImplementedError

    @property
    def mode(self) -> Tensor:
        """The most probable value."""
        raise NotImplementedError(f"{self.__class__} does not implement mode")

    @property
    def variance(self) -> Tensor:
        """The variance."""
        raise NotImplementedError

    @property
    def stddev(self) -> Tensor:
        """The standard deviation."""
        return self.variance.sqrt()

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws, without a gradient.

        Args:
            sample_shape: the shape of the draws; a single draw of each distribution where it is empty.
        """
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws as a differentiable function of the parameters.

        Args:
            sample_shape: the shape of the draws; a single draw of each distribution where it is empty.
        """
        raise NotImplementedError

    def sample_n(self, n: int) -> Tensor:
        """`n` draws; an older form of ``sample((n,))``."""
        warnings.warn("`sample_n(n)` will be deprecated. Use `sample((n,))` instead.", FutureWarning, stacklevel=2)
        return self.sample(Size((n,)))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability, or of its density, of each event.

        Args:
            value: events, of a shape that broadcasts with that of a sample.

        Raises:
            ValueError: an event lies outside the support.
        """
        raise NotImplementedError

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of events up to `value`.

        Args:
            value: events, of a shape that broadcasts with that of a sample.
        """
        raise NotImplementedError

    def icdf(self, value: Tensor) -> Tensor:
        """The events up to which the probability is `value`.

        Args:
            value: probabilities.
        """
        raise NotImplementedError

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values of a discrete distribution, along a new first dimension.

        Args:
            expand: whether the batch's shape follows; ones in its place if not.
        """
        raise NotImplementedError

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        raise NotImplementedError

    def perplexity(self) -> Tensor:
        """The exponential of the entropy."""
        return self.entropy().exp()

    def _extended_shape(self, sample_shape: Sequence[int] = ()) -> Size:
        """The shape of a sample."""
        return Size(sample_shape) + self._batch_shape + self._event_shape

    def _validate_sample(self, value: Any) -> None:
        """Raises an error for what cannot be an event.

        Raises:
            ValueError: no tensor, a shape that does not fit, or a value outside the support.
        """
        if not isinstance(value, Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        events = len(value.shape) - len(self._event_shape)
        if value.shape[events:] != self._event_shape:
            raise ValueError(
                f"The right-most size of value must match event_shape: {value.shape} vs {self._event_shape}."
            )
        actual, expected = value.shape, self._batch_shape + self._event_shape
        for i, j in zip(reversed(actual), reversed(expected)):
            if i != 1 and j != 1 and i != j:
                raise ValueError(f"Value is not broadcastable with batch_shape+event_shape: {actual} vs {expected}.")
        try:
            support = self.support
        except NotImplementedError:
            warnings.warn(
                f"{self.__class__} does not define `support` to enable sample validation. Please initialize the "
                "distribution with `validate_args=False` to turn off validation.",
                stacklevel=3,
            )
            return
        if not support.check(value).all():
            raise ValueError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) "
                "to be within the support "
                f"({support!r}) of the distribution {self!r}, but found invalid values:\n{value}"
            )

    def _get_checked_instance(self, cls: type, _instance: Any = None) -> Any:
        """An empty distribution for `expand` to fill.

        Raises:
            NotImplementedError: a subclass has its own ``__init__`` but not its own ``expand``.
        """
        if _instance is None and type(self).__init__ is not cls.__init__:  # type: ignore[misc]
            raise NotImplementedError(
                f"Subclass {self.__class__.__name__} of {cls.__name__} that defines a custom __init__ method must also "
                "define a custom .expand() method."
            )
        return self.__new__(type(self)) if _instance is None else _instance

    def __repr__(self) -> str:
        shown = []
        for name in self.arg_constraints:
            if name in self.__dict__:
                value = self.__dict__[name]
                shown.append(f"{name}: {value if value.numel() == 1 else value.size()}")
        return f"{self.__class__.__name__}({', '.join(shown)})"


def _builtin_class(distribution: Distribution) -> type:
    """The class of this package that a distribution's class is or has for its nearest base."""
    package = __name__.rpartition(".")[0]
    return next(cls for cls in type(distribution).__mro__ if cls.__module__.rpartition(".")[0] == package)
