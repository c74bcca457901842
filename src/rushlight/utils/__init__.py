"""The namespace ``torch.utils``: tools around tensors."""

from . import dlpack as dlpack


def __getattr__(name: str) -> object:
    """Says which of torch's names is missing."""
    from .._core.missing import missing_name

    raise missing_name(__name__, name, globals())
