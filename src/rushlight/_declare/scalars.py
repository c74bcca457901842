"""The scalar vocabulary `s`: what a scalar program may call, over arrays, tensors and symbols alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._core.expression import Expression
from .._core.tensor_base import TensorBase
from .record import REGISTRY


class Atom:
    """One function of the vocabulary.

    Called on arrays it runs NumPy, on symbols it makes an expression, on tensors it calls the operator of that name.
    """

    def __init__(self, name: str, array: Callable[..., Any]) -> None:
        self.name = name
        self.array = array

    def __call__(self, *args: Any) -> Any:
        for value in args:
            if isinstance(value, Expression):
                return Expression.call(self.name, args)
            if isinstance(value, TensorBase):
                return REGISTRY[self.name].call(*args)
        return self.array(*args)

    def __repr__(self) -> str:
        return f"s.{self.name}"


class Vocabulary:
    """The namespace `s`; an attribute that is not there fails when the operator is declared or traced."""

    def __init__(self) -> None:
        self.atoms: dict[str, Atom] = {}

    def define(self, name: str, array: Callable[..., Any]) -> None:
        """Adds a function under a name, with its meaning on arrays."""
        self.atoms[name] = Atom(name, array)
        setattr(self, name, self.atoms[name])

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the scalar vocabulary has no function {name!r}; it has {', '.join(sorted(self.atoms))}")


s: Any = Vocabulary()

for _name in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh",
              "tanh", "floor", "ceil", "trunc", "sign", "isnan", "isinf", "isfinite", "signbit", "hypot", "copysign",
              "nextafter", "maximum", "minimum", "fmax", "fmin", "fmod", "where", "logaddexp", "logaddexp2",
              "heaviside", "gcd", "lcm", "ldexp", "square"):  # fmt: skip
    s.define(_name, getattr(np, _name))
for _name, _ufunc in (("asin", np.arcsin), ("acos", np.arccos), ("atan", np.arctan), ("asinh", np.arcsinh),
                      ("acosh", np.arccosh), ("atanh", np.arctanh), ("atan2", np.arctan2), ("round", np.rint),
                      ("abs", np.abs), ("pow", np.power), ("remainder", np.remainder), ("reciprocal", np.reciprocal),
                      ("conj", np.conjugate), ("real", np.real), ("imag", np.imag),
                      ("logical_not", np.logical_not), ("logical_and", np.logical_and),
                      ("logical_or", np.logical_or), ("logical_xor", np.logical_xor),
                      ("bitwise_not", np.bitwise_not), ("rsqrt", lambda array: 1 / np.sqrt(array)),
                      ("zero_gradient", np.zeros_like), ("clamp_min", np.maximum),
                      ("clamp_max", np.minimum)):  # fmt: skip
    s.define(_name, _ufunc)
