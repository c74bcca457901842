"""Activation layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from ..._ops.creation import empty
from .. import functional as F, init
from ..parameter import Parameter
from .module import Module


def _simple(name: str, function: Callable[..., Any], summary: str, inplace: bool = False) -> type:
    """A layer without options but, perhaps, `inplace`."""
    if inplace:

        def __init__(self: Any, inplace: bool = False) -> None:
            Module.__init__(self)
            self.inplace = inplace

        def forward(self: Any, input: Any) -> Any:
            return function(input, inplace=self.inplace)

        def extra_repr(self: Any) -> str:
            return "inplace=True" if self.inplace else ""

        body: dict[str, Any] = {"__init__": __init__, "forward": forward, "extra_repr": extra_repr}
    else:
        body = {"forward": lambda self, input: function(input)}
    argument = "\n\n    Args:\n        inplace: whether the input itself is changed." if inplace else ""
    body |= {
        "__module__": __name__,
        "__doc__": f"{summary}{argument}\n\n    Example::\n\n        >>> torch.nn.{name}()\n        {name}()\n    ",
    }
    return type(name, (Module,), body)


Sigmoid = _simple("Sigmoid", lambda x: x.sigmoid(), "``1 / (1 + exp(-x))``.")
Tanh = _simple("Tanh", lambda x: x.tanh(), "The hyperbolic tangent.")
LogSigmoid = _simple("LogSigmoid", lambda x: F.logsigmoid(x), "The logarithm of the sigmoid.")
Softsign = _simple("Softsign", lambda x: F.softsign(x), "``x / (1 + |x|)``.")
Tanhshrink = _simple("Tanhshrink", lambda x: F.tanhshrink(x), "``x - tanh(x)``.")
ReLU = _simple("ReLU", lambda x, inplace: F.relu(x, inplace), "``max(x, 0)``.", True)
SELU = _simple("SELU", lambda x, inplace: F.selu(x, inplace), "Self-normalizing linear unit.", True)
SiLU = _simple("SiLU", lambda x, inplace: F.silu(x, inplace), "``x * sigmoid(x)``.", True)
Mish = _simple("Mish", lambda x, inplace: F.mish(x, inplace), "``x * tanh(softplus(x))``.", True)
Hardsigmoid = _simple("Hardsigmoid", lambda x, inplace: F.hardsigmoid(x, inplace), "A piecewise linear sigmoid.", True)
Hardswish = _simple("Hardswish", lambda x, inplace: F.hardswish(x, inplace), "``x * relu6(x + 3) / 6``.", True)


class Hardtanh(Module):
    """Values cut off at two bounds.

    Args:
        min_val, max_val: the bounds.
        inplace: whether the input itself is changed.

    Example::

        >>> torch.nn.Hardtanh(-2, 2)
        Hardtanh(min_val=-2, max_val=2)
    """

    def __init__(
        self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False, min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        self.inplace = inplace
        if self.max_val <= self.min_val:
            raise AssertionError(f"max_val ({self.max_val}) must be greater than min_val ({self.min_val})")

    def forward(self, input: Any) -> Any:
        """The input, cut off."""
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        """The bounds."""
        return f"min_val={self.min_val}, max_val={self.max_val}" + (", inplace=True" if self.inplace else "")


class ReLU6(Hardtanh):
    """``min(max(x, 0), 6)``.

    Example::

        >>> torch.nn.ReLU6()
        ReLU6()
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        """Whether it works in place."""
        return "inplace=True" if self.inplace else ""


class Threshold(Module):
    """Values up to a threshold replaced by another value.

    Args:
        threshold: the bound.
        value: what stands in for values that are not above it.
        inplace: whether the input itself is changed.

    Example::

        >>> torch.nn.Threshold(0.1, 20)
        Threshold(threshold=0.1, value=20)
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """The input with low values replaced."""
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        """The threshold and the value."""
        return f"threshold={self.threshold}, value={self.value}" + (", inplace=True" if self.inplace else "")


class RReLU(Module):
    """Leaky rectifier whose slope is drawn for every element when training.

    Args:
        lower, upper: bounds of the slope.
        inplace: whether the input itself is changed.

    Example::

        >>> torch.nn.RReLU(0.1, 0.3)
        RReLU(lower=0.1, upper=0.3)
    """

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """The rectified input."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The bounds."""
        return f"lower={self.lower}, upper={self.upper}" + (", inplace=True" if self.inplace else "")


