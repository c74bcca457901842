"""Transforms of functions: derivatives, batches, and modules called with other parameters."""

from __future__ import annotations

from .derivatives import grad, grad_and_value, jvp, linearize, vjp
from .jacobians import hessian, jacfwd, jacrev
from .modules import functional_call, stack_module_state
from .vmap import vmap

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "stack_module_state",
    "vjp",
    "vmap",
]


def __getattr__(name: str) -> object:
    """Says which of torch's names is missing."""
    from .._core.missing import missing_name

    raise missing_name(__name__, name, __all__)
