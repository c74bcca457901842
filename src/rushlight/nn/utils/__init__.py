"""Utilities for modules and their parameters."""

from . import rnn
from .clip_grad import clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm
from .convert_parameters import parameters_to_vector, vector_to_parameters

__all__ = [
    "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm", "parameters_to_vector", "rnn",
    "vector_to_parameters",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Says which of torch's names is missing."""
    from ..._core.missing import missing_name

    raise missing_name(__name__, name, __all__)