class _Alpha(Module):
    """A layer with the parameter `alpha`."""

    function: Any = None

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """The activation of the input."""
        return type(self).function(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """Alpha."""
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class ELU(_Alpha):
    """``x`` above 0, ``alpha * (exp(x) - 1)`` below.

    Args:
        alpha: the value that large negative inputs approach, negated.
        inplace: whether the input itself is changed.

    Example::

        >>> torch.nn.ELU()
        ELU(alpha=1.0)
    """

    function = staticmethod(F.elu)


class CELU(_Alpha):
    """``x`` above 0, ``alpha * (exp(x / alpha) - 1)`` below.

    Args:
        alpha: the value that large negative inputs approach, negated.
        inplace: whether the input itself is changed.

    Example::

        >>> torch.nn.CELU()
        CELU(alpha=1.0)
    """

    function = staticmethod(F.celu)


class LeakyReLU(Module):
    """``x`` above 0, a small multiple of it below.

    Args:
        negative_slope: the factor below 0.
        inplace: whether the input itself is changed.

    Example::

        >>> torch.nn.LeakyReLU(0.2)
        LeakyReLU(negative_slope=0.2)
    """

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """The rectified input."""
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        """The slope."""
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class GELU(Module):
    """``x`` times the probability that a normal variable is below it.

    Args:
        approximate: ``"none"`` or ``"tanh"``.

    Example::

        >>> torch.nn.GELU()
        GELU(approximate='none')
    """

    def __init__(self, approximate: Literal["none", "tanh"] = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Any) -> Any:
        """The activation of the input."""
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        """The approximation."""
        return f"approximate={self.approximate!r}"


class _Lambda(Module):
    """A shrinking layer with the parameter `lambd`."""

    function: Any = None

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Any) -> Any:
        """The shrunk input."""
        return type(self).function(input, self.lambd)

    def extra_repr(self) -> str:
        """The bound."""
        return str(self.lambd)


class Hardshrink(_Lambda):
    """0 within a bound, the input outside.

    Args:
        lambd: the bound.

    Example::

        >>> torch.nn.Hardshrink()
        Hardshrink(0.5)
    """

    function = staticmethod(F.hardshrink)


class Softshrink(_Lambda):
    """0 within a bound, the distance to it outside.

    Args:
        lambd: the bound.

    Example::

        >>> torch.nn.Softshrink()
        Softshrink(0.5)
    """

    function = staticmethod(F.softshrink)


class Softplus(Module):
    """``log(1 + exp(beta * x)) / beta``, linear above a threshold.

    Args:
        beta: sharpness.
        threshold: value of ``beta * x`` above which it is linear.

    Example::

        >>> torch.nn.Softplus()
        Softplus(beta=1.0, threshold=20.0)
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Any) -> Any:
        """The activation of the input."""
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """Sharpness and threshold."""
        return f"beta={self.beta}, threshold={self.threshold}"


class PReLU(Module):
    """Leaky rectifier whose slope is learned.

    Args:
        num_parameters: 1, or the number of channels.
        init: first value of the slope.
        device, dtype: of the parameter.

    Example::

        >>> torch.nn.PReLU()
        PReLU(num_parameters=1)
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets the slope to its first value."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Any) -> Any:
        """The rectified input."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """The number of slopes."""
        return f"num_parameters={self.num_parameters}"


class GLU(Module):
    """The first half of the input times the sigmoid of the second.

    Args:
        dim: the dimension that is halved.

    Example::

        >>> torch.nn.GLU()
        GLU(dim=-1)
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """The gated half."""
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        """The dimension."""
        return f"dim={self.dim}"


class _Along(Module):
    """A layer that normalizes along a dimension."""

    function: Any = None

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.__dict__.setdefault("dim", None)

    def forward(self, input: Any) -> Any:
        """The normalized input."""
        return type(self).function(input, self.dim, _stacklevel=5)

    def extra_repr(self) -> str:
        """The dimension."""
        return f"dim={self.dim}"


class Softmax(_Along):
    """Exponentials that add up to 1 along a dimension.

    Args:
        dim: the dimension.

    Example::

        >>> torch.nn.Softmax(dim=0)(torch.zeros(2))
        tensor([0.5000, 0.5000])
    """

    function = staticmethod(F.softmax)


class LogSoftmax(_Along):
    """The logarithm of the softmax along a dimension.

    Args:
        dim: the dimension.

    Example::

        >>> torch.nn.LogSoftmax(dim=0)(torch.zeros(2))
        tensor([-0.6931, -0.6931])
    """

    function = staticmethod(F.log_softmax)


class Softmin(_Along):
    """The softmax of the negated input along a dimension.

    Args:
        dim: the dimension.

    Example::

        >>> torch.nn.Softmin(dim=0)(torch.zeros(2))
        tensor([0.5000, 0.5000])
    """

    function = staticmethod(F.softmin)


class Softmax2d(Module):
    """Softmax over the channels of an image.

    Example::

        >>> torch.nn.Softmax2d()(torch.zeros(2, 1, 1)).flatten()
        tensor([0.5000, 0.5000])
    """

    def forward(self, input: Any) -> Any:
        """The normalized image."""
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return F.softmax(input, -3, _stacklevel=5)
