"""`nn.attention`: which ways of computing attention `scaled_dot_product_attention` may choose from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum

from .._ops.attention import BACKENDS

__all__ = ["SDPBackend", "sdpa_kernel"]


class SDPBackend(IntEnum):
    """A way of computing attention; those for GPUs bear torch's names, but never serve a call here."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4

    def __repr__(self) -> str:
        return f"<SDPBackend.{self.name}: {self.value}>"

    def __str__(self) -> str:
        return f"SDPBackend.{self.name}"


_NAMES = {SDPBackend.MATH: "math", SDPBackend.FLASH_ATTENTION: "flash"}


@contextmanager
def sdpa_kernel(backends: Iterable[SDPBackend] | SDPBackend, set_priority: bool = False) -> Iterator[None]:
    """Lets `scaled_dot_product_attention` choose from some backends only, in a ``with`` block.

    ``MATH`` composes it of products and a softmax, which keeps all weights and records each part; ``FLASH_ATTENTION``
    is the one operator that works tile by tile.

    Args:
        backends: one or several.
        set_priority: accepted; one of the two fits a call better, so their order says nothing.

    Raises:
        AssertionError: something else than backends is given.
        RuntimeError: attention is then called in a way that none of the backends can compute.

    Example::

        >>> from rushlight.nn.attention import SDPBackend, sdpa_kernel
        >>> x = torch.ones(1, 1, 2, 4, requires_grad=True)
        >>> with sdpa_kernel(SDPBackend.MATH):
        ...     torch.nn.functional.scaled_dot_product_attention(x, x, x).grad_fn
        <UnsafeViewBackward0 object at 0x...>
    """
    chosen = [backends] if isinstance(backends, SDPBackend) else backends
    if isinstance(chosen, str) or not isinstance(chosen, Iterable):
        kind = type(backends).__name__
        raise AssertionError(f"Backend must be an instance of SDPBackend or a list of SDPBackend instances, got {kind}")
    names = {_NAMES.get(SDPBackend(backend)) for backend in chosen}
    before = set(BACKENDS)
    BACKENDS.clear()
    BACKENDS.update(name for name in names if name)
    try:
        yield
    finally:
        BACKENDS.clear()
        BACKENDS.update(before)
