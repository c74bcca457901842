"""How many floating-point operations a call takes, from what its operator's declaration says of it."""

from __future__ import annotations

from typing import Any

from .._core.tensor_base import is_tensor
from .._declare.record import Operator


def count_flops(op: Operator, values: list[Any], found: Any) -> float | None:
    """The floating-point operations of one call of an operator.

    Args:
        op: the operator, of any kind but composite and fused, whose parts are counted.
        values: its arguments in parameter order.
        found: its result.

    Returns:
        The count; None if it computes floating-point numbers and its declaration does not say how.
    """
    first: Any = found[0] if isinstance(found, (tuple, list)) and found else found
    if not (is_tensor(first) and first._array.dtype.kind in "fcV"):  # V: bfloat16
        return 0
    if callable(op.flops):
        code = op.flops.__code__
        names = code.co_varnames[: code.co_argcount]
        return op.flops(*[found if name == "result" else values[op.position[name]] for name in names])
    if not op.flops:
        return op.flops
    counted = first if op.kind == "elementwise" else values[0]
    return op.flops * counted.numel()
