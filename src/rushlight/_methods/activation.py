"""Activation functions as methods."""

from __future__ import annotations

from .._declare.variants import inplace, method
from .._ops import activation as ops, gating


class ActivationMethods:
    """Rows of the method table: activation functions."""

    __slots__ = ()

    relu, relu_ = method(ops.relu), inplace(ops.relu)
    prelu = method(gating.prelu)
    hardshrink = method(ops.hardshrink)
