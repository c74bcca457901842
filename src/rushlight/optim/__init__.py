"""Optimizers: algorithms that update parameters from their gradients."""

from .adagrad import Adagrad
from .adam import Adam, AdamW
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop"]


def __getattr__(name: str) -> object:
    """Says which of torch's names is missing."""
    from .._core.missing import missing_name

    raise missing_name(__name__, name, __all__)
