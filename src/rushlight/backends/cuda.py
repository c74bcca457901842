"""``torch.backends.cuda``: whether there is code for Nvidia GPUs, and switches of its matrix products."""

from __future__ import annotations

from types import SimpleNamespace

matmul = SimpleNamespace(
    allow_tf32=False,
    allow_fp16_reduced_precision_reduction=True,
    allow_bf16_reduced_precision_reduction=True,
    allow_fp16_accumulation=False,
)
"""How a GPU may multiply matrices; without one the values change nothing."""


def is_built() -> bool:
    """Whether there is code for Nvidia GPUs: no.

    Example::

        >>> torch.backends.cuda.is_built()
        False
    """
    return False
